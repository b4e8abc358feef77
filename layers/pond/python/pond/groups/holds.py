"""Holds that were not taken in time are freed, once; the seat goes to who waits (by the event that the change
makes)."""

from datetime import datetime, timedelta

from pond.groups import store, store_seats
from pond.kernel.errors import Transient
from pond.kernel.logs import count

LOOKBACK = timedelta(hours=24)  # as long as the caretaker may have been away; the nightly repair sees what is older
TRIES = 5


def expire_due(now: datetime) -> int:
    """Free every held seat whose time has run out; returns how many."""
    freed = 0
    hour = now - LOOKBACK
    while hour <= now + timedelta(hours=1):
        for hold in store.due_holds(store_seats.due_hour(hour), now):
            freed += _expire(hold, now)
        hour += timedelta(hours=1)
    count("SeatsExpired", freed)
    return freed


def _expire(hold: store.HoldRow, now: datetime) -> int:
    for _ in range(TRIES):
        seats = [
            seat
            for seat in store.get_seats(hold.programme_id, hold.member_ids)
            if seat.state == "held" and seat.hold_id == hold.hold_id
        ]
        if seats and not store_seats.expire(hold.hold_id, hold.chat_id, seats, now).written:
            continue  # somebody took their seat at this moment: read again
        hold.delete()
        return len(seats)
    raise Transient("holds.contended", "seats of a hold changed each time they were read")
