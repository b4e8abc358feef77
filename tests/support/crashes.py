"""Crash exploration: stop a use case at its k-th call to the outside, before or after it takes effect, for every k.

The one place where every call passes is urllib3's connection pool: AWS clients and partners' clients both use it.
After each crash the work is delivered again, as AWS would, and the caller's check must hold.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal
from unittest.mock import patch

from urllib3.connectionpool import HTTPConnectionPool

When = Literal["before", "after"]
WHEN: tuple[When, ...] = ("before", "after")


explored: list[int] = []  # the points of each exploration of this run, for its summary


class Crash(BaseException):
    """The process died. Not an Exception: no code of ours may catch it."""


@dataclass
class Calls:
    """How many calls were made so far."""

    made: int = 0


@contextmanager
def counting(crash_at: int | None = None, when: When = "before") -> Iterator[Calls]:
    """Count calls; at call number `crash_at` (from 0) die before it is sent, or after its answer came."""
    calls = Calls()
    send = HTTPConnectionPool.urlopen

    def urlopen(pool: HTTPConnectionPool, *args: Any, **kwargs: Any) -> Any:
        number = calls.made
        calls.made += 1
        if number == crash_at and when == "before":
            raise Crash
        answer = send(pool, *args, **kwargs)
        if number == crash_at:
            answer.drain_conn()  # a dead process holds no connection
            answer.release_conn()
            raise Crash
        return answer

    with patch.object(HTTPConnectionPool, "urlopen", urlopen):
        yield calls


def explore(scene: Callable[[], Any], act: Callable[[Any], object], check: Callable[[Any], None]) -> int:
    """Crash `act` at every point, each time in a fresh `scene`; deliver again; `check`. Returns the count of points."""
    here = scene()
    act(here)
    check(here)
    points = 0
    for number in count():
        for when in WHEN:
            here = scene()
            with counting(number, when) as calls:
                try:
                    act(here)
                except Crash:
                    points += 1
            if calls.made <= number:  # the work is done in fewer calls: every point was visited
                assert points, "no call was made: nothing was explored"
                explored.append(points)
                return points
            act(here)
            check(here)
    raise AssertionError("unreachable")
