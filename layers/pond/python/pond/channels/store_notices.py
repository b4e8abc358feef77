"""What became of notices to a follower, in the map `notices` of the table `followers`."""

from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.channels.model import Notice
from pond.channels.store_followers import FollowerRow, write
from pond.kernel.tables import iso


def claim(follower_id: str, notice_id: str, notice: Notice, forgotten: list[str]) -> bool:
    """Claim the sending of a notice, and forget old ones; a custom message takes one from the allowance. False: not so
    any more."""
    path = FollowerRow.notices[notice_id]
    actions: list[Action] = [path.set(_text(notice)), *(FollowerRow.notices[old].remove() for old in forgotten)]
    condition: Condition = path.does_not_exist()
    if notice.route == "custom":
        actions.append(FollowerRow.allowance.set(FollowerRow.allowance - 1))
        condition = condition & (FollowerRow.allowance > 0) & (FollowerRow.allowance_until > notice.at)
    return write(follower_id, actions, condition)


def reroute(follower_id: str, notice_id: str, now: datetime) -> None:
    """WeChat says the window is shut: nothing is left in it, and the notice goes as a template message."""
    notice = _text(Notice("claimed", "template", now))
    FollowerRow(follower_id).update([FollowerRow.allowance.set(0), FollowerRow.notices[notice_id].set(notice)])


def release(follower_id: str, notice_id: str, notice: Notice) -> None:
    """Give a claim back: nothing was sent."""
    path = FollowerRow.notices[notice_id]
    actions: list[Action] = [path.remove()]
    if notice.route == "custom":
        actions.append(FollowerRow.allowance.set(FollowerRow.allowance + 1))
    write(follower_id, actions, path == _text(notice))


def settle(follower_id: str, notice_id: str, notice: Notice) -> None:
    """Write what became of a notice."""
    FollowerRow(follower_id).update([FollowerRow.notices[notice_id].set(_text(notice))])


def _text(notice: Notice) -> str:
    return f"{notice.state} {notice.route} {iso(notice.at)}"
