"""The transactions by which two people's seats in a programme become one person's. Conditional like all that move
seats: each seat must be as it was seen, and what is given up is counted out of its group or waitlist.

The row of the merged member stays, as `merged`: it takes no seat any more. It names the group in which a live seat was
given up, if there was one, from which its event follows.
"""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.groups.model import LIVE, Seat
from pond.groups.store import GroupRow, HoldRow, PoolRow, SeatRow, WaitRow, came_in, seat_of
from pond.groups.store_seats import HOLD_KEPT, Hold, due_hour
from pond.groups.store_stays import moved
from pond.kernel.tables import Transaction, TransactionRefused


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two members found to be one and their seats in a programme, as seen."""

    programme_id: str
    merged_id: str
    kept_id: str
    merged: Seat | None
    kept: Seat | None


def seats_of(member_id: str) -> list[Seat]:
    """A member's seats in all programmes, as they are now."""
    return [seat_of(row) for row in SeatRow.query(member_id, consistent_read=True)]


def give_up(pair: Pair, now: datetime) -> bool:
    """The merged member's seat, if there is one, ends, and the kept member's stays; False: one is not as seen."""
    transaction = Transaction()
    if pair.merged:
        transaction.check("kept", SeatRow, pair.kept_id, pair.programme_id, condition=as_seen(pair.kept))
        vacate(transaction, pair.merged)
    _close(transaction, pair, pair.merged, now)
    return commit(transaction)


def hand_over(pair: Pair, hold_id: str, now: datetime) -> bool:
    """The merged member's seat becomes the kept member's, whose own, if there is one, ends; a held one is held on
    under `hold_id`. False: one is not as seen."""
    seat = pair.merged
    assert seat is not None
    transaction = Transaction()
    if pair.kept:
        vacate(transaction, pair.kept)
    held = seat.state == "held" and seat.held_until is not None
    _own(transaction, pair, seat, hold_id if held else seat.hold_id, now)
    if held:
        _hold_on(transaction, pair, seat, hold_id)
    if seat.state == "waiting":
        place = WaitRow(seat.pool_id, seat.waiting_number)
        own = WaitRow.member_id.set(pair.kept_id)
        transaction.update("place", place, [own], condition=WaitRow.member_id == pair.merged_id)
    _close(transaction, pair, pair.kept, now)
    return commit(transaction)


def vacate(transaction: Transaction, seat: Seat) -> None:
    """Count the seat or the place that ends out of its group or waitlist."""
    if seat.state in LIVE:
        assert seat.chat_id is not None
        transaction.update("group", GroupRow(seat.chat_id), [GroupRow.live_seats.add(-1)])
    if seat.state == "waiting":
        place = WaitRow(seat.pool_id, seat.waiting_number)
        transaction.delete("left place", place, condition=WaitRow.member_id == seat.member_id)
        transaction.update("pool", PoolRow(seat.pool_id), [PoolRow.waiting.add(-1)])


def _own(transaction: Transaction, pair: Pair, seat: Seat, hold_id: str | None, now: datetime) -> None:
    actions: list[Action] = [
        SeatRow.state.set(seat.state),
        SeatRow.pool_id.set(seat.pool_id),
        SeatRow.holds.set(max(seat.holds, pair.kept.holds if pair.kept else 0)),
        SeatRow.chat_id.set(seat.chat_id) if seat.chat_id else SeatRow.chat_id.remove(),
        SeatRow.hold_id.set(hold_id) if hold_id else SeatRow.hold_id.remove(),
        SeatRow.held_until.set(seat.held_until) if seat.held_until else SeatRow.held_until.remove(),
        SeatRow.waiting_number.set(seat.waiting_number) if seat.waiting_number else SeatRow.waiting_number.remove(),
    ]
    if seat.changed_at:
        actions.append(SeatRow.changed_at.set(seat.changed_at))
    if seat.taken_at and seat.came_to:
        actions += came_in(seat.came_to, seat.taken_at)
    if seat.state == "taken" and seat.chat_id:  # in whatever group they were before, they are in this one
        actions.append(moved(seat.changed_at or now, seat.chat_id))
    elif pair.kept and pair.kept.state == "taken":
        actions.append(moved(now))
    transaction.update("kept", SeatRow(pair.kept_id, pair.programme_id), actions, condition=as_seen(pair.kept))


def _hold_on(transaction: Transaction, pair: Pair, seat: Seat, hold_id: str) -> None:
    """A hold of its own, ending when the other did: who frees that one at this moment finds nothing held in it."""
    assert seat.chat_id is not None
    assert seat.held_until is not None
    hold = Hold(hold_id=hold_id, chat_id=seat.chat_id, programme_id=seat.programme_id, held_until=seat.held_until)
    row = HoldRow(
        due_hour=due_hour(hold.held_until),
        hold_id=hold.hold_id,
        chat_id=hold.chat_id,
        programme_id=hold.programme_id,
        member_ids=[pair.kept_id],
        held_until=hold.held_until,
        expires_at=hold.held_until + HOLD_KEPT,
    )
    transaction.put("hold", row)


def _close(transaction: Transaction, pair: Pair, given_up: Seat | None, now: datetime) -> None:
    actions: list[Action] = [
        SeatRow.state.set("merged"),
        SeatRow.changed_at.set(now),
        SeatRow.hold_id.remove(),
        SeatRow.held_until.remove(),
        SeatRow.waiting_number.remove(),
        SeatRow.taken_at.remove(),
        SeatRow.came_to.remove(),
    ]
    if pair.merged and pair.merged.state == "taken":
        actions.append(moved(now))
    if given_up and given_up.state in LIVE and given_up.chat_id:
        actions += [SeatRow.chat_id.set(given_up.chat_id), SeatRow.pool_id.set(given_up.pool_id)]
    else:
        actions += [SeatRow.chat_id.remove(), SeatRow.pool_id.remove()]
    transaction.update("merged", SeatRow(pair.merged_id, pair.programme_id), actions, condition=as_seen(pair.merged))


def as_seen(seat: Seat | None) -> Condition:
    """The seat's row is as it was seen, or not there."""
    if seat is None:
        nothing: Condition = SeatRow.state.does_not_exist()
        return nothing
    condition: Condition = SeatRow.state == seat.state
    for attribute, value in (
        (SeatRow.chat_id, seat.chat_id),
        (SeatRow.hold_id, seat.hold_id),
        (SeatRow.waiting_number, seat.waiting_number),
    ):
        condition = condition & (attribute == value if value is not None else attribute.does_not_exist())
    return condition


def commit(transaction: Transaction) -> bool:
    """Whether it was written."""
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True
