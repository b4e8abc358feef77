"""The `followers` table: one row a person and official account.

Every write is a latest-time comparison, an addition under a condition, or the same when repeated.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

from pynamodb.attributes import MapAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.channels.model import Follower, Heard, Notice
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, iso, refused


class _Row(Table):
    class Meta:
        table_name = "followers"

    follower_id = UnicodeAttribute(hash_key=True)
    openid = UnicodeAttribute()
    channel_id = UnicodeAttribute(null=True)
    channel_at = TimeAttribute(null=True)
    following_at = TimeAttribute(null=True)
    unfollowed_at = TimeAttribute(null=True)
    unreachable_at = TimeAttribute(null=True)
    allowance = IntegerAttribute(null=True)
    allowance_until = TimeAttribute(null=True)
    bookings: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    # notice id → "state route time"
    notices: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    account_id = UnicodeAttribute(null=True)
    member_id = UnicodeAttribute(null=True)
    tags = UnicodeSetAttribute(null=True)
    quiet_since = TimeAttribute(null=True)


def load(follower_id: str) -> Follower | None:
    """The follower as last written."""
    try:
        return _follower(_Row.get(follower_id, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def glance(follower_id: str) -> Follower | None:
    """The follower as written a moment ago at the latest: half as dear, for what may be done again."""
    try:
        return _follower(_Row.get(follower_id))
    except _Row.DoesNotExist:
        return None


def several(follower_ids: Iterable[str]) -> Iterator[Follower]:
    """Those of the followers who have a row, as written a moment ago at the latest."""
    return map(_follower, _Row.batch_get(list(follower_ids)))


def of_second_accounts() -> Iterator[Follower]:
    """Followers whose account is not the one their member is known by; a scan."""
    return map(_follower, _Row.scan(_Row.member_id.exists() & (_Row.account_id != _Row.member_id)))


def hear(openid: str, heard: Heard, number: tuple[str, int] | None = None) -> Follower | None:
    """Note all of it in one write, with their place in a programme's line if one is given; else have the row, too.

    None, and nothing written: they have a place already, or something as late is known. Then each is noted by itself.
    """
    actions: list[Action] = [
        _Row.following_at.set(heard.at),
        _Row.allowance.set(heard.messages),
        _Row.allowance_until.set(heard.until),
    ]
    condition: Condition = _Row.following_at.does_not_exist() | (_Row.following_at <= heard.at)
    condition = condition & _is_later(_Row.allowance_until, heard.until)
    if heard.channel_id:
        actions += [_Row.channel_at.set(heard.at), _Row.channel_id.set(heard.channel_id)]
        condition = condition & _is_later(_Row.channel_at, heard.at)
    if number:
        actions.append(_Row.bookings[number[0]].set(number[1]))
        condition = condition & _Row.bookings.exists() & _Row.bookings[number[0]].does_not_exist()
    else:
        actions += _made(openid)
    row = _Row(heard.follower_id)
    return _follower(row) if _change(row, actions, condition) else None


def _follower(row: Any) -> Follower:
    return Follower(
        follower_id=row.follower_id,
        openid=row.openid,
        channel_id=row.channel_id,
        following_at=row.following_at,
        unfollowed_at=row.unfollowed_at,
        unreachable_at=row.unreachable_at,
        allowance=row.allowance or 0,
        allowance_until=row.allowance_until,
        bookings=_plain(row.bookings),
        notices={name: _notice(value) for name, value in _plain(row.notices).items()},
        account_id=row.account_id,
        member_id=row.member_id,
        tags=frozenset(row.tags or ()),
        quiet_since=row.quiet_since,
    )


def ensure(follower_id: str, openid: str) -> None:
    """Have a row for this person, with the maps other writes reach into."""
    _Row(follower_id).update(_made(openid))


def _made(openid: str) -> list[Action]:
    return [
        _Row.openid.set(openid),
        _Row.bookings.set(_Row.bookings | {}),
        _Row.notices.set(_Row.notices | {}),
    ]


def raise_following(follower_id: str, at: datetime) -> bool:
    """Note that they followed at that time, unless a later time is known."""
    return _raise(follower_id, _Row.following_at, at)


def raise_unfollowed(follower_id: str, at: datetime) -> bool:
    """Note that they unfollowed at that time, unless a later time is known."""
    return _raise(follower_id, _Row.unfollowed_at, at)


def raise_unreachable(follower_id: str, at: datetime) -> bool:
    """Note that WeChat refused to deliver at that time."""
    return _raise(follower_id, _Row.unreachable_at, at)


def raise_channel(follower_id: str, channel_id: str, at: datetime) -> bool:
    """Note the channel whose code they used, unless they used one later."""
    return _raise(follower_id, _Row.channel_at, at, [_Row.channel_id.set(channel_id)])


def raise_allowance(follower_id: str, messages: int, until: datetime) -> bool:
    """Note that so many custom messages may be sent until then, unless they may for longer."""
    return _raise(follower_id, _Row.allowance_until, until, [_Row.allowance.set(messages)])


def set_number(follower_id: str, programme_id: str, number: int) -> bool:
    """Make `number` their place in the programme, if they have none."""
    path = _Row.bookings[programme_id]
    return _write(follower_id, [path.set(number)], path.does_not_exist())


def set_member(follower_id: str, account_id: str, member_id: str) -> None:
    """Note which account and member this follower is."""
    _Row(follower_id).update([_Row.account_id.set(account_id), _Row.member_id.set(member_id)])


def add_tag(follower_id: str, tag: str) -> bool:
    """Tag them; False when they have the tag, or are not known."""
    row_there = _Row.follower_id.exists()
    return _write(follower_id, [_Row.tags.add({tag})], row_there & ~_Row.tags.contains(tag))


def set_quiet(follower_id: str, at: datetime | None) -> None:
    """Note since when they want no messages but those they wait for; None: they take them again."""
    _write(
        follower_id,
        [_Row.quiet_since.set(at) if at else _Row.quiet_since.remove()],
        _Row.follower_id.exists(),
    )


def claim(follower_id: str, notice_id: str, notice: Notice, forgotten: list[str]) -> bool:
    """Claim the sending of a notice, and forget old ones; a custom message takes one from the allowance. False: not so
    any more."""
    path = _Row.notices[notice_id]
    actions: list[Action] = [path.set(_text(notice)), *(_Row.notices[old].remove() for old in forgotten)]
    condition: Condition = path.does_not_exist()
    if notice.route == "custom":
        actions.append(_Row.allowance.set(_Row.allowance - 1))
        condition = condition & (_Row.allowance > 0) & (_Row.allowance_until > notice.at)
    return _write(follower_id, actions, condition)


def reroute(follower_id: str, notice_id: str, now: datetime) -> None:
    """WeChat says the window is shut: nothing is left in it, and the notice goes as a template message."""
    notice = _text(Notice("claimed", "template", now))
    _Row(follower_id).update([_Row.allowance.set(0), _Row.notices[notice_id].set(notice)])


def release(follower_id: str, notice_id: str, notice: Notice) -> None:
    """Give a claim back: nothing was sent."""
    path = _Row.notices[notice_id]
    actions: list[Action] = [path.remove()]
    if notice.route == "custom":
        actions.append(_Row.allowance.set(_Row.allowance + 1))
    _write(follower_id, actions, path == _text(notice))


def settle(follower_id: str, notice_id: str, notice: Notice) -> None:
    """Write what became of a notice."""
    _Row(follower_id).update([_Row.notices[notice_id].set(_text(notice))])


def _plain(attribute: MapAttribute[str, Any] | None) -> dict[str, Any]:
    return attribute.as_dict() if attribute is not None else {}  # type: ignore[no-untyped-call]


def _raise(follower_id: str, attribute: TimeAttribute, at: datetime, more: list[Action] | None = None) -> bool:
    return _write(follower_id, [attribute.set(at), *(more or [])], _is_later(attribute, at))


def _is_later(attribute: TimeAttribute, at: datetime) -> Condition:
    condition: Condition = attribute.does_not_exist() | (attribute < at)
    return condition


def _write(follower_id: str, actions: list[Action], condition: Condition) -> bool:
    return _change(_Row(follower_id), actions, condition)


def _change(row: _Row, actions: list[Action], condition: Condition) -> bool:
    try:
        row.update(actions, condition=condition)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


def _text(notice: Notice) -> str:
    return f"{notice.state} {notice.route} {iso(notice.at)}"


def _notice(text: str) -> Notice:
    state, route, at = text.split(" ")
    return Notice(cast(Any, state), cast(Any, route), datetime.fromisoformat(at))
