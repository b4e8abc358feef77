"""What the caretaker does so that nobody is lost, whatever happened to events: seats for the registered, calls
for who waits."""

from datetime import datetime, timedelta

from pond.groups import store
from pond.groups.allocation import allocate, refill
from pond.groups.model import Request
from pond.kernel.logs import count, logger
from pond.members import registrations

PATIENCE = timedelta(minutes=15)  # the queue's own retries come first


def seat_the_forgotten(now: datetime) -> int:
    """Give a seat to everyone who was accepted a while ago and has no seat row; returns how many. Nightly: it
    reads all."""
    requests = [
        Request(member_id=found.member_id, programme_id=found.programme_id, pool_id=found.pool_id)
        for found in registrations.everyone()
        if found.accepted_at
        and found.accepted_at < now - PATIENCE
        and store.get_seat(found.member_id, found.programme_id) is None
    ]
    for reason in allocate(requests, now).values():
        logger.warning("could not be seated", extra={"code": reason.code})
    count("SeatsRepaired", len(requests))
    return len(requests)


def call_up(now: datetime) -> int:
    """Call up in every pool where people wait while there is room (their event may have been lost); returns how
    many."""
    return sum(refill(pool.pool_id, now) for pool in store.every_pool() if pool.waiting > 0)
