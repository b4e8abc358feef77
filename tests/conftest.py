"""Fixtures shared by all tests. `cloud` is a real DynamoDB API over HTTP: a local cloud with the tables of the template."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from support.cloud import Cloud, running


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
