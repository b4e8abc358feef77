"""Who first came in when, found by the groups they came into: everyone once, and nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.groups import arrivals, forgetting, invariants, merging, store_rosters
from pond.groups.store import SeatRow, came_in
from pond.kernel.clock import china_day
from pond.members.store_accounts import AccountRow
from support.arriving import came
from support.budgets import examples
from support.places import Place
from support.towns import Town

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def found(programme_id: str, since: datetime, until: datetime, limit: int = 7) -> list[str]:
    """Who came in between, over all days and pages, as an audience asks."""
    members: list[str] = []
    day = china_day(since)
    while day <= china_day(until):
        after, going_on = None, True
        while going_on:
            page, after = arrivals.between(programme_id, day, since, until, after, limit)
            assert len(page) <= limit
            members += page
            going_on = after is not None
        day += DAY
    return members


def test_who_joined_is_found_though_they_left_and_who_only_holds_a_seat_is_not(town: Callable[..., Town]) -> None:
    here = town(groups=2)
    chat_id, other = here.place.chat_ids
    stays, leaves, holds = here.seated(), here.seated(), here.seated()
    for person in (stays, leaves):
        here.hear(chat_id, **here.joins(person, chat_id))
    here.hear(other, **here.joins(stays, other))  # a double there
    here.hear(chat_id, **here.leaves(leaves, chat_id))
    began = datetime.now().astimezone() - HOUR
    for limit in (1, 5):
        came_in_now = found(here.place.programme_id, began, began + 2 * HOUR, limit)
        assert sorted(came_in_now) == sorted(map(here.member_id, (stays, leaves)))
        assert here.member_id(holds) not in came_in_now
    assert found(here.place.programme_id, began - HOUR, began) == []


def test_any_stretch_of_time_finds_who_came_in_it_once(make_place: Callable[..., Place], now: datetime) -> None:
    numbers = iter(range(10**6))
    person = st.tuples(st.integers(0, 4_000), st.integers(0, 2), st.sets(st.integers(0, 2)))

    @given(
        people=st.lists(person, max_size=12),
        start=st.integers(0, 4_000),
        length=st.integers(1, 4_000),
        limit=st.integers(1, 5),
    )
    @settings(max_examples=examples(12), suppress_health_check=list(HealthCheck))
    def judge(people: list[tuple[int, int, set[int]]], start: int, length: int, limit: int) -> None:
        """`people`: after how many minutes they came, into which group, and in which others they are besides."""
        place = make_place(groups=3, capacity=50)
        expected = []
        since = now + start * MINUTE
        until = since + length * MINUTE
        for minutes, group, others in people:
            member_id, at = f"{place.programme_id}-{next(numbers)}", now + minutes * MINUTE
            for chat_id in (place.chat_ids[one] for one in others):
                store_rosters.put(chat_id, f"contact-{member_id}", member_id, "double", at, "scan")
            came(member_id, place.programme_id, place.chat_ids[group], at)
            if since <= at < until:
                expected.append(member_id)
        assert sorted(found(place.programme_id, since, until, limit)) == sorted(expected)

    judge()


def test_who_comes_back_came_in_when_they_first_did(make_place: Callable[..., Place], now: datetime) -> None:
    place = make_place(groups=2, capacity=5)
    member_id = f"{place.programme_id}-a"
    came(member_id, place.programme_id, place.chat_ids[0], now)
    came(member_id, place.programme_id, place.chat_ids[1], now + DAY)
    assert found(place.programme_id, now, now + HOUR) == [member_id]
    assert found(place.programme_id, now + DAY, now + 2 * DAY) == []


def test_who_was_found_to_be_another_is_found_as_that_one(make_place: Callable[..., Place], now: datetime) -> None:
    place = make_place(groups=1, capacity=5)
    merged, kept = f"{place.programme_id}-a", f"{place.programme_id}-b"
    came(merged, place.programme_id, place.chat_ids[0], now)
    AccountRow(merged).update([AccountRow.member_id.set(kept), AccountRow.merged_at.set(now)])
    merging.merge(merged, now + DAY)
    assert found(place.programme_id, now, now + HOUR) == [kept]


def test_who_was_forgotten_is_found_no_more(make_place: Callable[..., Place], now: datetime) -> None:
    place = make_place(groups=1, capacity=5)
    member_id = f"{place.programme_id}-a"
    came(member_id, place.programme_id, place.chat_ids[0], now)
    forgetting.forget(member_id, now, pause=sleep)
    assert found(place.programme_id, now, now + HOUR) == []


@pytest.mark.parametrize("listed", [True, False])
def test_a_seat_that_no_list_leads_to_is_a_breach(
    make_place: Callable[..., Place], now: datetime, listed: bool
) -> None:
    place = make_place(groups=1, capacity=5)
    member_id = f"{place.programme_id}-a"
    if listed:
        came(member_id, place.programme_id, place.chat_ids[0], now)
    else:
        SeatRow(member_id, place.programme_id).update([SeatRow.state.set("left"), *came_in(place.chat_ids[0], now)])
    breaches = [one.rule for one in invariants.check(now, now) if one.about == member_id and one.rule == "unlisted"]
    assert breaches == ([] if listed else ["unlisted"])
