"""The writes by which a person's seats and places in groups are forgotten. A live seat or a place in a waitlist is
counted out in the transaction that takes the row away."""

from collections.abc import Collection, Iterator

from pynamodb.exceptions import DeleteError, UpdateError

from pond.groups.model import Seat
from pond.groups.store import HoldRow, SeatRow, seat_of
from pond.groups.store_merging import as_seen, vacate
from pond.groups.store_rosters import RosterRow
from pond.kernel.tables import Transaction, TransactionRefused, refused

HOUR = 13  # characters of a hold's id that say the hour under which it stands


def drop_seat(seat: Seat) -> bool:
    """Take the seat's row away, if it still is as it was seen."""
    transaction = Transaction()
    vacate(transaction, seat)
    transaction.delete("seat", SeatRow(seat.member_id, seat.programme_id), condition=as_seen(seat))
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def leave_hold(hold_id: str, member_id: str) -> bool:
    """Take a member out of the seats that were held together; False when the hold changed meanwhile."""
    try:
        row = HoldRow.get(hold_id[:HOUR], hold_id, consistent_read=True)
    except HoldRow.DoesNotExist:
        return True
    seen = list(row.member_ids)
    if member_id not in seen:
        return True
    left = [each for each in seen if each != member_id]
    try:
        row.update([HoldRow.member_ids.set(left)], condition=HoldRow.member_ids == seen)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def drop_roster(chat_id: str, contact_id: str, member_id: str) -> bool:
    """Take away the row of who is no longer in a group, if it is this member's."""
    try:
        RosterRow(chat_id, contact_id).delete(condition=RosterRow.member_id == member_id)
    except DeleteError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def unlink_roster(chat_id: str, contact_id: str, member_id: str) -> bool:
    """Who is in a group, and was this member, is a stranger there."""
    try:
        RosterRow(chat_id, contact_id).update(
            actions=[RosterRow.member_id.remove(), RosterRow.astray.remove(), RosterRow.standing.set("stranger")],
            condition=RosterRow.member_id == member_id,
        )
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def rosters_of(member_ids: Collection[str]) -> Iterator[RosterRow]:
    """Where these members are or were in groups; a scan, so never where somebody waits."""
    return (row for row in RosterRow.scan(RosterRow.member_id.exists()) if row.member_id in member_ids)


def seats_of(member_ids: Collection[str]) -> Iterator[Seat]:
    """The seats of these members, by key."""
    for member_id in member_ids:
        yield from map(seat_of, SeatRow.query(member_id, consistent_read=True))
