"""Members' seats as others ask for them: their page, whoever gives them another, and what was where when."""

from datetime import datetime

from pond.groups import store, store_seats, store_stays
from pond.groups.model import HOLDS_BY_ONESELF, Seat, SeatView, Stay


def get(member_id: str, programme_id: str) -> Seat | None:
    """The member's seat in the programme, if they ever had one."""
    return store.get_seat(member_id, programme_id)


def history(member_id: str) -> list[Stay]:
    """Where and when the member was, in all programmes. Who was merged has theirs under their own id."""
    return store_stays.of_member(member_id)


def my_seat(member_id: str, programme_id: str, now: datetime) -> SeatView:
    """What the member may know: the one group they are shown, or their place in the waitlist."""
    seat = store.get_seat(member_id, programme_id)
    if seat is None:
        return SeatView(state="none")
    if seat.state == "waiting":
        pool = store.get_pool(seat.pool_id)
        ahead = (seat.waiting_number or 0) - pool.called_through
        return SeatView(state="waiting", place=max(1, ahead))
    if seat.state == "requested" or seat.chat_id is None:
        return SeatView(state=seat.state)
    if seat.state == "expired":
        return SeatView(state="expired", may_ask_again=seat.holds < HOLDS_BY_ONESELF)
    if seat.state == "held" and seat.held_until and seat.held_until <= now:
        return SeatView(state="expired")  # the caretaker frees it within the minute; asking again works from then on
    group = store.get_group(seat.chat_id)
    return SeatView(
        state=seat.state,
        group_name=group.name if group else "",
        code_url=group.code_url if group and seat.state == "held" else None,
        held_until=seat.held_until,
    )


def ask_again(member_id: str, programme_id: str, now: datetime) -> bool:
    """Ask for a seat once more after a hold ran out; False when that is not possible (page shows the true state)."""
    return store_seats.request_again(member_id, programme_id, now)


def grant(member_id: str, programme_id: str, now: datetime) -> bool:
    """An operator gives somebody another try, however often theirs ran out; False when they have one, wait for one, or
    never had any."""
    return store_seats.grant(member_id, programme_id, now)
