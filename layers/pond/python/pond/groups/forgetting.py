"""Forgetting a member's seats and places: counted out and gone, and the next who waits is called by the event of it.

WeCom still has who is in its group: until they leave or are removed they are a stranger there, whom operators see.
Forgetting again finds nothing and changes nothing.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from time import sleep

from pond.groups import store_forgetting, store_rosters
from pond.groups.comparing import alone
from pond.groups.model import Seat
from pond.groups.model_rosters import GONE
from pond.groups.store_rosters import RosterRow
from pond.kernel.errors import Transient

TRIES = 12
PAUSE_SECONDS = 0.02


def forget(member_id: str, now: datetime, pause: Callable[[float], None]) -> Counter[str]:
    """Forget a member's seats, and where they are or were in the groups these lead to.

    Raises:
        Transient: `seats.contended`, `membership.busy`; do it again.
    """
    taken: Counter[str] = Counter()
    seats = list(store_forgetting.seats_of([member_id]))
    chats = {seat.chat_id for seat in seats if seat.chat_id}
    chats |= {chat_id for chat_id, _ in store_rosters.astray(member_id)}
    for chat_id in sorted(chats):
        rows = [row for row in store_rosters.roster(chat_id).values() if row.member_id == member_id]
        taken += _let_go(rows, now, pause)
    for seat in seats:
        if seat.hold_id:
            _leave_hold(seat.hold_id, member_id)
        taken["seats"] += _drop(seat)
    return taken


def sweep(member_ids: Collection[str], now: datetime, pause: Callable[[float], None]) -> Counter[str]:
    """Forget what no key led to: groups these members were in before. Reads all rosters."""
    return _let_go(list(store_forgetting.rosters_of(member_ids)), now, pause)


def _let_go(rows: list[RosterRow], now: datetime, pause: Callable[[float], None]) -> Counter[str]:
    taken: Counter[str] = Counter()
    for row in rows:
        with alone(row.chat_id, now, pause):
            change = store_forgetting.drop_roster if row.standing in GONE else store_forgetting.unlink_roster
            taken["rosters"] += change(row.chat_id, row.contact_id, row.member_id or "")
    return taken


def _leave_hold(hold_id: str, member_id: str) -> None:
    for _ in range(TRIES):
        if store_forgetting.leave_hold(hold_id, member_id):
            return
    raise Transient("seats.contended", "a hold changed each time it was read")


def _drop(seat: Seat) -> int:
    """Take one seat away, however it changes meanwhile."""
    for tries in range(TRIES):
        try:
            if store_forgetting.drop_seat(seat):
                return 1
        except Transient:
            sleep(random.uniform(0, PAUSE_SECONDS * 2 ** min(tries, 5)))  # noqa: S311 - spreads writers, hides nothing
        found = [one for one in store_forgetting.seats_of([seat.member_id]) if one.programme_id == seat.programme_id]
        if not found:
            return 0
        [seat] = found
    raise Transient("seats.contended", "a seat changed each time it was read")
