"""When two members are found to be one, one seat in each programme is left: the better of the two.

Merging again, or a chain of members link by link in any order, comes to the same. A merged member's rows take no seat
any more, so that what was under way for them ends here too.
"""

import random
from datetime import datetime
from time import sleep

from pond.groups import store, store_merging, store_rosters
from pond.groups.model_merging import prevails
from pond.groups.store_merging import Pair
from pond.kernel.errors import Transient
from pond.kernel.ids import new_id
from pond.kernel.logs import count
from pond.kernel.tables import iso
from pond.members import merging

TRIES = 12  # groups' counters are what many want at once
PAUSE_SECONDS = 0.02


def merge(merged_id: str, now: datetime) -> set[str]:
    """Give what a merged member has to who they were found to be; returns the groups whose rosters are to be compared.

    Raises:
        Transient: `merging.contended`, or what a table's other writers caused; do it again.
    """
    chats: set[str] = set()
    merging.give_in_turn(merged_id, lambda other, kept_id: chats.update(_merge(other, kept_id, now)))
    return chats


def _merge(merged_id: str, kept_id: str, now: datetime) -> set[str]:
    programme_ids = {registration.programme_id for registration in merging.registrations_of(merged_id)}
    programme_ids |= {seat.programme_id for seat in store_merging.seats_of(merged_id)}
    for programme_id in sorted(programme_ids):
        _settle(merged_id, kept_id, programme_id, now)
    merging.move_registrations(merged_id, kept_id)
    ended = {seat.chat_id for seat in store_merging.seats_of(merged_id)}
    stays = {seat.chat_id for seat in store_merging.seats_of(kept_id) if seat.state == "taken"}
    astray = {chat_id for chat_id, _ in store_rosters.astray(merged_id)}
    return {chat_id for chat_id in ended | stays | astray if chat_id}


def _settle(merged_id: str, kept_id: str, programme_id: str, now: datetime) -> None:
    """Leave one seat in the programme."""
    for tries in range(TRIES):
        pair = Pair(
            programme_id=programme_id,
            merged_id=merged_id,
            kept_id=kept_id,
            merged=store.get_seat(merged_id, programme_id),
            kept=store.get_seat(kept_id, programme_id),
        )
        if pair.merged and pair.merged.state == "merged":
            return
        if pair.kept and pair.kept.state == "merged":
            raise Transient("merging.contended", "the member was merged on meanwhile")
        try:
            if _leave_one(pair, now):
                count("SeatsMerged")
                return
        except Transient:
            sleep(random.uniform(0, PAUSE_SECONDS * 2 ** min(tries, 5)))  # noqa: S311 - spreads writers, hides nothing
    raise Transient("merging.contended", "a seat changed each time it was read")


def _leave_one(pair: Pair, now: datetime) -> bool:
    if pair.merged is None or not prevails(pair.merged, pair.kept):
        return store_merging.give_up(pair, now)
    until = pair.merged.held_until
    return store_merging.hand_over(pair, f"{iso(until)}~{new_id(now)}" if until else "", now)
