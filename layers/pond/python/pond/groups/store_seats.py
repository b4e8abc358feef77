"""The transactions that move seats. Each keeps by its own conditions: one live seat a member and programme, live seats
never over a group's capacity and equal to its counter, waitlist numbers without gaps, nobody overtakes who waits.
All are conditional, so repeating one after a crash changes nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.groups import store_arrivals
from pond.groups.model import HOLDS_BY_ONESELF, Group, Pool, Request, Seat
from pond.groups.store import GroupRow, HoldRow, PoolRow, SeatRow, WaitRow, came_in
from pond.groups.store_stays import moved
from pond.kernel.tables import Transaction, TransactionRefused, iso, refused

GROUP, POOL, HOLD = "group", "pool", "hold"
HOLD_KEPT = timedelta(days=7)  # how long DynamoDB keeps a hold row that nobody deleted


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Seats held together: in which group, until when, under which id."""

    hold_id: str
    chat_id: str
    programme_id: str
    held_until: datetime


@dataclass(frozen=True)
class Outcome:
    """What a seat transaction came to: written, or which labels refused (member ids, GROUP, POOL)."""

    refused: frozenset[str] = frozenset()

    @property
    def written(self) -> bool:
        return not self.refused


def hold_requested(group: Group, hold: Hold, requests: Sequence[Request], now: datetime) -> Outcome:
    """Hold a seat in `group` for each who has none or asked again, provided there is room for all and nobody
    waits in the pool."""
    transaction = Transaction()
    transaction.check(POOL, PoolRow, group.pool_id, condition=PoolRow.waiting.does_not_exist() | (PoolRow.waiting == 0))
    _occupy(transaction, group, hold, [request.member_id for request in requests])
    seats = {request.member_id: SeatRow(request.member_id, hold.programme_id) for request in requests}
    transaction.update_alike(seats, _holding(group, hold, now), _may_request())
    return _commit(transaction)


def hold_waiting(group: Group, hold: Hold, waits: Sequence[WaitRow], now: datetime) -> Outcome:
    """Hold a seat in `group` for those first in the waitlist and take them off it."""
    transaction = Transaction()
    transaction.update(
        POOL,
        PoolRow(group.pool_id),
        actions=[PoolRow.waiting.add(-len(waits)), PoolRow.called_through.set(waits[-1].number)],
    )
    _occupy(transaction, group, hold, [wait.member_id for wait in waits])
    for wait in waits:
        transaction.delete(f"wait {wait.number}", wait, condition=WaitRow.member_id == wait.member_id)
        condition = (SeatRow.state == "waiting") & (SeatRow.waiting_number == wait.number)
        row = SeatRow(wait.member_id, hold.programme_id)
        transaction.update(wait.member_id, row, _holding(group, hold, now), condition)
    return _commit(transaction)


def wait(pool: Pool, requests: Sequence[Request], now: datetime) -> Outcome:
    """Give each a place in the pool's waitlist, in order; refused (POOL) when somebody else took numbers meanwhile."""
    transaction = Transaction()
    before = PoolRow.last_number == pool.last_number
    transaction.update(
        POOL,
        PoolRow(pool.pool_id),
        actions=[PoolRow.last_number.set(pool.last_number + len(requests)), PoolRow.waiting.add(len(requests))],
        condition=before | PoolRow.last_number.does_not_exist() if pool.last_number == 0 else before,
    )
    for number, request in enumerate(requests, start=pool.last_number + 1):
        row = WaitRow(
            pool_id=pool.pool_id, number=number, member_id=request.member_id, programme_id=request.programme_id
        )
        transaction.put(f"wait {number}", row)
        transaction.update(
            request.member_id,
            SeatRow(request.member_id, request.programme_id),
            actions=[
                SeatRow.state.set("waiting"),
                SeatRow.pool_id.set(pool.pool_id),
                SeatRow.waiting_number.set(number),
                SeatRow.changed_at.set(now),
            ],
            condition=_may_request(),
        )
    return _commit(transaction)


def expire(hold_id: str, chat_id: str, seats: Sequence[Seat], now: datetime) -> Outcome:
    """Free the seats of a hold that were not taken in time."""
    transaction = Transaction()
    transaction.update(GROUP, GroupRow(chat_id), actions=[GroupRow.live_seats.add(-len(seats))])
    for seat in seats:
        transaction.update(
            seat.member_id,
            SeatRow(seat.member_id, seat.programme_id),
            actions=[SeatRow.state.set("expired"), SeatRow.changed_at.set(now)],
            condition=(SeatRow.state == "held") & (SeatRow.hold_id == hold_id),
        )
    return _commit(transaction)


def take(seat: Seat, chat_id: str, now: datetime) -> bool:
    """The member is in the group their seat is held in; False when the seat is no longer held there."""
    _list_arrival(seat, chat_id, now)
    actions = [*_taken(chat_id, now), SeatRow.held_until.remove()]
    return _change_alone(seat, actions, (SeatRow.state == "held") & (SeatRow.chat_id == chat_id))


def take_late(group: Group, seat: Seat, now: datetime) -> Outcome:
    """The member came into the group after their hold had run out, or came back: theirs again if there is room."""
    _list_arrival(seat, group.chat_id, now)
    transaction = Transaction()
    _occupy(transaction, group, None, [seat.member_id])
    transaction.update(
        seat.member_id,
        SeatRow(seat.member_id, seat.programme_id),
        actions=[SeatRow.chat_id.set(group.chat_id), *_taken(group.chat_id, now)],
        condition=SeatRow.state.is_in("expired", "left") & (SeatRow.chat_id == group.chat_id),
    )
    return _commit(transaction)


def leave(seat: Seat, state: str, now: datetime) -> Outcome:
    """A taken seat ends: the member left or was removed."""
    assert seat.chat_id is not None
    transaction = Transaction()
    transaction.update(GROUP, GroupRow(seat.chat_id), actions=[GroupRow.live_seats.add(-1)])
    transaction.update(
        seat.member_id,
        SeatRow(seat.member_id, seat.programme_id),
        actions=[SeatRow.state.set(state), SeatRow.changed_at.set(now), moved(now)],
        condition=(SeatRow.state == "taken") & (SeatRow.chat_id == seat.chat_id),
    )
    return _commit(transaction)


def mark_removed(member_id: str, programme_id: str, chat_id: str, now: datetime) -> bool:
    """The seat's end was not the member's own doing; False when the seat is in another state or group."""
    return _change_alone(
        SeatRow(member_id, programme_id),
        [SeatRow.state.set("removed"), SeatRow.changed_at.set(now)],
        (SeatRow.state == "left") & (SeatRow.chat_id == chat_id),
    )


def grant(member_id: str, programme_id: str, now: datetime) -> bool:
    """An operator lets somebody have a seat again whose last one ended; False when theirs is in another state."""
    return _change_alone(
        SeatRow(member_id, programme_id),
        [SeatRow.state.set("requested"), SeatRow.changed_at.set(now)],
        SeatRow.state.is_in("expired", "left", "removed"),
    )


def request_again(member_id: str, programme_id: str, now: datetime) -> bool:
    """Somebody whose hold ran out asks once more; False when their seat is in another state or they asked too often."""
    return _change_alone(
        SeatRow(member_id, programme_id),
        [SeatRow.state.set("requested"), SeatRow.changed_at.set(now)],
        (SeatRow.state == "expired") & (SeatRow.holds < HOLDS_BY_ONESELF),
    )


def _list_arrival(seat: Seat, chat_id: str, now: datetime) -> None:
    if seat.taken_at is None:
        store_arrivals.note(seat.programme_id, chat_id, now)


def _taken(chat_id: str, now: datetime) -> list[Action]:
    came = came_in(chat_id, now)
    return [SeatRow.state.set("taken"), SeatRow.changed_at.set(now), moved(now, chat_id), *came]


def _may_request() -> Condition:
    condition: Condition = SeatRow.state.does_not_exist() | (SeatRow.state == "requested")
    return condition


def _occupy(transaction: Transaction, group: Group, hold: Hold | None, member_ids: Sequence[str]) -> None:
    transaction.update(
        GROUP,
        GroupRow(group.chat_id),
        actions=[GroupRow.live_seats.add(len(member_ids))],
        condition=(GroupRow.state == "open")
        & (GroupRow.capacity == group.capacity)
        & (GroupRow.live_seats <= group.capacity - len(member_ids)),
    )
    if hold:
        row = HoldRow(
            due_hour=due_hour(hold.held_until),
            hold_id=hold.hold_id,
            chat_id=hold.chat_id,
            programme_id=hold.programme_id,
            member_ids=list(member_ids),
            held_until=hold.held_until,
            expires_at=hold.held_until + HOLD_KEPT,
        )
        transaction.put(HOLD, row)


def due_hour(moment: datetime) -> str:
    """The hash key under which holds ending in that hour stand."""
    return iso(moment)[:13]


def _holding(group: Group, hold: Hold, now: datetime) -> list[Action]:
    return [
        SeatRow.state.set("held"),
        SeatRow.pool_id.set(group.pool_id),
        SeatRow.chat_id.set(hold.chat_id),
        SeatRow.hold_id.set(hold.hold_id),
        SeatRow.held_until.set(hold.held_until),
        SeatRow.holds.add(1),
        SeatRow.waiting_number.remove(),
        SeatRow.changed_at.set(now),
    ]


def _commit(transaction: Transaction) -> Outcome:
    try:
        transaction.commit()
    except TransactionRefused as error:
        return Outcome(
            frozenset(label for label, why in error.refusals.items() if why.code == "ConditionalCheckFailed")
        )
    return Outcome()


def _change_alone(seat: Seat | SeatRow, actions: list[Action], condition: Condition) -> bool:
    try:
        SeatRow(seat.member_id, seat.programme_id).update(actions=actions, condition=condition)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True
