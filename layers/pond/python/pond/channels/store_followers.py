"""The `followers` table: one row a person and official account.

Every write is a latest-time comparison, an addition under a condition, or the same when repeated.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

from pynamodb.attributes import MapAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from pond.channels.model import Follower, Heard, Notice
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, refused


class FollowerRow(Table):
    """A person at the official account."""

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
    heard = UnicodeAttribute(null=True)
    asked_on = UnicodeAttribute(null=True)
    asked = IntegerAttribute(null=True)
    asked_for = UnicodeSetAttribute(null=True)


def load(follower_id: str) -> Follower | None:
    """The follower as last written."""
    try:
        return read_follower(FollowerRow.get(follower_id, consistent_read=True))
    except FollowerRow.DoesNotExist:
        return None


def glance(follower_id: str) -> Follower | None:
    """The follower as written a moment ago at the latest: half as dear, for what may be done again."""
    try:
        return read_follower(FollowerRow.get(follower_id))
    except FollowerRow.DoesNotExist:
        return None


def several(follower_ids: Iterable[str]) -> Iterator[Follower]:
    """Those of the followers who have a row, as written a moment ago at the latest."""
    return map(read_follower, FollowerRow.batch_get(list(follower_ids)))


def of_second_accounts() -> Iterator[Follower]:
    """Followers whose account is not the one their member is known by; a scan."""
    return map(
        read_follower,
        FollowerRow.scan(FollowerRow.member_id.exists() & (FollowerRow.account_id != FollowerRow.member_id)),
    )


def hear(openid: str, heard: Heard, number: tuple[str, int] | None = None) -> Follower | None:
    """Note all of it in one write, with their place in a programme's line if one is given; else have the row, too.

    None, and nothing written: they have a place already, or something as late is known. Then each is noted by itself.
    """
    actions: list[Action] = [
        FollowerRow.following_at.set(heard.at),
        FollowerRow.allowance.set(heard.messages),
        FollowerRow.allowance_until.set(heard.until),
    ]
    condition: Condition = FollowerRow.following_at.does_not_exist() | (FollowerRow.following_at <= heard.at)
    condition = condition & _is_later(FollowerRow.allowance_until, heard.until)
    if heard.channel_id:
        actions += [FollowerRow.channel_at.set(heard.at), FollowerRow.channel_id.set(heard.channel_id)]
        condition = condition & _is_later(FollowerRow.channel_at, heard.at)
    if heard.cause:
        actions.append(FollowerRow.heard.set(heard.cause))
    if number:
        actions.append(FollowerRow.bookings[number[0]].set(number[1]))
        condition = condition & FollowerRow.bookings.exists() & FollowerRow.bookings[number[0]].does_not_exist()
    else:
        actions += _made(openid)
    row = FollowerRow(heard.follower_id)
    return read_follower(row) if _change(row, actions, condition) else None


def read_follower(row: Any) -> Follower:
    """The follower in a row."""
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
        heard=row.heard,
    )


def ensure(follower_id: str, openid: str) -> None:
    """Have a row for this person, with the maps other writes reach into."""
    FollowerRow(follower_id).update(_made(openid))


def _made(openid: str) -> list[Action]:
    return [
        FollowerRow.openid.set(openid),
        FollowerRow.bookings.set(FollowerRow.bookings | {}),
        FollowerRow.notices.set(FollowerRow.notices | {}),
    ]


def raise_following(follower_id: str, at: datetime) -> bool:
    """Note that they followed at that time, unless a later time is known."""
    return _raise(follower_id, FollowerRow.following_at, at)


def raise_unfollowed(follower_id: str, at: datetime) -> bool:
    """Note that they unfollowed at that time, unless a later time is known."""
    return _raise(follower_id, FollowerRow.unfollowed_at, at)


def raise_unreachable(follower_id: str, at: datetime) -> bool:
    """Note that WeChat refused to deliver at that time."""
    return _raise(follower_id, FollowerRow.unreachable_at, at)


def raise_channel(follower_id: str, channel_id: str, at: datetime) -> bool:
    """Note the channel whose code they used, unless they used one later."""
    return _raise(follower_id, FollowerRow.channel_at, at, [FollowerRow.channel_id.set(channel_id)])


def raise_allowance(follower_id: str, messages: int, until: datetime) -> bool:
    """Note that so many custom messages may be sent until then, unless they may for longer."""
    return _raise(follower_id, FollowerRow.allowance_until, until, [FollowerRow.allowance.set(messages)])


def set_number(follower_id: str, programme_id: str, number: int) -> bool:
    """Make `number` their place in the programme, if they have none."""
    path = FollowerRow.bookings[programme_id]
    return write(follower_id, [path.set(number)], path.does_not_exist())


def set_member(follower_id: str, account_id: str, member_id: str) -> None:
    """Note which account and member this follower is."""
    FollowerRow(follower_id).update([FollowerRow.account_id.set(account_id), FollowerRow.member_id.set(member_id)])


def add_tag(follower_id: str, tag: str) -> bool:
    """Tag them; False when they have the tag, or are not known."""
    new: Condition = FollowerRow.openid.exists() & ~FollowerRow.tags.contains(tag)
    return write(follower_id, [FollowerRow.tags.add({tag})], new)


def set_quiet(follower_id: str, at: datetime | None) -> None:
    """Note since when they want only the messages they wait for; None: they take all again."""
    quiet = FollowerRow.quiet_since.set(at) if at else FollowerRow.quiet_since.remove()
    write(follower_id, [quiet], FollowerRow.openid.exists())


def ask(follower_id: str, account_id: str, name: str, today: str, at_most: int, names_at_most: int) -> bool:
    """Count one more code that the account asks for today, for the phone of that name, and note whose the follower is;
    False when it is one, or one phone, too many. Who is known as no member yet stands for themselves."""
    whose: list[Action] = [
        FollowerRow.account_id.set(account_id),
        FollowerRow.member_id.set(FollowerRow.member_id | account_id),
    ]
    afresh = [FollowerRow.asked_on.set(today), FollowerRow.asked.set(1), FollowerRow.asked_for.set({name})]
    first = FollowerRow.asked_on.does_not_exist() | (FollowerRow.asked_on != today)
    if write(follower_id, [*whose, *afresh], FollowerRow.openid.exists() & first):
        return True
    few: Condition = size(FollowerRow.asked_for) < names_at_most  # type: ignore[no-untyped-call]
    allowed = (FollowerRow.asked < at_most) & (FollowerRow.asked_for.contains(name) | few)
    one_more: list[Action] = [FollowerRow.asked.add(1), FollowerRow.asked_for.add({name})]
    return write(follower_id, one_more, (FollowerRow.asked_on == today) & allowed)


def unask(follower_id: str, today: str) -> None:
    """Take back one code that was counted for nothing."""
    write(follower_id, [FollowerRow.asked.add(-1)], (FollowerRow.asked_on == today) & (FollowerRow.asked > 0))


def _plain(attribute: MapAttribute[str, Any] | None) -> dict[str, Any]:
    return attribute.as_dict() if attribute is not None else {}  # type: ignore[no-untyped-call]


def _raise(follower_id: str, attribute: TimeAttribute, at: datetime, more: list[Action] | None = None) -> bool:
    return write(follower_id, [attribute.set(at), *(more or [])], _is_later(attribute, at))


def _is_later(attribute: TimeAttribute, at: datetime) -> Condition:
    condition: Condition = attribute.does_not_exist() | (attribute < at)
    return condition


def write(follower_id: str, actions: list[Action], condition: Condition) -> bool:
    """Change a follower's row under a condition; whether it held."""
    return _change(FollowerRow(follower_id), actions, condition)


def _change(row: FollowerRow, actions: list[Action], condition: Condition) -> bool:
    try:
        row.update(actions, condition=condition)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


def _notice(text: str) -> Notice:
    state, route, at = text.split(" ")
    return Notice(cast(Any, state), cast(Any, route), datetime.fromisoformat(at))
