"""Who is really in a group. WeCom's events are hints: the group itself is read and compared with the roster.

Comparing with the truth makes repeats, losses and disorder of events harmless. A join is matched to a seat by
the account (unionid);
people without a seat there are written down with their standing and never touch a count.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pond.groups import store, store_seats
from pond.groups.model import Group, Seat, Standing
from pond.groups.store_seats import GROUP
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.members import identities
from pond.platforms import wecom
from pond.platforms.wecom import GroupMember

LAG = timedelta(seconds=2)  # WeCom's group detail may lag its own event by about this much
READS = 3
EXTERNAL = 2  # WeCom: member type of a person who is not staff
TRIES = 5


def hear(fields: Mapping[str, Any], received_at: datetime, now: datetime, pause: Callable[[float], None]) -> None:
    """Act on a `change_external_chat` callback about one of our groups; others' groups are ignored.

    Raises:
        Transient: the people named in the event are not in WeCom's answer yet, or writers met; deliver again.
    """
    group = store.get_group(str(fields.get("ChatId", "")))
    if group is None:
        logger.info("callback about a group that is not ours")
        return
    if fields.get("ChangeType") == "dismiss":
        store.set_state(group.chat_id, "closed")
        return
    if fields.get("ChangeType") != "update" or (group.synced_at and group.synced_at >= received_at + LAG):
        return
    joined = set(member_ids(fields)) if fields.get("UpdateDetail") == "add_member" else set()
    for attempt in range(READS):
        detail = wecom.group(group.chat_id)
        present = {member.userid for member in detail.members}
        if joined <= present or detail.member_version == fields.get("CurMemVer"):
            sync(group, detail, now)
            return
        if attempt < READS - 1:
            pause(LAG.total_seconds())
    # Whoever is missing joined and left again, or WeCom lags: take over what is known, and look once more.
    sync(group, detail, now)
    raise Transient("membership.lagging", "a member named by the event is not in the group's detail yet")


def member_ids(fields: Mapping[str, Any]) -> list[str]:
    """The ids in `MemChangeList`, which comes nested (`<Item>`) or as one text with commas."""
    listed = fields.get("MemChangeList") or []
    if isinstance(listed, str):
        return [part.strip() for part in listed.split(",") if part.strip()]
    return [str(part) for part in listed]


def sync(group: Group, detail: wecom.GroupDetail, now: datetime) -> None:
    """Make the roster and the seats what the group's detail says."""
    known = store.roster(group.chat_id)
    present = {
        pseudonym("external_userid", member.userid): member for member in detail.members if member.type == EXTERNAL
    }
    for contact_id, member in present.items():
        if contact_id not in known or known[contact_id].standing != "seated":
            _joined(group, contact_id, member, now)
    for contact_id in known.keys() - present.keys():
        _left(group, known[contact_id], now)
    store.set_synced(group.chat_id, detail.member_version, now)


def _joined(group: Group, contact_id: str, person: GroupMember, now: datetime) -> None:
    member_id: str | None = None
    standing: Standing = "stranger"
    if person.unionid:
        member_id = identities.member_of(pseudonym("unionid", person.unionid))
        standing = _seat_taken(group, member_id, now)
    store.put_roster(group.chat_id, contact_id, member_id, standing, person.join_time)
    if standing != "seated":
        count("JoinedWithoutSeat")


def _seat_taken(group: Group, member_id: str, now: datetime) -> Standing:
    """Take the member's seat if it is in this group, and say how they stand here."""
    for _ in range(TRIES):
        seat = store.get_seat(member_id, group.programme_id)
        if seat is None or seat.chat_id is None or seat.state in {"waiting", "requested"}:
            return "stranger"
        if seat.chat_id != group.chat_id:
            return "double" if seat.state == "taken" else "stranger"
        if seat.state == "taken":
            return "seated"
        if seat.state == "held":
            if store_seats.take(seat, group.chat_id, now):
                count("SeatsTaken")
                return "seated"
        elif seat.state == "removed":
            return "stranger"
        else:
            outcome = store_seats.take_late(group, seat, now)
            if outcome.written:
                count("SeatsTaken")
                return "seated"
            if GROUP in outcome.refused:
                return "stranger"  # the seat was given on meanwhile and the group has no other
    raise Transient("membership.contended", "the seat changed each time it was read")


def _left(group: Group, row: store.RosterRow, now: datetime) -> None:
    if row.standing == "seated" and row.member_id:
        seat = store.get_seat(row.member_id, group.programme_id)
        if seat and seat.state == "taken" and seat.chat_id == group.chat_id and not _ended(seat, now):
            raise Transient("membership.contended", "the seat changed while it was ended")
    store.drop_roster(group.chat_id, row.contact_id)


def _ended(seat: Seat, now: datetime) -> bool:
    ended = store_seats.leave(seat, "left", now).written
    if ended:
        count("SeatsLeft")
    return ended
