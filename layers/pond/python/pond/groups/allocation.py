"""Giving seats: the worker's use cases. Batches, because one hot write for many people is what a group's
counter can bear.

A request ends in exactly one of: a held seat, a place in the waitlist, or nothing to do since the person has
one already, or is blocked. Whatever crashes in between, the same request again finishes it.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from time import sleep

from pond.groups import blocking, choosing, merging, reserves, store, store_seats
from pond.groups.model import Pool, Request
from pond.groups.store_seats import GROUP, POOL, Hold, Outcome
from pond.kernel.errors import PondError, Transient
from pond.kernel.ids import new_id
from pond.kernel.logs import count, logger
from pond.kernel.tables import iso
from pond.members import identities
from pond.programmes import service as programmes

BATCH = 45  # people a transaction: in a call from the waitlist each is two of its 100 items
TRIES = 12  # losing against another writer or a full group is normal; losing this often in a row is not
PAUSE_SECONDS = 0.02


def allocate(requests: Iterable[Request], now: datetime) -> dict[Request, PondError]:
    """Give each a seat or a place in the waitlist; returns those that could not be served now, with the reason."""
    wanting = list(requests)
    unlike = {account.account_id: account for account in identities.merged_or_blocked(one.member_id for one in wanting)}
    failed: dict[Request, PondError] = {}
    by_pool: dict[str, dict[str, Request]] = defaultdict(dict)
    for request in wanting:
        account = unlike.get(request.member_id)
        if account is None:
            by_pool[request.pool_id][request.member_id] = request
            continue
        try:
            if account.merged_at:
                merging.merge(request.member_id, now)  # registered while they were found to be another
            else:
                blocking.turn_away(request, now)
        except PondError as error:
            failed[request] = error
    for pool_id, members_of in by_pool.items():
        members = list(members_of.values())
        for start in range(0, len(members), BATCH):
            some = members[start : start + BATCH]
            try:
                _serve(pool_id, some, now)
            except PondError as error:
                failed |= dict.fromkeys(some, error)
    return failed


def refill(pool_id: str, now: datetime) -> int:
    """Call up who waits longest while the pool has room; returns how many seats were held."""
    held = 0

    def step() -> bool:
        nonlocal held
        pool = store.get_pool(pool_id)
        if pool.waiting <= 0:
            return True
        programme = programmes.get(programme_of(pool_id))
        group = choosing.group_for(pool_id, programme.fill_order)
        if group is None:
            return not reserves.open_next(pool_id)
        waits = store.first_waits(pool_id, min(BATCH, group.room))
        if not waits:
            return True
        hold = _new_hold(group.chat_id, programme.programme_id, programme.hold_minutes, now)
        if store_seats.hold_waiting(group, hold, waits, now).written:
            held += len(waits)
            count("SeatsHeld", len(waits))
        return False

    _until_done(pool_id, step, progress=lambda: held)
    return held


def programme_of(pool_id: str) -> str:
    """The programme a pool belongs to."""
    return pool_id.rpartition("~")[0]


def _serve(pool_id: str, requests: Sequence[Request], now: datetime) -> None:
    left = {request.member_id: request for request in requests}
    waited = False

    def step() -> bool:
        nonlocal waited
        pool = store.get_pool(pool_id)
        outcome, handled, waited_now = _place(pool, list(left.values()), now)
        waited = waited or waited_now
        if outcome.written:
            for member_id in handled:
                del left[member_id]
        else:
            _drop_settled(left, outcome)
        return not left

    _until_done(pool_id, step, progress=lambda: -len(left))
    if waited:
        # A seat may have been freed after we saw none and before the place in the waitlist was written.
        refill(pool_id, now)


def _place(pool: Pool, requests: list[Request], now: datetime) -> tuple[Outcome, list[str], bool]:
    """One attempt: hold as many as the chosen group takes, or put all in the waitlist."""
    programme = programmes.get(requests[0].programme_id)
    group = choosing.group_for(pool.pool_id, programme.fill_order) if pool.waiting <= 0 else None
    if group is None and pool.waiting <= 0 and reserves.open_next(pool.pool_id):
        return Outcome(), [], False
    if group is None:
        outcome = store_seats.wait(pool, requests, now)
        if outcome.written:
            count("SeatsWaiting", len(requests))
        return outcome, [request.member_id for request in requests], outcome.written
    some = requests[: group.room]
    hold = _new_hold(group.chat_id, programme.programme_id, programme.hold_minutes, now)
    outcome = store_seats.hold_requested(group, hold, some, now)
    if outcome.written:
        count("SeatsHeld", len(some))
    return outcome, [request.member_id for request in some], False


def _drop_settled(left: dict[str, Request], outcome: Outcome) -> None:
    """A refused seat row means that this member has a seat or a place already: nothing is left to do for them."""
    for label in outcome.refused - {GROUP, POOL}:
        if left.pop(label, None):
            count("SeatsRepeated")


def _new_hold(chat_id: str, programme_id: str, minutes: int, now: datetime) -> Hold:
    until = now + timedelta(minutes=minutes)
    return Hold(hold_id=f"{iso(until)}~{new_id(now)}", chat_id=chat_id, programme_id=programme_id, held_until=until)


def _until_done(pool_id: str, step: Callable[[], bool], progress: Callable[[], int]) -> None:
    """Repeat `step` until it says done. Each bit of progress renews the patience; other writers' interference
    uses it up.

    Raises:
        Transient: `seats.contended` after too many attempts without progress.
    """
    tries, seen = 0, progress()
    while tries < TRIES:
        try:
            if step():
                return
        except Transient as error:
            logger.info("seats contended", extra={"pool_id": pool_id, "code": error.code})
        if progress() != seen:
            tries, seen = 0, progress()
            continue
        # Another writer was quicker, and others may be waiting as we are: whoever comes apart from them wastes less.
        sleep(random.uniform(0, PAUSE_SECONDS * 2 ** min(tries, 5)))  # noqa: S311 - spreads writers, hides nothing
        tries += 1
    raise Transient("seats.contended", f"no progress in {TRIES} attempts")
