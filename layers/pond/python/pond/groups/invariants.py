"""What must always hold about seats (design §5, 1–5), as one check over the tables. Tests, benches and the
caretaker run the same.

Reads everything, so it belongs on nobody's path. While work is in flight, what a queue still holds is not a breach:
`settled_before` says since when nothing should be pending any more.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from pond.groups import arrivals, store
from pond.groups.model import LIVE
from pond.members import blocklist, identities, registrations, reviews
from pond.programmes import service as programmes
from pond.programmes.model_rules import quarrels

HOLD_GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class Breach:
    """One thing that does not hold: which rule, about what (ids and pseudonyms only), and how."""

    rule: str
    about: str
    what: str


def check(now: datetime, settled_before: datetime) -> list[Breach]:
    """Every breach found; empty when all invariants hold."""
    groups = {group.chat_id: group for group in store.every_group()}
    seats = {(seat.member_id, seat.programme_id): seat for seat in store.every_seat()}
    waits = list(store.every_wait())
    pools = {pool.pool_id: pool for pool in store.every_pool()}
    found: list[Breach] = []

    live = Counter(seat.chat_id for seat in seats.values() if seat.state in LIVE)
    for chat_id, group in groups.items():
        if live[chat_id] != group.live_seats:
            found.append(Breach("counter", chat_id, f"counter {group.live_seats}, live seats {live[chat_id]}"))
        if live[chat_id] > group.capacity:
            found.append(Breach("capacity", chat_id, f"{live[chat_id]} live seats in {group.capacity}"))

    for (member_id, programme_id), seat in seats.items():
        if seat.state in LIVE:
            group_of = groups.get(seat.chat_id or "")
            if group_of is None:
                found.append(Breach("placed", member_id, "live seat in an unknown group"))
            elif group_of.pool_id != seat.pool_id:
                found.append(Breach("mixing", member_id, f"seat of {seat.pool_id} in a group of {group_of.pool_id}"))
        if seat.state == "held" and seat.held_until and seat.held_until + HOLD_GRACE < now:
            found.append(Breach("expiry", member_id, f"held in {programme_id}, overdue"))
        if seat.state == "requested" and seat.changed_at and seat.changed_at < settled_before:
            found.append(Breach("lost", member_id, f"asked again in {programme_id}, nothing came of it"))

    found += [
        Breach("unlisted", seat.member_id, f"came into {seat.came_to}, which is not listed for that hour")
        for seat in arrivals.unlisted(seats.values())
    ]

    waiting = {(wait.pool_id, wait.number): wait.member_id for wait in waits}
    from_seats = {
        (seat.pool_id, seat.waiting_number or 0): seat.member_id for seat in seats.values() if seat.state == "waiting"
    }
    found += [
        Breach("waitlist", member_id, f"place {place} stands on one side only")
        for place, member_id in waiting.items() ^ from_seats.items()
    ]
    per_pool = Counter(pool_id for pool_id, _ in waiting)
    for pool_id, pool in pools.items():
        if per_pool[pool_id] != pool.waiting:
            found.append(Breach("waitlist", pool_id, f"counter {pool.waiting}, places {per_pool[pool_id]}"))
    room: dict[str, int] = defaultdict(int)
    for group in groups.values():
        room[group.pool_id] += group.room
    for pool_id, pool in pools.items():
        if pool.waiting and room[pool_id]:
            found.append(Breach("idle", pool_id, f"{pool.waiting} wait while {room[pool_id]} seats are free"))

    merged = {
        account.account_id
        for account in identities.all_merged()
        if account.merged_at and account.merged_at < settled_before
    }
    found += [
        Breach("merged", member_id, f"{seat.state} in {programme_id}, though another member")
        for (member_id, programme_id), seat in seats.items()
        if member_id in merged and seat.state != "merged"
    ]

    blocked = {account.account_id for account in blocklist.standing_since(settled_before)}
    found += [
        Breach("blocked", member_id, f"{seat.state} in {programme_id}, though blocked")
        for (member_id, programme_id), seat in seats.items()
        if member_id in blocked and seat.state in {"requested", "waiting", "held"}
    ]

    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)  # of who sits in each group
    for registration in registrations.everyone():
        if registration.member_id in merged and registration.standing != "merged":
            found.append(Breach("merged", registration.member_id, f"registered in {registration.programme_id} still"))
        key = (registration.member_id, registration.programme_id)
        if key not in seats and registration.accepted_at and registration.accepted_at < settled_before:
            found.append(Breach("lost", registration.member_id, f"registered in {registration.programme_id}, no seat"))
        seat_of = seats.get(key)
        if registration.kind and seat_of and seat_of.state in LIVE and seat_of.chat_id:
            kinds[seat_of.chat_id, registration.programme_id].add(registration.kind)
    found += [
        Breach("mixing", chat_id, f"{' and '.join(sorted(pair))} in one group of {programme_id}")
        for (chat_id, programme_id), together in kinds.items()
        for pair in quarrels(together, programmes.get(programme_id).admission.never_mix)
    ]
    found += [Breach("quota", which, how) for which, how in reviews.miscounted()]
    return found
