"""Fixtures shared by all tests. `cloud` is a real DynamoDB API over HTTP, with the tables of the template."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import settings as hypothesis_settings

from support import budgets, crashes, doors
from support import sandbox as sandboxes
from support.cloud import Cloud, running
from support.sandbox import Sandbox

for _name in budgets.TIMES:
    hypothesis_settings.register_profile(_name, deadline=None, max_examples=budgets.examples(100))
hypothesis_settings.load_profile(budgets.profile())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many crash points this run explored, and how many hostile requests it made."""
    if crashes.explored:
        terminalreporter.write_line(
            f"crash points explored: {sum(crashes.explored)} in {len(crashes.explored)} use cases"
        )
    if doors.asked:
        terminalreporter.write_line(f"fuzz: {len(doors.asked)} requests at {len(set(doors.asked))} paths")


@pytest.fixture
def now() -> datetime:
    """A fixed moment: Monday 2026-11-23, 14:00 in China."""
    return datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Makes names no other test uses, since all tests of a run share the tables."""
    return lambda kind: f"{kind}-{secrets.token_hex(5)}"


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A local cloud of this run's own, on a free loopback port, ended with the run."""
    with running(tmp_path_factory.mktemp("cloud")) as started:
        yield started


@pytest.fixture(scope="session")
def sandbox(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the run's tests, with the local cloud's credentials."""
    with sandboxes.running(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture
def partners(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox as all partners at once, emptied for this test."""
    with sandboxes.as_partners(sandbox) as ready:
        yield ready


READ_EVERYTHING = ("integration/insights", "integration/road", "integration/load/test_orders_bench")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Backups read every member, the road every table, and the orders' bench all sums of a day: they run first, while
    that is little."""
    items.sort(key=lambda item: tuple(place not in item.nodeid for place in READ_EVERYTHING))
