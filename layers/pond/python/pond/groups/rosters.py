"""Making a group's roster, and the seats that follow from it, what WeCom says. Only while `comparing.alone`.

A join is matched to a seat by the account (unionid). People without a seat are written down with their standing and
never touch a count.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from pond.groups import store, store_rosters, store_seats
from pond.groups.model import Group
from pond.groups.model_rosters import GONE, Came, Standing, came, standing_without
from pond.groups.store_rosters import RosterRow
from pond.groups.store_seats import GROUP
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count
from pond.members import identities
from pond.platforms import wecom
from pond.platforms.wecom import GroupDetail, GroupMember

TRIES = 5
FRESH = timedelta(seconds=10)  # WeCom's detail may not show yet who came so recently
STALE = timedelta(seconds=60)  # or still show who left so recently


def contact(userid: str) -> str:
    """How a person of WeCom stands in a roster."""
    return pseudonym("external_userid", userid)


def sync(
    group: Group,
    detail: GroupDetail,
    now: datetime,
    *,
    only: Collection[str] | None,
    gone: Mapping[str, Standing],
    thorough: bool = False,
) -> bool:
    """Make the roster and the seats what the group's detail says: of `only` these contacts, or of all. `gone` are
    known to have left, and how. `thorough` also looks again at those whose seat is known to be taken.

    Returns:
        Whether the detail can be the newest: False when it misses who just came or shows who just left.
    """
    present = {contact(member.userid): member for member in detail.members if member.type == wecom.CUSTOMER}
    known = store_rosters.roster(group.chat_id) if only is None else store_rosters.some(group.chat_id, only)
    newest = True
    for contact_id in sorted(known.keys() | present.keys() if only is None else only):
        member, row = present.get(contact_id), known.get(contact_id)
        if member is not None:
            if row and _is_stale(row, member, now):
                newest = False
            elif thorough or row is None or row.standing != "seated" or row.joined_at != member.join_time:
                _joined(group, contact_id, member, now)
        elif row and row.standing not in GONE:
            if contact_id not in gone and row.joined_at > now - FRESH:
                newest = False
            else:
                _left(group, row, gone.get(contact_id, "left"), now)
    if (detail.name, detail.owner) != (group.name, group.owner):
        store.set_shown(group.chat_id, detail.name or group.name, detail.owner or group.owner)
    return newest


def leave(group: Group, gone: Mapping[str, Standing], now: datetime) -> None:
    """These contacts left, and nothing else changed."""
    for contact_id, row in store_rosters.some(group.chat_id, gone).items():
        if row.standing not in GONE:
            _left(group, row, gone[contact_id], now)


def mark_removed(group: Group, contact_ids: Iterable[str], said_at: datetime, now: datetime) -> None:
    """They did not leave by themselves, which a group's detail does not tell: what is known of them is corrected."""
    for row in store_rosters.some(group.chat_id, contact_ids).values():
        if row.standing == "left" and row.joined_at <= said_at:
            if row.member_id:
                store_seats.mark_removed(row.member_id, group.programme_id, group.chat_id, now)
            store_rosters.end(row, "removed", now)


def restand(group: Group, contact_id: str, now: datetime) -> Standing | None:
    """Look again at how somebody stands in the group, since their seat changed; None when they are not in it."""
    row = store_rosters.some(group.chat_id, [contact_id]).get(contact_id)
    if row is None or row.standing in GONE or row.member_id is None:
        return None
    standing = _take_seat(group, row.member_id, row.came, now)
    store_rosters.put(group.chat_id, contact_id, row.member_id, standing, row.joined_at, row.came)
    return standing


def _is_stale(row: RosterRow, member: GroupMember, now: datetime) -> bool:
    """The detail shows the very stay of which we know that it has just ended."""
    return row.standing in GONE and row.joined_at == member.join_time and row.gone_at > now - STALE


def _joined(group: Group, contact_id: str, member: GroupMember, now: datetime) -> None:
    came_by: Came = came(member.join_scene, member.state, group.join_state)
    member_id = _whose(contact_id, member.unionid) if member.unionid else None
    standing = (
        _take_seat(group, member_id, came_by, now) if member_id else standing_without(None, group.chat_id, came_by)
    )
    store_rosters.put(group.chat_id, contact_id, member_id, standing, member.join_time, came_by)
    if standing != "seated":
        count("JoinedWithoutSeat")


def _whose(contact_id: str, unionid: str) -> str:
    account_id = pseudonym("unionid", unionid)
    identities.heed(contact_id, account_id)
    return identities.member_of(account_id)


def _take_seat(group: Group, member_id: str, came_by: str, now: datetime) -> Standing:
    """Take the member's seat if it is in this group, and say how they stand here."""
    for _ in range(TRIES):
        seat = store.get_seat(member_id, group.programme_id)
        if seat is None or seat.chat_id != group.chat_id or seat.state in {"waiting", "requested", "removed"}:
            return standing_without(seat, group.chat_id, came_by)
        if seat.state == "taken":
            return "seated"
        if seat.state == "held":
            if store_seats.take(seat, group.chat_id, now):
                count("SeatsTaken")
                return "seated"
        else:
            outcome = store_seats.take_late(group, seat, now)
            if outcome.written:
                count("SeatsTaken")
                return "seated"
            if GROUP in outcome.refused:
                return "stranger"  # the seat was given on meanwhile and the group has no other
    raise Transient("membership.contended", "the seat changed each time it was read")


def _left(group: Group, row: RosterRow, how: Standing, now: datetime) -> None:
    if row.standing == "seated" and row.member_id:
        member_id = identities.member_of(row.member_id)  # who was merged into another since
        seat = store.get_seat(member_id, group.programme_id)
        if seat and seat.state == "taken" and seat.chat_id == group.chat_id:
            if not store_seats.leave(seat, how, now).written:
                raise Transient("membership.contended", "the seat changed while it was ended")
            count("SeatsLeft")
    store_rosters.end(row, how, now)
