"""Sums by day: kept up by events, read for operators, rebuilt from the orders.

An event says only which order changed: the order is read as it is now, and what it adds replaces what it added. So
events may come twice, late, and in any sequence.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from time import sleep

from pond.groups import setup
from pond.kernel.clock import china_day
from pond.kernel.errors import Transient
from pond.members import directory
from pond.orders import reading, store_sums
from pond.orders.model_sums import NOTHING, Contribution, Figures, Slot, contribution, sum_id
from pond.orders.reading import StoredOrder

_ROUNDS = 6
_PAUSE_SECONDS = 0.02
_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class Report:
    """What some days come to: figures by day and in all, and how many different people bought."""

    by_day: Mapping[str, Figures]
    total: Figures
    buyers: int


def count(tid: str, now: datetime) -> bool:
    """Let the sums be right about an order as it is now; False when they were.

    Raises:
        Transient: `sums.contended`.
    """
    # The order is read after the generations: a rebuild that begins later reads it after us.
    counted = [_count(tid, generation, now) for generation in store_sums.generations() if generation]
    return any(counted)


def report(dimension: str, name: str, since: date, until: date) -> Report:
    """The sums of a dimension's `name` (of "all", empty) over some days, both included."""
    by_day, buyers = store_sums.days(sum_id(dimension, name), since, until)
    return Report(by_day=by_day, total=sum(by_day.values(), NOTHING), buyers=len(buyers))


def members_of(dimension: str, name: str) -> int | None:
    """How many members a group (with a live seat) or a channel (who registered through it) has now; None for what has
    none. Of a channel by a scan: never where somebody waits."""
    if dimension == "group":
        return setup.known(name).live_seats
    if dimension == "channel":
        return directory.members_of_channel(name)
    return None


def sales_by_day(person_id: str, since: date, until: date) -> list[tuple[date, int]]:
    """What the orders somebody earned on brought in the end, by the day they were paid, in fen."""
    by_day, _ = store_sums.days(sum_id("earner", person_id), since, until)
    return [(date.fromisoformat(day), figures.kept_fen) for day, figures in sorted(by_day.items())]


def rebuild(now: datetime) -> int:
    """Compute all sums anew from the orders, and read those from then on; how many orders there are. Orders that change
    meanwhile are counted in both. Broken off, it goes on when called again."""
    filled = store_sums.begin()
    orders, cursor = 0, None
    while True:
        page, cursor = reading.orders_from(cursor, _PAGE)
        for stored in page:
            _count(stored.order.tid, filled, now)
        orders += len(page)
        if cursor is None:
            break
    store_sums.finish(filled)
    store_sums.forget(filled)
    return orders


def everything() -> dict[Slot, Figures]:
    """All sums, by a scan: for checks."""
    return dict(store_sums.everything())


def adds(stored: StoredOrder) -> Contribution:
    """What an order adds to the sums as it stands."""
    return contribution(stored.order, stored.attribution, stored.member_id, china_day)


def _count(tid: str, generation: int, now: datetime) -> bool:
    for round_ in range(_ROUNDS):
        stored = reading.get(tid)
        if stored is None:
            return False
        try:
            return store_sums.count(tid, generation, stored.revision, adds(stored), now)
        except Transient:
            if round_ == _ROUNDS - 1:
                raise
            sleep(random.uniform(0, _PAUSE_SECONDS * 2**round_))  # noqa: S311 - spreads writers, hides nothing
    return False
