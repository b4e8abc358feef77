"""The transaction by which a blocked person's seat, or place, ends: as it was seen, and counted out of its group or
waitlist. The row stays as `removed`, there or not before, so that what is under way for them holds nothing."""

from datetime import datetime

from pynamodb.expressions.update import Action

from pond.groups.model import LIVE, Seat
from pond.groups.store import SeatRow
from pond.groups.store_merging import as_seen, commit, vacate
from pond.kernel.tables import Transaction


def end(member_id: str, programme_id: str, pool_id: str, seat: Seat | None, now: datetime) -> bool:
    """End the seat, or the wish for one; False: it is not as seen."""
    transaction = Transaction()
    if seat:
        vacate(transaction, seat)
    actions: list[Action] = [
        SeatRow.state.set("removed"),
        SeatRow.pool_id.set(seat.pool_id if seat else pool_id),
        SeatRow.changed_at.set(now),
        SeatRow.hold_id.remove(),
        SeatRow.held_until.remove(),
        SeatRow.waiting_number.remove(),
    ]
    if seat is None or seat.state not in LIVE:
        actions.append(SeatRow.chat_id.remove())  # no live seat ended: nothing to tell of a group
    transaction.update("seat", SeatRow(member_id, programme_id), actions, condition=as_seen(seat))
    return commit(transaction)
