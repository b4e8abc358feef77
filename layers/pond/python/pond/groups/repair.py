"""What the caretaker does so that nobody is lost, whatever happened to events: seats for the registered, calls
for who waits, one seat for who were found to be one, none for the blocked."""

from datetime import datetime, timedelta

from pond.groups import blocking, merging, reconciliation, store, store_merging
from pond.groups.allocation import allocate, refill
from pond.groups.model import Request, Seat
from pond.kernel.errors import PondError
from pond.kernel.logs import count, logger
from pond.members import identities, registrations
from pond.members import merging as members

PATIENCE = timedelta(minutes=15)  # the queue's own retries come first


def seat_the_forgotten(now: datetime) -> int:
    """Give a seat to everyone who was accepted, or asked again, a while ago and has none; returns how many. Nightly:
    it reads all."""
    requests = [
        Request(member_id=found.member_id, programme_id=found.programme_id, pool_id=found.pool_id)
        for found in registrations.everyone()
        if found.accepted_at
        and found.accepted_at < now - PATIENCE
        and _is_due(store.get_seat(found.member_id, found.programme_id), now)
    ]
    for reason in allocate(requests, now).values():
        logger.warning("could not be seated", extra={"code": reason.code})
    count("SeatsRepaired", len(requests))
    return len(requests)


def call_up(now: datetime) -> int:
    """Call up in every pool where people wait while there is room (their event may have been lost); returns how
    many."""
    return sum(refill(pool.pool_id, now) for pool in store.every_pool() if pool.waiting > 0)


def merge_the_found(now: datetime) -> int:
    """Finish what became of members found to be others a while ago, whose event was lost; returns how many. Nightly:
    it reads all accounts. One who cannot be finished now does not keep the others from it."""
    finished = 0
    for account in identities.all_merged():
        if account.merged_at is None or account.merged_at > now - PATIENCE or not _has_something(account.account_id):
            continue
        try:
            reconciliation.plan_groups(merging.merge(account.account_id, now), now)
            finished += 1
        except PondError as error:
            logger.warning("could not be merged", extra={"code": error.code})
    count("MergesRepaired", finished)
    return finished


def turn_away_the_blocked(now: datetime) -> int:
    """Give up what blocked people still use up, since their event was lost; returns in how many programmes. Nightly: it
    reads all accounts."""
    given_up = 0
    for account in identities.all_blocked():
        try:
            given_up += blocking.give_up(account.account_id, now)
        except PondError as error:
            logger.warning("could not be turned away", extra={"code": error.code})
    count("BlocksRepaired", given_up)
    return given_up


def _is_due(seat: Seat | None, now: datetime) -> bool:
    """Whether the accepted have no seat, or asked for one again a while ago and nobody heard it."""
    if seat is None:
        return True
    return seat.state == "requested" and seat.changed_at is not None and seat.changed_at < now - PATIENCE


def _has_something(member_id: str) -> bool:
    """Whether a merged member still has a seat or answers of their own."""
    return any(seat.state != "merged" for seat in store_merging.seats_of(member_id)) or any(
        registration.standing != "merged" for registration in members.registrations_of(member_id)
    )
