"""What a broadcast costs and how it keeps to its quota: to groups with tasks of a WeCom in the sandbox, and planned to
members, at two sizes to see that memory does not grow.

Time is simulated where quotas are counted: the workers are given a clock that goes on by a second.
"""

import argparse
import secrets
import sys
import tempfile
import time
import tracemalloc
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any
from unittest.mock import patch

from load import measured, routes
from load.units import Units, counting
from pond.broadcasts import audiences, dealing, expanding, scheduling, store_chunks, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_audience import Audience, Expand, Kind, Recipient
from pond.kernel import clock, queues
from pond.kernel.aws import client
from pond.kernel.settings import forget, settings
from pond.platforms import buckets
from support import sandbox as sandboxes
from support.castings import Casting, Time, empty_buckets
from support.cloud import running

CREATE = "wecom/add_msg_template"
QUOTA, WINDOW = 20, 10  # calls in seconds: far below WeCom's, so that a bench of seconds reaches it
UNITS_AT_MOST = 800  # write units a thousand targets: groups with 50 tasks from plan to end, or members planned
GROWTH_AT_MOST = 1.5  # peak memory at ten times the members


@dataclass
class Paid:
    """When calls were paid for, by name: each is made only after that."""

    at: dict[str, list[float]] = field(default_factory=dict)

    def most(self, name: str) -> int:
        """The most that fell into any window."""
        times = sorted(self.at.get(name, []))
        return max((sum(start <= one < start + WINDOW for one in times) for start in times), default=0)


@dataclass
class Planned:
    """Planning to so many members."""

    members: int
    seconds: float
    peak: int
    units: Units


@contextmanager
def place() -> Iterator[Casting]:
    """A programme with the sandbox as WeCom, and messages that wait in this process."""
    waiting: deque[dict[str, Any]] = deque()
    prefix = settings().prefix
    variables = {
        "POND_SCHEDULE_GROUP": f"{prefix}-bench",
        "POND_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/pond-schedules",
        "POND_BROADCAST_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:broadcasts",
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        sandboxes.running(Path(folder)) as sandbox,
        sandboxes.as_partners(sandbox) as partners,
        patch.dict("os.environ", variables),
        patch.object(queues, "send", lambda url, bodies: waiting.extend(bodies)),
    ):
        forget()
        if not client("scheduler").list_schedule_groups(NamePrefix=f"{prefix}-bench")["ScheduleGroups"]:
            client("scheduler").create_schedule_group(Name=f"{prefix}-bench")
        partners.do("PATCH", "/switches", {"wecom.mass_dispatch_seconds": 0, "wecom.mass_result_lag_seconds": 0})
        empty_buckets(f"{prefix}-buckets")
        now = clock.now().replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=3)
        here = Casting("", partners, Time(now), lambda kind: f"{kind}-{secrets.token_hex(5)}", waiting=waiting)
        here.until(now)
        yield here.elsewhere()


@contextmanager
def tight() -> Iterator[None]:
    """A quota that a bench reaches."""
    with patch.dict("os.environ", {"POND_CALL_LIMITS": f"{CREATE}={QUOTA}/{WINDOW}"}):
        forget()
        yield
    forget()


@contextmanager
def paying(here: Casting) -> Iterator[Paid]:
    """Note when calls are paid for."""
    paid, really = Paid(), buckets.take

    def take(name: str, calls: int, now: datetime) -> float:
        wait = really(name, calls, now)
        if not wait:
            paid.at.setdefault(name, []).extend([now.timestamp()] * calls)
        return wait

    with patch.object(buckets, "take", take):
        yield paid


def to_groups(here: Casting, groups: int, owners: int) -> tuple[float, float, Units, Paid, str]:
    """Planning time, the simulated time until all tasks stand, units, calls, marks at the end."""
    for _ in range(owners):
        here.owner(groups // owners)
    broadcast_id = here.scheduled()
    began = here.now
    with counting() as units, paying(here) as paid:
        units.step = "plan"
        started = time.monotonic()
        here.ask(broadcast_id)
        here.work_one()
        planning = time.monotonic() - started
        units.step = "hand out"
        while "." in here.marks(broadcast_id):
            here.work()
            here.until(here.now + timedelta(seconds=1))
            here.ask(broadcast_id)
        handed = (here.now - began).total_seconds()
        units.step = "ask"
        here.taps()
        while scheduling.get(broadcast_id).state != "sent":
            here.passes(timedelta(minutes=10))
    return planning, handed, units, paid, here.marks(broadcast_id)


def to_members(here: Casting, members: int, scanned: bool = False) -> Planned:
    """Plan a broadcast to so many members: sheets and chunks, the way the courier does it. `scanned`: they are found in
    the tables; else handed in page by page, since each page of the local cloud's scan costs a whole table."""
    if scanned:
        enrol(here, members)
    broadcast = _dispatching(here)
    expand = audiences.expand if scanned else _pages(members)
    tracemalloc.start()
    started = time.monotonic()
    with counting() as units, patch.object(units, "_touch", lambda write: None):  # it remembers every item by name
        units.step = "plan members"
        while not expanding.sheets(broadcast, here.now, 20, expand):
            pass
        dealing.deal(broadcast, here.now)
    seconds = time.monotonic() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    planned = sum(len(sheet.targets) for sheet in store_targets.sheets(broadcast.broadcast_id))
    dealt = sum(len(chunk.marks) for chunk in store_chunks.of(broadcast.broadcast_id))
    if not planned == dealt == members:
        raise AssertionError(f"{members} members, {planned} targets, {dealt} dealt")
    return Planned(members, seconds, peak, units)


def _pages(members: int) -> Expand:
    def expand(
        programme_id: str, audience: Audience, kind: Kind, after: str | None, limit: int, now: datetime
    ) -> tuple[list[Recipient], str | None]:
        start = int(after or 0)
        end = min(members, start + limit)
        found = [Recipient(f"member{number:020}", kind) for number in range(start, end)]
        return found, None if end == members else str(end)

    return expand


def enrol(here: Casting, members: int) -> None:
    """So many accepted members, written as fast as the local cloud takes them."""
    table = f"{settings().prefix}-registrations"
    row = {
        "programme_id": {"S": here.programme_id},
        "pool_id": {"S": f"{here.programme_id}~pregnancy"},
        "stage_id": {"S": "pregnancy"},
        "city": {"S": "杭州"},
        "consent_version": {"S": "2026-11"},
        "consented_at": {"S": "2026-11-23T00:00:00.000Z"},
        "registered_at": {"S": "2026-11-23T00:00:00.000Z"},
    }
    for some in batched(range(members), 25, strict=False):
        puts = [
            {
                "PutRequest": {
                    "Item": {**row, "member_id": {"S": f"member{number:020}"}, "follower_id": {"S": f"f{number:025}"}}
                }
            }
            for number in some
        ]
        client("dynamodb").batch_write_item(RequestItems={table: puts})


def _dispatching(here: Casting) -> Broadcast:
    here.piece("hello", "今晚八点直播", routes=["account"])
    broadcast_id = scheduling.plan(here.draft("account", ("hello",)), here.now)
    return scheduling.get(broadcast_id)


def table(units: Units, targets: int) -> str:
    """Units by step and table, for a thousand targets."""
    lines = [f"{'step':<14}{'table':<16}{'write':>10}{'read':>10}   units a 1,000 targets"]
    for step, name in sorted(set(units.writes) | set(units.reads)):
        write, read = (side.get((step, name), 0.0) * 1000 / targets for side in (units.writes, units.reads))
        lines.append(f"{step:<14}{name:<16}{write:>10.1f}{read:>10.1f}")
    return "\n".join(lines)


def main() -> int:
    """Run and print; fails when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--groups", type=int, default=1_000)
    parser.add_argument("--owners", type=int, default=50)
    parser.add_argument("--each", type=int, default=100, help="targets of a broadcast by each route, for costs")
    measured.add_to(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)), place() as here:
        used = routes.measure(here, given.each)
        planning, _handed, units, paid, marks = to_groups(here.elsewhere(), given.groups, given.owners)
        print(f"{given.groups} groups of {given.owners} owners: planned in {planning:.2f} s")
        print(table(units, given.groups))
        print(f"calls: {', '.join(f'{name} {len(times)}' for name, times in sorted(paid.at.items()))}")
        with tight():
            _planning, handed, _units, paid, _marks = to_groups(here.elsewhere(), given.owners, given.owners)
        print(f"{given.owners} tasks at a quota of {QUOTA} calls in {WINDOW} s: all stand after {handed:.0f} s,")
        print(f"most in any {WINDOW} s: {paid.most(CREATE)}\n")
        found = to_members(here.elsewhere(), given.members // 10, scanned=True)
        print(f"{found.members} members found and planned in {found.seconds:.1f} s")
        print(table(found.units, found.members))
        few = to_members(here.elsewhere(), given.members // 10)
        many = to_members(here.elsewhere(), given.members)
        for one in (few, many):
            print(f"{one.members} members planned in {one.seconds:.1f} s, peak memory {one.peak / 1e6:.1f} MB")
    measured.keep(given.json, used)
    wrong = [what for what, holds in verdict(units, paid, marks, given.groups, few, many).items() if not holds]
    print("\n".join(f"NOT TRUE: {what}" for what in wrong) or "all that must hold holds")
    return len(wrong)


def verdict(units: Units, paid: Paid, marks: str, groups: int, few: Planned, many: Planned) -> dict[str, bool]:
    """What must hold, and whether it does."""
    return {
        "every group got it, once": marks == "s" * groups,
        f"no more than {QUOTA} calls in any {WINDOW} s": paid.most(CREATE) <= QUOTA,
        f"at most {UNITS_AT_MOST} write units a 1,000 groups": units.written * 1000 / groups <= UNITS_AT_MOST,
        f"at most {UNITS_AT_MOST} a 1,000 members planned": many.units.written * 1000 / many.members <= UNITS_AT_MOST,
        f"memory grows at most {GROWTH_AT_MOST} times": many.peak <= GROWTH_AT_MOST * few.peak,
    }


if __name__ == "__main__":
    sys.exit(main())
