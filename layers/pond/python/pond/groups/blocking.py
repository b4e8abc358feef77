"""The blocked use up nothing: whoever is turned away gives up a held seat, and their place in a waitlist or in a queue.

A taken seat stays until WeCom says that its person is gone: only staff can remove somebody there (`standings.blocked`).
Giving up again changes nothing; an operator gives another try once the block is taken back (`seats.grant`).
"""

import random
from datetime import datetime
from time import sleep

from pond.groups import store, store_blocking, store_merging, store_rosters
from pond.groups.model import Request
from pond.kernel.errors import Transient
from pond.kernel.logs import count
from pond.members import blocklist, identities, merging, reviews
from pond.members.model_blocks import Block, BlockKind

TRIES = 12  # groups' and pools' counters are what many want at once
PAUSE_SECONDS = 0.02
_ENDED = {"taken", "expired", "left", "removed", "merged"}  # nothing is used up, or only staff can end it


def block(kind: BlockKind, given: str, reason: str, now: datetime) -> Block:
    """As `blocklist.block`; a contact is blocked with the account they were seen in groups as, found by a scan.

    Who comes into a group at this very moment may be missed; the nightly comparison finds them.
    """
    made = blocklist.block(kind, given, reason, now)
    if kind == "contact":
        for row in store_rosters.everyone():
            if row.contact_id == made.value and row.member_id:
                identities.meet(row.contact_id, row.member_id)
    return made


def give_up(account_id: str, now: datetime) -> int:
    """What the member behind a blocked account has no right to any more is given up; returns in how many programmes.

    Raises:
        Transient: `blocking.contended`, or what a table's other writers caused; do it again.
    """
    person = identities.who(account_id)
    if not person.blocked:
        return 0  # taken back meanwhile
    registered = merging.registrations_of(person.member_id)
    left = sum(reviews.turn_away(one, now) for one in registered)
    pools = {one.programme_id: one.pool_id for one in registered if one.accepted_at}
    pools |= {seat.programme_id: seat.pool_id for seat in store_merging.seats_of(person.member_id)}
    return left + sum(
        _end(person.member_id, programme_id, pool_id, now) for programme_id, pool_id in sorted(pools.items())
    )


def turn_away(request: Request, now: datetime) -> None:
    """They ask for a seat and are blocked: they get none."""
    _end(request.member_id, request.programme_id, request.pool_id, now)


def _end(member_id: str, programme_id: str, pool_id: str, now: datetime) -> bool:
    for tries in range(TRIES):
        seat = store.get_seat(member_id, programme_id)
        if seat and seat.state in _ENDED:
            return False
        try:
            if store_blocking.end(member_id, programme_id, pool_id, seat, now):
                count("SeatsBlocked")
                return True
        except Transient:
            sleep(random.uniform(0, PAUSE_SECONDS * 2 ** min(tries, 5)))  # noqa: S311 - spreads writers, hides nothing
    raise Transient("blocking.contended", "the seat changed each time it was read")
