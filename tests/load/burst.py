"""Ten thousands register at once: seats given by several workers at the same time to more people than there is room.

`python -m load.burst` (make bench-burst) prints the rate, what a person costs, and what was broken (nothing may be),
beside the least that can be done and models of what other systems do under the same load.
"""

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from math import ceil
from pathlib import Path

from load import measured, ways
from load.along import say
from load.places import prepare
from load.units import Units
from pond.groups import store
from pond.groups.invariants import Breach, check
from pond.groups.model import LIVE
from pond.kernel import clock
from pond.kernel.aws import client
from support.cloud import running
from support.places import Place

BATCH = 45  # people a message batch brings, as the queue's mapping is set
REPEATED = 20  # every so many batches one is delivered twice
BEST_DAY_PER_SECOND = 200_000 / 600  # ten times the best day (20,000), all within ten minutes
ROOM = 0.8  # so many of the people find a seat; the others wait
WAYS = ("pond", "seats", "floor", "absolute", "unbatched")  # "seats": pond with room for everybody
UNITS_AT_MOST, RATE_AT_LEAST = 2.2, 2.0


@dataclass
class Result:
    """What one way came to."""

    way: str
    people: int
    seconds: float = 0.0
    held: int = 0
    waiting: int = 0
    over: int = 0
    double: int = 0
    lost: int = 0
    drift: int = 0
    calls: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # each person's, which is their batch's
    units: Units = field(default_factory=Units)
    breaches: list[Breach] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """People served a second."""
        return self.people / self.seconds

    def hottest(self) -> float:
        """Writes a second to the one item that all wait for at a time, on ten times the best day: every batch writes
        the group that is being filled, or the pool's waitlist."""
        by_table = Counter[str]()
        for item, writes in self.units.items.items():
            by_table[item.split(" ")[0]] += writes
        served = {"groups": self.held, "pools": self.waiting}
        return max(by_table[name] / (count or 1) for name, count in served.items()) * BEST_DAY_PER_SECOND


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, started and warm."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=ways.begin) as pool:
        list(pool.map(time.sleep, [0.5] * count * 2))
        yield pool


def run(pool: ProcessPoolExecutor, way: str, people: int) -> Result:
    """Let so many people come at once and be served that way. In the burst, and in the models of others, there is less
    room than people; the floor and "seats" give everyone a seat, so that these two compare."""
    say(f"{way}: {people} people")
    capacity, ours = min(180, max(1, people // 10)), way in ("pond", "seats")
    room = people if way == "seats" else people * ROOM
    place = prepare(groups=ceil(room / capacity), capacity=capacity, now=clock.now())
    members = [f"{place.programme_id}-{number:06}" for number in range(people)]
    if ours:
        list(pool.map(ways.register, [place] * people, [list(some) for some in batched(members, 500, strict=False)]))
    batches = [list(some) for some in batched(members, BATCH, strict=False)]
    for at in range(len(batches) - 1, -1, -REPEATED):
        batches.insert(at, batches[at])  # the second delivery comes while the first is worked on
    result = Result(way, people)
    began = time.perf_counter()
    tasks: list[Future[ways.Served]] = [
        pool.submit(ways.serve, "pond" if ours else way, place, some) for some in batches
    ]
    for task in as_completed(tasks):
        served = task.result()
        result.calls += served.seconds
        each = [sum(served.seconds)] * served.people if ours else served.seconds
        result.waits += each
        result.units.add(served.units)
    result.seconds = time.perf_counter() - began
    _judge(place, members, result)
    if ours:
        about = {place.pool_id, *place.chat_ids, *members}
        found = check(clock.now(), clock.now() + timedelta(seconds=1))
        result.breaches = [breach for breach in found if breach.about in about]
    return result


def _judge(place: Place, members: list[str], result: Result) -> None:
    """Count what stands in the tables afterwards, the same for every way."""
    rows: dict[str, list[str]] = defaultdict(list)
    live = Counter[str]()
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=ways._table("seats"), ConsistentRead=True)
    for row in (row for page in pages for row in page["Items"]):
        programme_id = row["programme_id"]["S"]
        if programme_id.partition("#")[0] != place.programme_id:
            continue
        is_live = row["state"]["S"] in LIVE
        rows[row["member_id"]["S"]].append(row["state"]["S"])
        live[row["chat_id"]["S"] if is_live else ""] += 1
    states = Counter(state for found in rows.values() for state in found)
    result.held, result.waiting = sum(states[state] for state in LIVE), states["waiting"]
    result.lost = sum(member not in rows for member in members)
    result.double = sum(len(found) > 1 for found in rows.values())
    if result.way == "floor":
        return
    for group in store.groups_of(place.pool_id):
        result.over += max(0, live[group.chat_id] - group.capacity)
        result.drift += abs(live[group.chat_id] - group.live_seats)


def table(results: list[Result]) -> str:
    """The results side by side."""
    rows: list[tuple[str, Callable[[Result], str]]] = [
        ("people", lambda one: f"{one.people:,}"),
        ("given a seat", lambda one: f"{one.held:,}"),
        ("on the waitlist", lambda one: f"{one.waiting:,}"),
        ("seconds", lambda one: f"{one.seconds:.1f}"),
        ("people a second", lambda one: f"{one.rate:,.0f}"),
        ("seats a second", lambda one: f"{one.held / one.seconds:,.0f}"),
        ("times the floor's rate", lambda one: f"{one.rate / results[WAYS.index('floor')].rate:.2f}"),
        ("a call, p50 / p99 ms", lambda one: _quantiles(one.calls)),
        ("a person, p50 / p99 ms", lambda one: _quantiles(one.waits)),
        ("write units a person", lambda one: f"{one.units.written / one.people:.2f}"),
        ("read units a person", lambda one: f"{one.units.read / one.people:.2f}"),
        ("seats over capacity", lambda one: f"{one.over}"),
        ("people with two seats", lambda one: f"{one.double}"),
        ("people lost", lambda one: f"{one.lost}"),
        ("counters off by", lambda one: "" if one.way == "floor" else f"{one.drift}"),
    ]
    lines = [f"{'':<24}" + "".join(f"{one.way:>16}" for one in results)]
    lines += [f"{name:<24}" + "".join(f"{value(one):>16}" for one in results) for name, value in rows]
    return "\n".join(lines)


def verdict(results: list[Result], held: Units, seats: int) -> dict[str, bool]:
    """What must hold, and whether it does. The floor writes one row a person, so a seat is compared where everyone gets
    one: a place in the waitlist is two rows."""
    pond, seated, floor = results[: WAYS.index("floor") + 1]
    broken = [(one.over, one.double, one.lost, one.drift) for one in (pond, seated)]
    return {
        "nobody over, double or lost": broken == [(0, 0, 0, 0)] * 2,
        "everyone has a seat where there is room for all": seated.held == seated.people,
        "invariants.check finds nothing": not pond.breaches and not seated.breaches,
        f"a seat costs at most {UNITS_AT_MOST} write units": held.written / seats <= UNITS_AT_MOST,
        f"seats at {RATE_AT_LEAST:g} times the floor's rate or more": seated.rate / floor.rate >= RATE_AT_LEAST,
    }


def main() -> int:
    """Run and print; fails when something was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=4)
    measured.add_to(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)), workers(given.workers) as pool:
        results = [run(pool, way, given.people) for way in WAYS]
        seat = pool.submit(ways.serve, "pond", *_one_batch()).result()
    pond, _, floor = results[: WAYS.index("floor") + 1]
    print(f"{given.workers} workers, batches of {BATCH}; every {REPEATED}th batch is delivered twice at once")
    print(
        "pond: the allocation function; seats: the same with room for everybody; floor: one conditional put a person."
    )
    print(
        "Models of what others do: absolute (reads a total, writes it back increased), unbatched (one conditional count"
    )
    print("and one put a person).\n")
    print(table(results))
    counts = {"people": given.people, "seats_a_second": pond.rate, "hottest_writes_a_second": pond.hottest()}
    each, least = seat.units.written / BATCH, floor.units.written / sum(floor.units.items.values())
    print(f"\na held seat: {each:.2f} write units, {each / least:.2f} times the floor's {least:.2f}")
    print(f"hottest item, ten times the best day: {pond.hottest():.0f} writes a second (DynamoDB bears 1,000 units)")
    measured.keep(given.json, counts | {"write_units_a_seat": each})
    wrong = [what for what, holds in verdict(results, seat.units, BATCH).items() if not holds]
    print("\n".join(f"NOT TRUE: {what}" for what in wrong) or "all that must hold holds")
    return len(wrong)


def _one_batch() -> tuple[Place, list[str]]:
    place = prepare(groups=1, capacity=180, now=clock.now())
    return place, [f"{place.programme_id}-{number:021}"[-26:] for number in range(BATCH)]


def _quantiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return f"{cuts[49] * 1000:.0f} / {cuts[98] * 1000:.0f}"


if __name__ == "__main__":
    sys.exit(main())
