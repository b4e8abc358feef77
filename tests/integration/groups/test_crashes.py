"""Seats survive a crash at any call: delivered again, everyone has exactly one seat or place and every count is
exact."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pond.groups import holds, seats, store, store_seats
from pond.groups.allocation import allocate, refill
from pond.groups.invariants import check
from support.crashes import explore
from support.places import Place, add_group

MakePlace = Callable[..., Place]


def intact(place: Place, now: datetime) -> None:
    members = {f"{place.programme_id}-{number}" for number in range(10)}
    about = {place.pool_id, *place.chat_ids, *members}
    assert [breach for breach in check(now, now) if breach.about in about] == []


def people(place: Place, count: int) -> list[str]:
    return [f"{place.programme_id}-{number}" for number in range(count)]


def states(place: Place, count: int, now: datetime) -> list[str]:
    return [seats.my_seat(member, place.programme_id, now).state for member in people(place, count)]


def test_allocation(make_place: MakePlace, now: datetime, record_property: Callable[[str, object], None]) -> None:
    def act(place: Place) -> None:
        assert allocate([place.request(member) for member in people(place, 5)], now) == {}

    def settled(place: Place) -> None:
        intact(place, now)
        assert sorted(states(place, 5, now)) == ["held"] * 3 + ["waiting"] * 2

    points = explore(lambda: make_place(groups=1, capacity=3), act, settled)
    record_property("crash_points", points)


def test_allocation_with_room_to_spare(
    make_place: MakePlace, now: datetime, record_property: Callable[[str, object], None]
) -> None:
    def act(place: Place) -> None:
        assert allocate([place.request(member) for member in people(place, 5)], now) == {}

    def settled(place: Place) -> None:
        intact(place, now)
        assert states(place, 5, now) == ["held"] * 5
        assert sum(place.live().values()) == 5

    record_property("crash_points", explore(lambda: make_place(groups=2, capacity=9), act, settled))


def test_calling_up_who_waits(
    make_place: MakePlace, now: datetime, record_property: Callable[[str, object], None]
) -> None:
    def scene() -> Place:
        place = make_place(groups=1, capacity=1)
        allocate([place.request(member) for member in people(place, 4)], now)
        chat_id = f"{place.chat_ids[0]}-next"
        add_group(place.programme_id, place.pool_id, chat_id, 2, 1)
        return Place(place.programme_id, place.pool_id, (*place.chat_ids, chat_id))

    def settled(place: Place) -> None:
        intact(place, now)
        assert states(place, 4, now) == ["held"] * 3 + ["waiting"]

    points = explore(scene, lambda place: refill(place.pool_id, now), settled)
    record_property("crash_points", points)


def test_expiry(
    make_place: MakePlace,
    now: datetime,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holds, "LOOKBACK", timedelta(0))  # fewer empty hours to look into
    later = now + timedelta(minutes=30)

    def scene() -> Place:
        place = make_place(groups=1, capacity=3)
        allocate([place.request(member) for member in people(place, 3)], now)
        taken = seats.get(people(place, 1)[0], place.programme_id)
        assert taken and store_seats.take(taken, place.chat_ids[0], now)
        return place

    def settled(place: Place) -> None:
        intact(place, later)
        assert states(place, 3, later) == ["taken", "expired", "expired"]
        group = store.get_group(place.chat_ids[0])
        assert group and group.live_seats == 1

    points = explore(scene, lambda place: holds.expire_due(later), settled)
    record_property("crash_points", points)
