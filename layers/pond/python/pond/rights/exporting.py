"""Everything that is kept of a person in one document that they can read and take along."""

from datetime import datetime
from typing import Any

from pond.channels import followers
from pond.groups import seats
from pond.members import my_data
from pond.members.my_data import Mine
from pond.programmes import service as programmes


def document(mine: Mine | None, follower_id: str, now: datetime) -> dict[str, Any]:
    """What each room keeps; keys in Chinese. Ids of the person outside Pond are left out: they are their own."""
    whole: dict[str, Any] = my_data.as_document(mine, now) if mine else {}
    if mine:
        agreed = {(one.programme_id, one.consent_version) for one in mine.registrations}
        whole["同意书"] = {
            f"{programme_id} {version}": programmes.consent(programme_id, version)
            for programme_id, version in sorted(agreed)
        }
    whole["群"] = [_seat(mine, one.programme_id, now) for one in mine.registrations] if mine else []
    follower = followers.get(follower_id)
    if follower:
        whole["公众号"] = {
            "关注时间": follower.following_at.isoformat() if follower.following_at else None,
            "取消关注时间": follower.unfollowed_at.isoformat() if follower.unfollowed_at else None,
            "来源渠道": follower.channel_id,
            "预约号": dict(follower.bookings),
            "标签": sorted(follower.tags),
            "不收消息自": follower.quiet_since.isoformat() if follower.quiet_since else None,
            "收到的通知": {name: notice.at.isoformat() for name, notice in sorted(follower.notices.items())},
        }
    return whole


def _seat(mine: Mine, programme_id: str, now: datetime) -> dict[str, Any]:
    seat = seats.my_seat(mine.member_id, programme_id, now)
    return {"活动": programme_id, "群名": seat.group_name or None, "状态": seat.state}
