"""Letting go by time what nobody needs any more. Rows with an end of their own (callbacks, who left a group, limits)
end by DynamoDB; here are those whose end depends on what did not happen since.
"""

from datetime import datetime, timedelta

from pond.channels import forgetting as channels
from pond.kernel.logs import count
from pond.kernel.settings import settings
from pond.members import reviews
from pond.programmes import service as programmes
from pond.rights import wishes

BY = "retention"


def enforce(now: datetime) -> int:
    """Forget who left the account long ago and never registered, and who was refused long ago; returns how many."""
    return _followers(now) + _refused(now)


def _followers(now: datetime) -> int:
    before = now - timedelta(days=int(settings().follower_retention_days))
    gone = [follower.follower_id for follower in channels.unfollowed_before(before) if follower.member_id is None]
    for follower_id in gone:
        channels.forget(follower_id)
    count("FollowersExpired", len(gone))
    return len(gone)


def _refused(now: datetime) -> int:
    """Who is nothing but refused is forgotten whole, as if they had asked for it."""
    before = now - timedelta(days=int(settings().refused_retention_days))
    ended = 0
    for programme_id in programmes.all_ids():
        for registration in reviews.listed(programme_id, "refused"):
            if (registration.decided_at or registration.registered_at) >= before:
                continue
            if all(one.standing == "refused" for one in reviews.all_of(registration.member_id)):
                wishes.request(registration.member_id, registration.follower_id, now, by=BY)
                ended += 1
    count("RefusedExpired", ended)
    return ended
