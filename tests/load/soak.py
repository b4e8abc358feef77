"""Journeys, orders and broadcasts for an hour with random faults of partners and killed workers, against the deployed
local stack; at the end everything must hold, and memory and open handles be steady. `make soak` prints it.

Queues give a message that failed to the next worker after some seconds, not after six times a function's timeout as on
AWS: so that what a fault hit comes round within the run.
"""

import argparse
import json
import platform
import random
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from load import aftermath, broadcasting, players, telling
from load.aftermath import Outcome
from load.gauges import Gauges
from load.mischief import Mischief
from load.players import Doings
from local import town
from local.processes import free_port
from support.journeys import Pond, eventually

TRAVELLERS = 3  # at once: the emulator answers some 15 requests a second
VISIBILITY_SECONDS = 45
PATIENCE_SECONDS = 240  # after the faults, for who is on her way
_SEAT_COUNTS = [{"version": 1, "valid_from": "2026-01-01", "precedence": ["seat"], "window_days": 30}]
_VOLUNTEER = "volunteer-soak"
_PAY = """
import json
from datetime import UTC, datetime
from pond.orders import rates
paid = {"programme_id": "soak", "rates": [{"role": "volunteer", "percent": "10", "valid_from": "2026-01-01"}]}
print(json.dumps(rates.apply(paid, "an operator", datetime.now(UTC)).outcome))
"""


@dataclass(frozen=True)
class Soaked:
    """A soak that is over."""

    seconds: float
    doings: Doings
    mischief: Mischief
    gauges: Gauges
    outcome: Outcome

    @property
    def failures(self) -> list[str]:
        """Why it failed; empty when it did not."""
        return [*self.outcome.breaches, *self.doings.troubles, *self.mischief.troubles, *self.gauges.grown()]


def soak(pond: Pond, seconds: float, seed: int, say: Callable[[str], None] = print) -> Soaked:
    """Play so long, with faults; then without them, until everything came to its end."""
    waits = _impatient(pond)
    _prepare(pond, int(seconds // 60))
    before = aftermath.letters(pond)
    gauges, doings = Gauges(pond.town), Doings()
    began = time.monotonic()
    mischief = Mischief(pond, seed)
    _play(pond, doings, seed, began + seconds, mischief, say)
    say(f"players are home after {time.monotonic() - began:.0f} s; waiting until every queue is empty")
    outcome = aftermath.settle(pond, doings, before)
    gauges.stop()
    waits()
    return Soaked(seconds, doings, mischief, gauges, outcome)


def _play(pond: Pond, doings: Doings, seed: int, until: float, mischief: Mischief, say: Callable[[str], None]) -> None:
    deadline = until + PATIENCE_SECONDS

    def played(play: Callable[[random.Random], None], draw: random.Random) -> None:
        while time.monotonic() < until:
            try:
                play(draw)
            except Exception:
                doings.troubles.append(traceback.format_exc(limit=-3))
                time.sleep(1)

    plays: list[Callable[[random.Random], None]] = [
        *[lambda draw: players.travel(pond, "soak", doings, draw, until, deadline)] * TRAVELLERS,
        lambda draw: players.buy(pond, doings, draw, until),
        lambda draw: players.serve(pond, doings, draw, until),
        lambda draw: broadcasting.broadcast(pond, doings, draw, until),
    ]
    threads = [
        threading.Thread(target=played, args=(play, random.Random(seed * 100 + number)), daemon=True)
        for number, play in enumerate(plays)
    ]
    for thread in threads:
        thread.start()
    said = time.monotonic()
    while time.monotonic() < until:
        time.sleep(1)
        if time.monotonic() - said >= 30:
            said = time.monotonic()
            say(telling.progress(until - said, doings, mischief))
    mischief.stop()
    for thread in threads:
        thread.join(deadline + 60 - time.monotonic())


def _prepare(pond: Pond, minutes: int) -> None:
    """A programme with room for most of who comes in so many minutes, groups that a volunteer serves for a tenth, an
    opening that lasts."""
    pond.programme("soak", attribution=_SEAT_COUNTS, hold_minutes=5, remind_minutes=1)
    pond.ctl("volunteers", "add", "--staff", _VOLUNTEER)
    large = [("pregnancy", 180, number) for number in range(2, 3 + minutes // 30)]
    for segment, capacity, number in [("planning", 12, 1), ("pregnancy", 30, 1), *large]:
        chat_id = pond.group("soak", segment, f"{segment} {number} 群", capacity)
        pond.ctl("volunteers", "assign", "--staff", _VOLUNTEER, chat_id, "--main")
    assert pond.asks(_PAY) == "created"
    broadcasting.prepare(pond)
    about = ("--programme", "soak", "--start", "+0m", "--minutes", str(minutes + 60), "--quota", "10000")
    pond.ctl("openings", "create", *about)
    eventually(lambda: pond.is_open("soak"), "the opening")
    patient = {f"{partner}.callback_timeout_seconds": 30.0 for partner in ("official_account", "wecom", "youzan")}
    # Youzan's retries at a hundred times their pace, each in a process of its own, would bury a slow machine
    slow = {"youzan.detail_lag_seconds": 2.0, "youzan.retry_scale": 0.5}
    pond.control.do("PATCH", "/switches", patient | slow)


def _impatient(pond: Pond) -> Callable[[], None]:
    """Have queues give failed messages again sooner; what makes it as it was."""
    sqs, prefix = pond.town.cloud.client("sqs"), f"{pond.town.environment()['POND_PREFIX']}-"
    urls = [url for url in sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"] if not url.endswith("-dead")]
    name = "VisibilityTimeout"
    before = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name] for url in urls}

    def set_all(values: dict[str, str]) -> None:
        for url, value in values.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})

    set_all(dict.fromkeys(urls, str(VISIBILITY_SECONDS)))
    return lambda: set_all(before)


def main() -> int:
    """Run and print; 1 when something does not hold or grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seconds", type=float, help="instead of minutes")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    seconds = given.seconds or given.minutes * 60
    print(f"soak, seed {given.seed}, {seconds / 60:.1f} min, {platform.machine()}, {datetime.now(UTC):%Y-%m-%d %H:%M}")
    with tempfile.TemporaryDirectory() as folder, town.running(free_port(), free_port(), Path(folder)) as running:
        soaked = soak(Pond(running, Path(folder)), seconds, given.seed, lambda line: print(line, flush=True))
        print(telling.report(soaked.doings, soaked.mischief, soaked.gauges, soaked.outcome))
    failures = soaked.failures
    print(json.dumps(failures, indent=2, ensure_ascii=False) if failures else "everything held")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
