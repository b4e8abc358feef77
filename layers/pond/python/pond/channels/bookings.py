"""Places in a programme's line.

Who has a place keeps it. A number taken by a request that then lost to another of the same person stays unused: its
row is there, but the person's own number is another, and that one counts.
"""

from datetime import datetime

from pond.channels import followers, openings, store_followers, store_line
from pond.channels.model import Booking, Follower, Place
from pond.kernel.errors import NotFound, Transient

_ROUNDS = 5


def book(programme_id: str, follower_id: str, channel_id: str | None, now: datetime, cause: str | None = None) -> Place:
    """The person's place in the line, given now if they have none.

    `cause` names the request (a callback's id): the same request again has the same answer, `first_time` included.

    Raises:
        NotFound: `follower.unknown`.
        Transient: `line.contended`, when the line kept moving.
    """
    follower = store_followers.load(follower_id)
    if follower is None:
        raise NotFound("follower.unknown", follower_id)
    return book_for(follower, programme_id, channel_id, now, cause)


def book_for(
    follower: Follower,
    programme_id: str,
    channel_id: str | None,
    now: datetime,
    cause: str | None = None,
    said_at: datetime | None = None,
) -> Place:
    """As `book`, for who has just read the follower. `said_at`: when they wrote for it, if that is not noted yet."""
    if programme_id in follower.bookings:
        return _held(programme_id, follower.bookings[programme_id], cause)
    number = _next_number(programme_id, now)
    store_line.put_booking(programme_id, Booking(number, follower.follower_id, channel_id, cause), now)
    if not followers.booked(follower, programme_id, number, said_at):
        return book(programme_id, follower.follower_id, channel_id, now, cause)
    # Read after the place is written: an opening before this read is seen here, one after it finds the place to tell.
    return store_line.line(programme_id).place(number, first_time=True)


def place(follower: Follower, programme_id: str) -> Place | None:
    """Where the person stands in the programme's line, if they booked."""
    number = follower.bookings.get(programme_id)
    return None if number is None else store_line.line(programme_id).place(number)


def _held(programme_id: str, number: int, cause: str | None) -> Place:
    booking = store_line.booking(programme_id, number) if cause else None
    first_time = booking is not None and booking.cause == cause
    return store_line.line(programme_id).place(number, first_time=first_time)


def _next_number(programme_id: str, now: datetime) -> int:
    for _ in range(_ROUNDS):
        number = store_line.next_number(programme_id, now)
        if number is not None:
            return number
        openings.close_due(programme_id, now)
    raise Transient("line.contended", programme_id)
