"""Seats: one each, never over, nobody lost, in order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from pond.groups import holds, seats, store, store_seats
from pond.groups.allocation import allocate, refill
from support.places import Place, add_group

MakePlace = Callable[..., Place]


def states(place: Place, count: int, prefix: str = "m") -> list[str]:
    return [
        seats.my_seat(request.member_id, place.programme_id, NOW).state for request in place.requests(count, prefix)
    ]


NOW = datetime.fromisoformat("2026-11-23T06:00:00+00:00")


def test_fills_groups_one_by_one_then_the_waitlist(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=2, capacity=3)
    assert allocate(place.requests(8), now) == {}
    assert place.live() == dict.fromkeys(place.chat_ids, 3)
    assert states(place, 8) == ["held"] * 6 + ["waiting"] * 2
    assert [seats.my_seat(f"m{n}", place.programme_id, now).place for n in (6, 7)] == [1, 2]


def test_fills_evenly_when_the_programme_says_so(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=2, capacity=10, fill_order="even")
    for request in place.requests(6):
        allocate([request], now)
    assert place.live() == dict.fromkeys(place.chat_ids, 3)


def test_the_same_request_again_changes_nothing(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=3)
    for _ in range(3):
        allocate(place.requests(5) * 2, now)
    assert place.live() == {place.chat_ids[0]: 3}
    assert store.get_pool(place.pool_id).waiting == 2


def test_the_same_request_again_takes_no_second_seat_while_there_is_room(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=2, capacity=20)
    for _ in range(3):
        assert allocate(place.requests(5) * 2, now) == {}
    assert sum(place.live().values()) == 5


def test_a_held_seat_shows_the_groups_code_and_its_deadline(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=3)
    allocate(place.requests(1), now)
    view = seats.my_seat("m0", place.programme_id, now)
    assert (view.state, view.group_name, view.held_until) == ("held", "群 0", now + timedelta(minutes=30))
    assert view.code_url == f"https://codes.example/{place.chat_ids[0]}.png"


def test_an_expired_hold_goes_to_who_waits_and_may_be_asked_for_once_more(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=1)
    allocate(place.requests(2), now)
    later = now + timedelta(minutes=31)
    assert holds.expire_due(later) >= 1  # other tests left holds too
    assert holds.expire_due(later) == 0
    assert place.live() == {place.chat_ids[0]: 0}
    assert refill(place.pool_id, later) == 1
    assert states(place, 2) == ["expired", "held"]

    assert seats.my_seat("m0", place.programme_id, later).may_ask_again
    allocate(place.requests(1), later)  # the first request delivered again is not a new wish
    assert states(place, 2) == ["expired", "held"]
    assert seats.ask_again("m0", place.programme_id, later)
    allocate(place.requests(1), later)
    assert states(place, 2) == ["waiting", "held"]


def test_nobody_overtakes_who_waits(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=2)
    allocate(place.requests(4), now)
    add_group(place.programme_id, place.pool_id, f"{place.chat_ids[0]}-next", 1, 1)
    allocate(place.requests(1, "late"), now)
    assert states(place, 4) == ["held", "held", "held", "waiting"]
    assert seats.my_seat("late0", place.programme_id, now).place == 2


def test_a_paused_group_gets_nobody(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=2)
    store.set_state(place.chat_ids[0], "paused")
    allocate(place.requests(1), now)
    assert states(place, 1) == ["waiting"]


def test_many_workers_at_once_leave_every_count_exact(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=3, capacity=20)
    people = place.requests(100)
    batches = [people[start : start + 10] for start in range(0, 100, 10)] * 2
    with ThreadPoolExecutor(8) as pool:
        failed = [request for answer in pool.map(lambda some: allocate(some, now), batches) for request in answer]
    allocate(failed, now)
    found = states(place, 100)
    assert place.live() == dict.fromkeys(place.chat_ids, 20)
    assert (found.count("held"), found.count("waiting")) == (60, 40)
    waits = store.first_waits(place.pool_id, 100)
    assert [wait.number for wait in waits] == list(range(1, 41))


def test_leaving_frees_one_seat_once(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=1)
    allocate(place.requests(1), now)
    seat = seats.get("m0", place.programme_id)
    assert seat and store_seats.take(seat, place.chat_ids[0], now)
    assert not store_seats.take(seat, place.chat_ids[0], now)
    taken = seats.get("m0", place.programme_id)
    assert taken and store_seats.leave(taken, "left", now).written
    assert not store_seats.leave(taken, "left", now).written
    assert place.live() == {place.chat_ids[0]: 0}


def test_a_third_hold_is_an_operators_to_give(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=1)
    assert not seats.grant("m0", place.programme_id, now)
    for hold in range(2):
        moment = now + timedelta(hours=hold)
        allocate(place.requests(1), moment)
        holds.expire_due(moment + timedelta(minutes=31))
        assert seats.ask_again("m0", place.programme_id, moment) is (hold == 0)
    later = now + timedelta(hours=3)
    assert seats.grant("m0", place.programme_id, later)
    assert not seats.grant("m0", place.programme_id, later)
    allocate(place.requests(1), later)
    assert states(place, 1) == ["held"]
    assert not seats.grant("m0", place.programme_id, later)
