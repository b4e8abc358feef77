"""Finding and taking away the rows of followers who are to be forgotten."""

from collections.abc import Collection, Iterator
from datetime import datetime

from pond.channels.model import Follower
from pond.channels.store_followers import FollowerRow, read_follower


def of_members(member_ids: Collection[str]) -> Iterator[Follower]:
    """The followers of these members; a scan, so never where somebody waits."""
    return (
        read_follower(row) for row in FollowerRow.scan(FollowerRow.member_id.exists()) if row.member_id in member_ids
    )


def unfollowed_before(at: datetime) -> Iterator[Follower]:
    """Who left the account before then and did not come back; a scan, so never where somebody waits."""
    left = map(read_follower, FollowerRow.scan(FollowerRow.unfollowed_at < at))
    return (follower for follower in left if not follower.following)


def drop(follower_id: str) -> None:
    """Forget the follower, known or not."""
    FollowerRow(follower_id).delete()
