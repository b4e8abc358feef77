"""Faults of a soak: partners that fail, callbacks lost, repeated and shuffled, workers killed, queues and relay paused.

Each is bounded in time and count, so that what is tried again comes through in the end; drawn from a seeded random. Two
lanes run beside each other, partners' and ours, each with one fault at a time.
"""

import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from load.gauges import unpacked, workers
from support.journeys import Pond

LONGEST_SECONDS = 12.0  # a fault is in force
MOST_CALLS = 15
_LATE_SECONDS = 6.0  # later than any caller waits

_PARTNERS = ("official_account", "wecom", "sms", "youzan")
_HOW: dict[str, dict[str, Any]] = {
    "answers an error (-1)": {"error": -1},
    "says: too many calls (45009)": {"error": 45009},
    "answers late": {"delay_seconds": _LATE_SECONDS},
    "does it, and its answer is lost": {"drop_answer": True},
}
_NUMBERED = ("official_account", "wecom")  # whose errors these numbers are
_BUSY = {"sms": "InternalError.Timeout"}
_SWITCHES: dict[str, dict[str, Any]] = {
    "callbacks lost": {"callbacks_lose_next": 3},
    "callbacks each delivered twice": {"callbacks_repeat": 1},
    "callbacks shuffled": {"callbacks_shuffle": True},
    "callbacks late": {"callbacks_delay_seconds": 2.0},
}


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `inject` has it in force for so many seconds; what it met is counted in `unit`s."""

    name: str
    unit: str
    inject: Callable[[float], int]


@dataclass
class Tally:
    """What became of a kind: how often injected, for how long, what it met, and what people had to do again then."""

    unit: str
    injected: int = 0
    seconds: float = 0.0
    met: int = 0


class Mischief:
    """Injects faults into a town until stopped; then everything is as before."""

    def __init__(self, pond: Pond, seed: int) -> None:
        self._pond, self._over = pond, threading.Event()
        self.tally: dict[str, Tally] = {}
        self.in_force: Counter[str] = Counter()
        self.troubles: list[str] = []
        self._functions = pond.town.cloud.client("lambda")
        lanes = (self._partners(), self._ours())
        self._threads = [
            threading.Thread(target=self._run, args=(kinds, random.Random(seed + number)), daemon=True)
            for number, kinds in enumerate(lanes)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No more faults: those in force end first."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, kinds: list[Kind], draw: random.Random) -> None:
        """Every kind once before any comes again, so that a short run sees as many as can be."""
        while True:
            for kind in draw.sample(kinds, len(kinds)):
                if self._over.wait(draw.uniform(1, 4)):
                    return
                began = time.monotonic()
                tally = self.tally.setdefault(kind.name, Tally(kind.unit))
                try:
                    tally.met += kind.inject(draw.uniform(3, LONGEST_SECONDS))
                except Exception as error:  # the run goes on, and says so at its end
                    self.troubles.append(f"{kind.name}: {error!r}")
                tally.injected += 1
                tally.seconds += time.monotonic() - began

    def _partners(self) -> list[Kind]:
        kinds = [Kind(f"sms answers an error ({_BUSY['sms']})", "calls", self._fault("sms", {"error": _BUSY["sms"]}))]
        for platform in _PARTNERS:
            kinds += [
                Kind(f"{platform} {name}", "calls", self._fault(platform, how))
                for name, how in _HOW.items()
                if "error" not in how or platform in _NUMBERED
            ]
        for platform in ("official_account", "wecom", "youzan"):
            kinds += [
                Kind(f"{platform}: {name}", "callbacks", self._switch(platform, values))
                for name, values in _SWITCHES.items()
            ]
        kinds.append(Kind("youzan: our answers lost", "callbacks", self._switch("youzan", {"answers_lose_next": 3})))
        return kinds

    def _ours(self) -> list[Kind]:
        names = sorted(
            one["FunctionName"] for one in self._functions.list_functions()["Functions"] if self._mappings(one)
        )
        prefix = f"{self._pond.town.environment()['POND_PREFIX']}-"
        paused = [
            Kind(f"{name.removeprefix(prefix)} paused", "messages waiting at the end", self._pause(name))
            for name in names
        ]
        killed = [Kind("a function's process killed (SIGKILL)", "processes", self._kill)]
        return [*paused, *(3 * len(paused) * killed)]

    def _fault(self, platform: str, how: dict[str, Any]) -> Callable[[float], int]:
        def inject(seconds: float) -> int:
            wanted = {"platform": platform, "endpoint": "*", "times": MOST_CALLS, **how}
            fault_id = self._pond.control.do("POST", "/faults", wanted)["fault_id"]
            self._over.wait(seconds)
            left = [one for one in self._pond.control.do("GET", "/faults")["faults"] if one["fault_id"] == fault_id]
            if not left:
                return MOST_CALLS
            self._pond.control.do("DELETE", f"/faults/{fault_id}")
            return MOST_CALLS - int(left[0]["times"])

        return inject

    def _switch(self, platform: str, values: dict[str, Any]) -> Callable[[float], int]:
        def inject(seconds: float) -> int:
            changed = {f"{platform}.{name}": value for name, value in values.items()}
            before = self._pond.control.do("GET", "/switches")["switches"]
            sent = self._sent(platform)
            self._pond.control.do("PATCH", "/switches", changed)
            self._over.wait(seconds)
            after = self._pond.control.do("GET", "/switches")["switches"]
            self._pond.control.do("PATCH", "/switches", {name: before[name]["value"] for name in changed})
            (name, value) = next(iter(changed.items()))
            return value - after[name]["value"] if name.endswith("lose_next") else self._sent(platform) - sent

        return inject

    def _sent(self, platform: str) -> int:
        """How many callbacks a partner has sent so far, of those it still knows."""
        if platform == "youzan":
            return len(self._pond.control.do("GET", "/shop/pushes?limit=2000")["pushes"])
        return len(self._pond.control.do("GET", f"/callbacks?platform={platform}&limit=100000")["callbacks"])

    def _kill(self, seconds: float) -> int:
        """One of the processes that run functions here, busy or not; only children of this town's emulator."""
        found = sorted(workers(self._pond.town).items())
        if not found:
            return 0
        pid, name = found[int(seconds * 1000) % len(found)]
        folder = unpacked(pid)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return 0
        if folder:  # the emulator leaves it, and unpacks the function anew: an hour of kills fills a disk
            shutil.rmtree(folder, ignore_errors=True)
        self.in_force[f"killed {name}"] += 1
        return 1

    def _pause(self, function: str) -> Callable[[float], int]:
        def inject(seconds: float) -> int:
            with self._paused(function) as mappings:
                self._over.wait(seconds)
                return sum(self._waiting(mapping["EventSourceArn"]) for mapping in mappings)

        return inject

    @contextmanager
    def _paused(self, function: str) -> Iterator[list[dict[str, Any]]]:
        mappings = self._mappings({"FunctionName": function})
        for mapping in mappings:
            self._functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield mappings
        finally:
            for mapping in mappings:
                self._functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def _mappings(self, function: dict[str, Any]) -> list[dict[str, Any]]:
        name = f"{function['FunctionName']}:live"
        found: list[dict[str, Any]] = self._functions.list_event_source_mappings(FunctionName=name)[
            "EventSourceMappings"
        ]
        return found

    def _waiting(self, source: str) -> int:
        """How much lies in the queue; of a stream nobody can say."""
        if ":sqs:" not in source:
            return 0
        sqs = self._pond.town.cloud.client("sqs")
        url = sqs.get_queue_url(QueueName=source.rpartition(":")[2])["QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(told["Attributes"]["ApproximateNumberOfMessages"])
