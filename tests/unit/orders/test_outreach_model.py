"""Hours in which people may be reached."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.clock import CHINA
from pond.kernel.errors import Refused
from pond.orders.model_outreach import read_hours

DAY = timedelta(days=1)


@given(st.integers(0, 365 * 86_400))
def test_the_next_moment_is_the_first_that_is_allowed(seconds: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    found = read_hours("09:00-20:00").next_moment(at, CHINA)
    assert at <= found < at + timedelta(hours=13, seconds=1)
    assert time(9) <= found.astimezone(CHINA).time() < time(20)
    if time(9) <= at.astimezone(CHINA).time() < time(20):
        assert found == at
    elif found > at:
        assert found.astimezone(CHINA).time() == time(9)


@given(st.integers(0, 20 * 86_400), st.frozensets(st.integers(0, 30).map(lambda day: date(2026, 1, 1) + day * DAY)))
def test_holidays_are_passed_over_and_nothing_else(seconds: int, holidays: frozenset[date]) -> None:
    at, hours = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), read_hours("09:00-20:00")
    found = hours.next_moment(at, CHINA, holidays)
    assert found.astimezone(CHINA).date() not in holidays
    without = hours.next_moment(at, CHINA)
    passed_over = {without.astimezone(CHINA).date() + day * DAY for day in range((found - without).days + 1)}
    assert found == without or (passed_over - {found.astimezone(CHINA).date()} <= holidays and found > without)


@pytest.mark.parametrize(("at", "hour"), [("08:59:59", 9), ("09:00:00", 9), ("19:59:59", 19), ("20:00:00", 9)])
def test_the_edges_of_a_day(at: str, hour: int) -> None:
    moment = datetime.combine(date(2026, 11, 24), time.fromisoformat(at), CHINA)
    assert read_hours("09:00-20:00").next_moment(moment, CHINA).astimezone(CHINA).hour == hour


@pytest.mark.parametrize("text", ["", "9-20", "20:00-09:00", "09:00-09:00", "25:00-26:00", "09:00-20:00 "])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_hours(text)
