"""The `lines` and `bookings` tables: a programme's line as a few numbers, and the places given in it.

What always holds: a number is given once; nobody is let in after an opening's end, because taking a number is refused
then until the opening is closed; an opening raises the mark at most once, and only after those before it.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.channels.model import Booking, Line, Opening
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, refused


class _LineRow(Table):
    class Meta:
        table_name = "lines"

    programme_id = UnicodeAttribute(hash_key=True)
    last_number = IntegerAttribute(null=True)
    admitted_through = IntegerAttribute(null=True)
    opening_id = UnicodeAttribute(null=True)
    closes_at = TimeAttribute(null=True)
    first_number = IntegerAttribute(null=True)
    waited_through = IntegerAttribute(null=True)
    opened_last = UnicodeAttribute(null=True)


class _BookingRow(Table):
    class Meta:
        table_name = "bookings"

    programme_id = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)
    follower_id = UnicodeAttribute()
    channel_id = UnicodeAttribute(null=True)
    cause = UnicodeAttribute(null=True)
    booked_at = TimeAttribute()


def line(programme_id: str) -> Line:
    """The line as last written."""
    try:
        row = _LineRow.get(programme_id, consistent_read=True)
    except _LineRow.DoesNotExist:
        return Line()
    return Line(
        last_number=row.last_number or 0,
        admitted_through=row.admitted_through or 0,
        opening_id=row.opening_id,
        closes_at=row.closes_at,
        first_number=row.first_number or 0,
        waited_through=row.waited_through or 0,
        opened_last=row.opened_last or "",
    )


def next_number(programme_id: str, now: datetime) -> int | None:
    """Take the next number; None while an opening stands open past its end, which must be closed first."""
    row = _LineRow(programme_id)
    try:
        row.update(
            [_LineRow.last_number.add(1)],
            condition=_LineRow.closes_at.does_not_exist() | (_LineRow.closes_at > now),
        )
    except UpdateError as error:
        if refused(error):
            return None
        raise
    return row.last_number


def open_line(opening: Opening) -> bool:
    """Raise the mark by the opening's quota, if none is open and this or a later one never was."""
    mark = _LineRow.admitted_through | 0
    return _write(
        opening.programme_id,
        [
            _LineRow.first_number.set(mark + 1),
            _LineRow.admitted_through.set(mark + opening.quota),
            _LineRow.waited_through.set(_LineRow.last_number | 0),
            _LineRow.opening_id.set(opening.opening_id),
            _LineRow.opened_last.set(opening.opening_id),
            _LineRow.closes_at.set(opening.ends_at),
        ],
        _LineRow.opening_id.does_not_exist()
        & (_LineRow.opened_last.does_not_exist() | (_LineRow.opened_last < opening.opening_id)),
    )


def close_line(programme_id: str, opening_id: str, last_number: int) -> bool:
    """End the opening: who is let in stays so; numbers not yet given no longer are. False: the line moved meanwhile."""
    shut: list[Action] = [_LineRow.opening_id.remove(), _LineRow.closes_at.remove()]
    mine = _LineRow.opening_id == opening_id
    if _write(programme_id, shut, mine & (_LineRow.last_number >= _LineRow.admitted_through)):
        return True
    given = _LineRow.last_number == last_number
    if last_number == 0:
        given = given | _LineRow.last_number.does_not_exist()
    return _write(programme_id, [*shut, _LineRow.admitted_through.set(last_number)], mine & given)


def put_booking(programme_id: str, booking: Booking, now: datetime) -> None:
    """Write the place a number is; numbers are given once, so nothing stands there."""
    row = _BookingRow(
        programme_id,
        booking.number,
        follower_id=booking.follower_id,
        channel_id=booking.channel_id,
        cause=booking.cause,
        booked_at=now,
    )
    row.save(condition=_BookingRow.number.does_not_exist())


def booking(programme_id: str, number: int) -> Booking | None:
    """The place of that number."""
    try:
        return _booking(_BookingRow.get(programme_id, number))
    except _BookingRow.DoesNotExist:
        return None


def bookings(programme_id: str, first: int, last: int) -> Iterator[Booking]:
    """The places from one number to another, in order, every one that was written before."""
    condition = _BookingRow.number.between(first, last)
    return (_booking(row) for row in _BookingRow.query(programme_id, condition, consistent_read=True))


def _booking(row: Any) -> Booking:
    return Booking(row.number, row.follower_id, row.channel_id, row.cause)


def _write(programme_id: str, actions: list[Action], condition: Condition) -> bool:
    try:
        _LineRow(programme_id).update(actions, condition=condition)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


def drop_booking(programme_id: str, number: int, follower_id: str) -> bool:
    """Forget whose a number was, if it was this follower's; the number stays given. Whether it was."""
    try:
        _BookingRow(programme_id, number).delete(condition=_BookingRow.follower_id == follower_id)
    except DeleteError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def bookings_of(follower_ids: Collection[str]) -> Iterator[tuple[str, int, str]]:
    """(programme, number, follower) of every place of these followers; a scan, so never where somebody waits."""
    for row in _BookingRow.scan():
        if row.follower_id in follower_ids:
            yield row.programme_id, row.number, row.follower_id
