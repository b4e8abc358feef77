"""Buckets: however many workers take at once, no window contains more than its rate."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pond.kernel import settings as kernel_settings
from pond.kernel.errors import Permanent
from pond.kernel.tables import connection
from pond.platforms import buckets
from pond.platforms.model_buckets import Rate
from support import budgets

pytestmark = pytest.mark.usefixtures("cloud")
WORKERS = 6
RATES = st.builds(Rate, st.integers(1, 30), st.sampled_from([1, 1, 2, 5, 30]))
names = (f"demo/n{number}" for number in itertools.count())
Granted = list[tuple[datetime, int]]


@contextmanager
def rates(*some: Rate) -> Iterator[str]:
    """A name no other test uses, with these rates."""
    name = next(names)
    with pytest.MonkeyPatch.context() as patch:
        figures = " ".join(f"{rate.calls}/{rate.seconds}" for rate in some)
        patch.setenv("POND_CALL_LIMITS", f"{name}={figures}")
        kernel_settings.settings.cache_clear()
        yield name
    kernel_settings.settings.cache_clear()


def most_in_a_window(granted: Granted, seconds: int) -> int:
    width = timedelta(seconds=seconds)
    return max((sum(n for at, n in granted if start <= at < start + width) for start, _ in granted), default=0)


@settings(max_examples=budgets.examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(Rate, st.integers(1, 30), st.integers(1, 40)), min_size=1, max_size=2, unique_by=lambda r: r.seconds
    ),
    st.lists(st.tuples(st.sampled_from([0, 0, 10, 100, 900, 6000]), st.integers(1, 3)), min_size=3, max_size=12),
)
@example([Rate(30, 1)], [(0, 1), (0, 3), (50, 1), (50, 2), (50, 1), (400, 3)])
@example([Rate(1, 1), Rate(7, 5)], [(0, 1), (999, 1), (1, 1), (1000, 1)])
def test_no_window_contains_more_than_its_rate(now: datetime, some: list[Rate], steps: list[tuple[int, int]]) -> None:
    moment, granted = now, Granted()
    with rates(*some) as name, ThreadPoolExecutor(WORKERS) as pool:
        most = buckets.at_once(name)
        for milliseconds, n in steps:
            moment += timedelta(milliseconds=milliseconds)
            wanted = min(n, most)
            waits = pool.map(lambda _, at=moment, n=wanted: buckets.take(name, n, at), range(WORKERS))
            granted += [(moment, wanted) for wait in waits if not wait]
    for rate in some:
        assert most_in_a_window(granted, rate.seconds) <= rate.calls


def test_who_waits_as_told_gets_it_and_all_together_near_the_rate(now: datetime) -> None:
    moment, end, granted = now, now + timedelta(seconds=60), Granted()
    with rates(Rate(40, 20)) as name:
        while moment < end:
            wait = buckets.take(name, 1, moment)
            if not wait:
                granted.append((moment, 1))
                continue
            assert buckets.take(name, 1, moment + timedelta(seconds=wait / 2)) > 0
            moment += timedelta(seconds=wait)
            assert buckets.take(name, 1, moment) == 0
            granted.append((moment, 1))
    assert most_in_a_window(granted, 20) <= 40
    assert 105 <= len(granted) <= 120


def test_the_longer_window_holds_too(now: datetime) -> None:
    moment, granted = now, 0
    with rates(Rate(10, 1), Rate(20, 3600)) as name:
        for _ in range(60):
            granted += not buckets.take(name, 1, moment)
            moment += timedelta(seconds=1)
        assert granted == 2  # a tenth of the longer one at once
        assert buckets.take(name, 1, moment) > 60


def test_calls_of_one_partner_are_counted_by_themselves(now: datetime) -> None:
    assert buckets.at_once("wecom/get_groupmsg_task") == 1000
    assert buckets.take("wecom/call-a", 1000, now) == 0
    assert buckets.take("wecom/call-a", 1, now) > 0
    assert buckets.take("wecom/call-b", 1, now) == 0


@pytest.mark.parametrize(
    ("name", "n", "code"),
    [("nobody/knows", 1, "buckets.unknown"), ("wecom/x", 1001, "buckets.too_many"), ("wecom/x", 0, "buckets.too_many")],
)
def test_what_can_not_be_taken(now: datetime, name: str, n: int, code: str) -> None:
    with pytest.raises(Permanent) as error:
        buckets.take(name, n, now)
    assert error.value.code == code


def test_a_setting_that_is_none(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POND_CALL_LIMITS", "wecom=fast")
    kernel_settings.settings.cache_clear()
    with pytest.raises(Permanent) as error:
        buckets.take("wecom/x", 1, now)
    assert error.value.code == "settings.call_limits"
    monkeypatch.undo()
    kernel_settings.settings.cache_clear()


def test_a_take_is_one_write(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real = connection()._make_api_call

    def noting(operation: str, *args: Any, **more: Any) -> Any:
        calls.append(operation)
        return real(operation, *args, **more)

    monkeypatch.setattr(connection(), "_make_api_call", noting)
    with rates(Rate(1000, 60)) as name:
        buckets.take(name, 1, now)
        calls.clear()
        buckets.take(name, 1, now)
    assert calls == ["UpdateItem"]
