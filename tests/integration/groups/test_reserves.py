"""Groups in reserve: opened before anybody waits, in order, and an alarm when there is none."""

from collections.abc import Callable
from datetime import datetime

import pytest

from pond.groups import reserves, seats, setup, store
from pond.groups.allocation import allocate
from pond.kernel.errors import Refused
from pond.programmes import service as programmes
from support.places import Place, add_group
from support.towns import Town

MakePlace = Callable[..., Place]


def with_reserves(place: Place, capacity: int, count: int) -> list[str]:
    names = [f"{place.programme_id}-reserve-{number}" for number in range(count)]
    for order, chat_id in enumerate(names, start=10):
        add_group(place.programme_id, place.pool_id, chat_id, capacity, order)
        setup.set_state(chat_id, "reserve")
    return names


def states(place: Place) -> list[str]:
    return [group.state for group in sorted(store.groups_of(place.pool_id), key=lambda group: group.fill_order)]


def test_the_next_group_is_opened_when_the_open_ones_are_80_percent_full_together(
    make_place: MakePlace, now: datetime
) -> None:
    place = make_place(groups=2, capacity=5)
    with_reserves(place, 5, 2)
    allocate(place.requests(7), now)
    assert not reserves.open_next(place.pool_id)
    allocate(place.requests(8), now)
    assert reserves.open_next(place.pool_id)
    assert not reserves.open_next(place.pool_id)
    assert states(place) == ["open", "open", "open", "reserve"]


def test_nobody_waits_while_a_group_is_in_reserve(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=1, capacity=2)
    with_reserves(place, 2, 2)
    allocate(place.requests(7), now)
    found = [seats.my_seat(request.member_id, place.programme_id, now).state for request in place.requests(7)]
    assert found == ["held"] * 6 + ["waiting"]
    assert states(place) == ["open"] * 3


def test_those_who_wait_are_called_up_into_a_new_reserve(make_place: MakePlace, now: datetime) -> None:
    place = make_place(groups=0, capacity=2)
    allocate(place.requests(2), now)
    with_reserves(place, 2, 1)
    reserves.tend(now)
    assert states(place) == ["open"]  # its event has them called up


def test_a_pool_that_runs_out_is_told_every_time(
    make_place: MakePlace, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    place = make_place(groups=1, capacity=5)

    def told() -> bool:
        caplog.clear()
        reserves.tend(now)
        return any(getattr(record, "pool_id", "") == place.pool_id for record in caplog.records if record.levelno > 20)

    assert not told()
    allocate(place.requests(4), now)
    assert told() and told()
    with_reserves(place, 5, 1)
    assert not told()
    assert states(place) == ["open", "open"]


def test_a_group_is_imported_into_the_reserve_and_not_beyond_where_scanning_ends(
    town: Callable[..., Town], now: datetime
) -> None:
    here = town(0)
    chat_id = here.sandbox.do("POST", "/groups", {"name": "孕期 9 群", "owner": "ana"})["chat_id"]
    programme_id = here.place.programme_id
    assert programmes.get(programme_id).capacity == 180
    with pytest.raises(Refused, match=r"group\.capacity"):
        setup.import_group(chat_id, programme_id, "pregnancy", 201, now)
    group = setup.import_group(chat_id, programme_id, "pregnancy", None, now, "reserve")
    assert (group.state, group.capacity) == ("reserve", 180)
    assert group.code_url
