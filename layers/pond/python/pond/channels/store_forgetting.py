"""Finding and taking away the rows of followers who are to be forgotten."""

from collections.abc import Collection, Iterator
from datetime import datetime

from pond.channels.model import Follower
from pond.channels.store_followers import _follower, _Row


def of_members(member_ids: Collection[str]) -> Iterator[Follower]:
    """The followers of these members; a scan, so never where somebody waits."""
    return (_follower(row) for row in _Row.scan(_Row.member_id.exists()) if row.member_id in member_ids)


def unfollowed_before(at: datetime) -> Iterator[Follower]:
    """Who left the account before then and did not come back; a scan, so never where somebody waits."""
    left = map(_follower, _Row.scan(_Row.unfollowed_at < at))
    return (follower for follower in left if not follower.following)


def drop(follower_id: str) -> None:
    """Forget the follower, known or not."""
    _Row(follower_id).delete()
