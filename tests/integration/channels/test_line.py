"""The line: numbers in order, one each, nobody let in beyond the quotas or lost, whatever happens at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pond.channels import bookings, followers, openings, store_followers, store_line, store_openings
from pond.channels.model import Opening, Place, opening_id
from pond.kernel.errors import NotFound, Refused
from support.budgets import examples
from support.cloud import Cloud

MINUTE = timedelta(minutes=1)


def _plan(programme_id: str, starts_at: datetime, quota: int, minutes: int = 10) -> Opening:
    return openings.plan(programme_id, starts_at, starts_at + minutes * MINUTE, quota)


def _place(follower_id: str, programme_id: str) -> Place:
    follower = followers.get(follower_id)
    assert follower is not None
    place = bookings.place(follower, programme_id)
    assert place is not None
    return place


def _state(opening: Opening) -> str:
    held = store_openings.load(opening.programme_id, opening.opening_id)
    assert held is not None
    return held.state


def test_people_stand_in_the_order_they_came(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    places = [bookings.book(programme_id, make_follower(), "video", now) for _ in range(3)]
    assert [(place.number, place.ahead, place.admitted) for place in places] == [
        (1, 0, False),
        (2, 1, False),
        (3, 2, False),
    ]
    assert all(place.first_time for place in places)


def test_who_booked_keeps_the_place(programme_id: str, make_follower: Callable[[], str], now: datetime) -> None:
    person = make_follower()
    bookings.book(programme_id, person, None, now, cause="callback-1")
    bookings.book(programme_id, make_follower(), None, now)
    again = bookings.book(programme_id, person, None, now, cause="callback-2")
    assert (again.number, again.first_time) == (1, False)
    repeated = bookings.book(programme_id, person, None, now, cause="callback-1")
    assert (repeated.number, repeated.first_time) == (1, True)


def test_nobody_unknown_books(programme_id: str, now: datetime) -> None:
    with pytest.raises(NotFound, match=r"follower\.unknown"):
        bookings.book(programme_id, "nobody", None, now)


def test_who_is_over_the_quota_is_first_next_time(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    people = [make_follower() for _ in range(3)]
    for person in people:
        bookings.book(programme_id, person, None, now)
    first, second = _plan(programme_id, now, 2), _plan(programme_id, now + 10 * MINUTE, 1)
    assert openings.open_due(programme_id, first.opening_id, now)
    assert [_place(person, programme_id).admitted for person in people] == [True, True, False]
    assert not bookings.book(programme_id, make_follower(), None, now + MINUTE).admitted
    assert openings.open_due(programme_id, second.opening_id, now + 10 * MINUTE)
    assert _place(people[2], programme_id).admitted
    assert (_state(first), _state(second)) == ("closed", "open")


def test_booking_while_open_is_let_in_while_there_is_room(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    opening = _plan(programme_id, now, 1)
    openings.open_due(programme_id, opening.opening_id, now)
    assert openings.current(programme_id, now) is not None
    assert bookings.book(programme_id, make_follower(), None, now).admitted
    assert not bookings.book(programme_id, make_follower(), None, now).admitted


def test_after_the_end_nobody_is_let_in_though_nobody_closed(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    opening = _plan(programme_id, now, 5)
    openings.open_due(programme_id, opening.opening_id, now)
    inside = make_follower()
    assert bookings.book(programme_id, inside, None, now + MINUTE).admitted
    late = now + 10 * MINUTE
    assert openings.current(programme_id, late) is None
    assert not bookings.book(programme_id, make_follower(), None, late).admitted
    assert _place(inside, programme_id).admitted
    assert _state(opening) == "closed"


def test_opening_and_closing_again_changes_nothing(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    for _ in range(3):
        bookings.book(programme_id, make_follower(), None, now)
    opening = _plan(programme_id, now, 2)
    assert openings.open_due(programme_id, opening.opening_id, now)
    assert not openings.open_due(programme_id, opening.opening_id, now)
    assert store_line.line(programme_id).admitted_through == 2
    assert openings.close_due(programme_id, now + 10 * MINUTE)
    assert not openings.close_due(programme_id, now + 10 * MINUTE)
    assert not openings.open_due(programme_id, opening.opening_id, now + 10 * MINUTE)
    assert store_line.line(programme_id).admitted_through == 2


def test_a_start_that_comes_too_early_does_nothing(programme_id: str, now: datetime) -> None:
    opening = _plan(programme_id, now + 5 * MINUTE, 2)
    assert not openings.open_due(programme_id, opening.opening_id, now)
    with pytest.raises(NotFound, match=r"opening\.unknown"):
        openings.open_due(programme_id, "never", now)


def test_a_start_that_comes_after_the_end_lets_in_those_who_waited(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    waited = make_follower()
    bookings.book(programme_id, waited, None, now)
    opening = _plan(programme_id, now, 5)
    assert openings.open_due(programme_id, opening.opening_id, now + 20 * MINUTE)
    assert _place(waited, programme_id).admitted
    assert not bookings.book(programme_id, make_follower(), None, now + 20 * MINUTE).admitted


def test_a_start_older_than_one_that_opened_is_missed(programme_id: str, now: datetime) -> None:
    first, second = _plan(programme_id, now, 2), _plan(programme_id, now + 10 * MINUTE, 1)
    openings.open_due(programme_id, second.opening_id, now + 10 * MINUTE)
    assert not openings.open_due(programme_id, first.opening_id, now + 21 * MINUTE)
    assert _state(first) == "missed"


def test_the_caretaker_opens_and_closes_what_no_schedule_did(
    make_programme: Callable[..., str], make_follower: Callable[[], str], now: datetime
) -> None:
    programme_id = make_programme()
    person = make_follower()
    bookings.book(programme_id, person, None, now)
    opening = _plan(programme_id, now + MINUTE, 2)
    assert openings.next_opening(programme_id, now) == opening
    openings.tend(now + 2 * MINUTE)
    assert _place(person, programme_id).admitted
    openings.tend(now + 20 * MINUTE)
    assert _state(opening) == "closed"
    assert openings.next_opening(programme_id, now + 20 * MINUTE) is None


@pytest.mark.parametrize("broken", ["set_open", "set_closed"])
def test_what_a_crash_left_half_done_is_finished(
    programme_id: str, make_follower: Callable[[], str], now: datetime, broken: str
) -> None:
    bookings.book(programme_id, make_follower(), None, now)
    opening = _plan(programme_id, now, 3)
    with mock.patch.object(store_openings, broken, side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
        openings.open_due(programme_id, opening.opening_id, now)
        openings.close_due(programme_id, now + 10 * MINUTE)
    assert _state(opening) != "closed"
    openings.tend(now + 11 * MINUTE)
    openings.tend(now + 12 * MINUTE)
    assert _state(opening) == "closed"
    line = store_line.line(programme_id)
    assert (line.admitted_through, line.opening_id) == (1, None)


def test_openings_do_not_overlap_and_are_planned_once(programme_id: str, now: datetime) -> None:
    opening = _plan(programme_id, now, 2)
    assert _plan(programme_id, now, 2) == opening
    for starts_at, quota in ((now, 3), (now + 5 * MINUTE, 2), (now - 5 * MINUTE, 2)):
        with pytest.raises(Refused, match=r"opening\.overlaps"):
            _plan(programme_id, starts_at, quota)
    for quota, minutes in ((0, 10), (1, 0), (1, 60 * 24 * 8)):
        with pytest.raises(Refused, match=r"opening\.invalid"):
            _plan(programme_id, now + 60 * MINUTE, quota, minutes)
    with pytest.raises(NotFound, match=r"programme\.unknown"):
        _plan("nowhere", now, 1)


def test_twenty_requests_of_one_person_at_once_get_one_place(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    person = make_follower()
    with ThreadPoolExecutor(20) as pool:
        places = list(pool.map(lambda _: bookings.book(programme_id, person, None, now), range(20)))
    assert len({place.number for place in places}) == 1
    assert sum(place.first_time for place in places) == 1
    assert _place(person, programme_id).number == places[0].number


def test_twenty_people_at_once_get_twenty_places_while_it_opens(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    people = [make_follower() for _ in range(20)]
    opening = _plan(programme_id, now, 12)

    def act(n: int) -> Place | bool:
        if n % 5 == 4:
            return openings.open_due(programme_id, opening.opening_id, now)
        return bookings.book(programme_id, people[n // 5 * 4 + n % 5], None, now)

    with ThreadPoolExecutor(25) as pool:
        done = list(pool.map(act, range(25)))
    assert sorted(one.number for one in done if isinstance(one, Place)) == list(range(1, 21))
    assert [one for one in done if isinstance(one, bool)].count(True) == 1
    assert sum(_place(person, programme_id).admitted for person in people) == 12
    held = store_openings.load(programme_id, opening.opening_id)
    assert held is not None
    assert (held.first_number, held.last_number) == (1, 12)


@pytest.mark.usefixtures("cloud")
def test_any_history_keeps_the_line_in_order(
    make_programme: Callable[..., str], make_follower: Callable[[], str], now: datetime
) -> None:
    class Line(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.programme_id = make_programme()
            self.now = now
            self.people: list[str] = []
            self.planned: list[Opening] = []
            self.quotas: dict[str, int] = {}
            self.admitted: set[str] = set()

        @rule()
        def somebody_books(self) -> None:
            person = make_follower()
            place = bookings.book(self.programme_id, person, None, self.now)
            assert place.number == len(self.people) + 1
            self.people.append(person)

        @rule(data=st.data())
        def somebody_books_again(self, data: st.DataObject) -> None:
            if self.people:
                index = data.draw(st.integers(0, len(self.people) - 1))
                assert bookings.book(self.programme_id, self.people[index], None, self.now).number == index + 1

        @rule(quota=st.integers(1, 3), minutes=st.integers(1, 3))
        def an_opening_is_planned(self, quota: int, minutes: int) -> None:
            starts_at = max([self.now, *(one.ends_at for one in self.planned)])
            self.planned.append(_plan(self.programme_id, starts_at, quota, minutes))

        @rule(data=st.data())
        def a_schedule_comes(self, data: st.DataObject) -> None:
            if self.planned:
                opening = data.draw(st.sampled_from(self.planned))
                if openings.open_due(self.programme_id, opening.opening_id, self.now):
                    assert opening.opening_id not in self.quotas
                    self.quotas[opening.opening_id] = opening.quota

        @rule()
        def closing_is_tried(self) -> None:
            openings.close_due(self.programme_id, self.now)

        @rule(minutes=st.integers(1, 4))
        def time_passes(self, minutes: int) -> None:
            self.now += minutes * MINUTE

        @invariant()
        def those_let_in_come_first_and_stay(self) -> None:
            if not hasattr(self, "people"):
                return
            places = [_place(person, self.programme_id) for person in self.people]
            assert all(one.admitted or not following.admitted for one, following in pairwise(places))
            admitted = {person for person, place in zip(self.people, places, strict=True) if place.admitted}
            assert self.admitted <= admitted
            assert len(admitted) <= sum(self.quotas.values())
            self.admitted = admitted
            waiting = [place for place in places if not place.admitted]
            if openings.current(self.programme_id, self.now) is None and waiting:
                assert waiting[0].ahead == 0

    run_state_machine_as_test(
        Line, settings=hypothesis_settings(max_examples=examples(12), stateful_step_count=15, deadline=None)
    )


def test_ids_of_openings_sort_by_their_start(now: datetime) -> None:
    assert opening_id(now) == "20261123T060000Z"
    assert opening_id(now) < opening_id(now + MINUTE)


def test_a_number_lost_to_another_request_counts_for_nobody(
    programme_id: str, make_follower: Callable[[], str], now: datetime
) -> None:
    person = make_follower()
    set_number = store_followers.set_number

    def lose(follower_id: str, programme: str, number: int) -> bool:
        set_number(follower_id, programme, 77)
        return set_number(follower_id, programme, number)

    with mock.patch.object(store_followers, "set_number", side_effect=lose):
        assert bookings.book(programme_id, person, None, now).number == 77


def test_the_cloud_keeps_schedules_in_utc(programme_id: str, cloud: Cloud, now: datetime) -> None:
    from pond.kernel.aws import client

    opening = _plan(programme_id, now + 60 * MINUTE, 2)
    schedule = client("scheduler").get_schedule(GroupName=cloud.prefix, Name=f"{programme_id}.{opening.opening_id}")
    assert schedule["ScheduleExpression"] == "at(2026-11-23T07:00:00)"
    assert "opening.due" in schedule["Target"]["Input"]
