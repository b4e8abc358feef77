"""Callbacks at once, again, and with a partner that answers late. `python -m load.callbacks` (make bench-callbacks).

Functions are called in processes of their own as API Gateway and SQS call them; a small stub is WeCom.
"""

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

from load import calls, measured, stub
from load.journey import Person
from load.places import prepare
from pond.groups import seats, store
from pond.groups.allocation import allocate
from pond.kernel import clock
from pond.kernel.aws import client
from pond.kernel.settings import settings
from support.cloud import running
from support.places import Place

JOINS, LATE_SECONDS = 50, 10
ADDS_A_SECOND, WELCOME_SECONDS = 50, 20
MEMBERSHIP_BATCH = 25
WARM = 8  # joins of which the cheapest counts
FILLING = 500  # members a task writes


@dataclass(frozen=True)
class Fact:
    """One thing shown: what, what it came to, what it must be, and whether it is."""

    what: str
    found: str
    wanted: str
    holds: bool


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, started and warm."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=calls.begin) as pool:
        list(pool.map(time.sleep, [0.5] * count * 2))
        yield pool


def repeats(pool: ProcessPoolExecutor, partner: stub.Stub) -> list[Fact]:
    """The same join told four times at once, and worked four times at once."""
    here, [mother] = _seated(partner, 1)
    fields = _join(here, mother)
    before = _kept()
    answers = list(pool.map(calls.acknowledge, [fields] * 4))
    done = list(pool.map(calls.work, ["membership"] * 4, [[fields]] * 4))
    group = store.get_group(here.chat_ids[0])
    state = _states(here, [mother])[0]
    once = (_kept() - before, state, group.live_seats if group else 0) == (1, "taken", 1)
    right = {status for status, _ in answers} == {200} and not any(left for _, left in done)
    return [Fact("one callback four times at once", f"{_kept() - before} kept, seat {state}", "once", once and right)]


def joins(pool: ProcessPoolExecutor, partner: stub.Stub, people: int = JOINS) -> list[Fact]:
    """Fifty who join in one second, told one by one, while WeCom answers late; then worked."""
    here, crowd = _seated(partner, people)
    fields = [_join(here, mother) for mother in crowd]
    partner.set(delay=LATE_SECONDS)
    answers = list(pool.map(calls.acknowledge, fields * 4))
    partner.set(delay=0)
    some = [list(part) for part in batched(fields, MEMBERSHIP_BATCH, strict=False)]
    left = sum(left for _, left in pool.map(calls.work, ["membership"] * len(some), some))
    taken = _states(here, crowd).count("taken")
    p99 = _p99([seconds for _, seconds in answers])
    group = store.get_group(here.chat_ids[0])
    counted = group.live_seats if group else 0
    acknowledged = {status for status, _ in answers} == {200}
    return [
        Fact(f"{people} joins in one second", f"{taken} taken, {left} left", f"{people}", taken == counted == people),
        Fact(
            f"acknowledged while WeCom takes {LATE_SECONDS} s, p99", f"{p99:.3f} s", "< 1 s", acknowledged and p99 < 1
        ),
    ]


def welcomes(pool: ProcessPoolExecutor, partner: stub.Stub, seconds: float) -> list[Fact]:
    """People add staff, fifty a second; from the callback to the welcome at WeCom."""
    adds = [_add(f"{clock.now().timestamp():.3f}-{number}") for number in range(round(seconds * ADDS_A_SECOND))]
    began: dict[str, float] = {}
    tasks: list[Future[Any]] = []
    start = calls.clock_now()
    for number, fields in enumerate(adds):
        time.sleep(max(0.0, start + number / ADDS_A_SECOND - calls.clock_now()))
        began[fields["WelcomeCode"]] = calls.clock_now()
        tasks.append(pool.submit(_welcomed, fields))
    left = sum(task.result() for task in tasks)
    arrived = partner.welcomes()
    took = [arrived[code] - at for code, at in began.items() if code in arrived]
    p99 = _p99(took)
    found = f"{p99:.2f} s ({len(took)} of {len(adds)})"
    holds = len(took) == len(adds) and not left and p99 < WELCOME_SECONDS
    return [Fact(f"welcome at {ADDS_A_SECOND} adds a second, p99", found, f"< {WELCOME_SECONDS} s", holds)]


def reads(pool: ProcessPoolExecutor, partner: stub.Stub, sizes: tuple[int, int]) -> list[Fact]:
    """What a join reads in a small and in a large community."""
    place, there = prepare(groups=0, capacity=1, now=clock.now()), 0
    found: list[float] = []
    for members in sizes:
        starts = range(there, members, FILLING)
        groups = [f"{place.programme_id}-{start}" for start in starts]
        ends = [min(start + FILLING, members) for start in starts]
        count = len(starts)
        list(pool.map(calls.fill, [place] * count, groups, starts, ends, [clock.now()] * count))
        there = members
        here, crowd = _seated(partner, WARM)
        told = [_join(here, mother) for mother in crowd]
        list(pool.map(calls.acknowledge, told))
        # the least: what a process reads that has WeCom's token and the programme already
        found.append(
            min(units.read for units, _ in pool.map(calls.work, ["membership"] * WARM, [[one] for one in told]))
        )
    (few, small), (many, large) = zip(sizes, found, strict=True)
    what = f"read units of a join at {few:,} and {many:,} members"
    return [Fact(what, f"{small:g} and {large:g}", "equal", small == large)]


def _welcomed(fields: calls.Fields) -> int:
    status, _ = calls.acknowledge(fields)
    _, left = calls.work("greeting", [fields])
    return left + (status != 200)


def _seated(partner: stub.Stub, people: int) -> tuple[Place, list[Person]]:
    """A group, and people with a seat in it who have just joined it."""
    now = clock.now()
    here = prepare(groups=1, capacity=max(people, 2), now=now)
    run = here.programme_id
    crowd = [Person(f"o-{run}-{n}", f"u-{run}-{n}", f"wm-{run}-{n}", "") for n in range(people)]
    failed = allocate([here.request(mother.account_id) for mother in crowd], now)
    assert failed == {}, failed
    members = [
        {"userid": one.external_userid, "type": 2, "unionid": one.unionid, "join_time": int(now.timestamp())}
        for one in crowd
    ]
    chat_id = here.chat_ids[0]
    detail = {"chat_id": chat_id, "name": "群", "owner": "staff", "member_list": members, "member_version": "v"}
    partner.set(groups={chat_id: detail}, delay=0)
    return here, crowd


def _states(here: Place, crowd: list[Person]) -> list[str]:
    return [seats.my_seat(mother.account_id, here.programme_id, clock.now()).state for mother in crowd]


def _join(here: Place, mother: Person) -> calls.Fields:
    return _event("change_external_chat", "update") | {
        "UpdateDetail": "add_member",
        "ChatId": here.chat_ids[0],
        "MemChangeList": mother.external_userid,
    }


def _add(name: str) -> calls.Fields:
    return _event("change_external_contact", "add_external_contact") | {
        "UserID": "staff",
        "ExternalUserID": f"wm{name}",
        "WelcomeCode": f"code-{name}",
    }


def _event(event: str, change: str) -> calls.Fields:
    sent = {"ToUserName": "corp", "FromUserName": "sys", "CreateTime": "1795400000", "MsgType": "event"}
    return sent | {"Event": event, "ChangeType": change}


def _kept() -> int:
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=f"{settings().prefix}-callbacks")
    return sum(page["Count"] for page in pages)


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def table(facts: list[Fact]) -> str:
    """The facts, one a line."""
    return "\n".join(f"{one.what:<58}{one.found:<28}{one.wanted:<10}{'' if one.holds else 'NOT TRUE'}" for one in facts)


def main() -> int:
    """Run and print; fails when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000, help="how large the large community is")
    parser.add_argument("--seconds", type=float, default=10, help="how long people add staff")
    measured.add_to(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)), stub.running() as partner, workers(4) as pool:
        facts = repeats(pool, partner) + joins(pool, partner) + welcomes(pool, partner, given.seconds)
        print(table(facts), flush=True)
        print(table(more := reads(pool, partner, (1000, given.members))))
    measured.keep(given.json, {one.what: one.found for one in facts + more})
    return sum(not one.holds for one in facts + more)


if __name__ == "__main__":
    sys.exit(main())
