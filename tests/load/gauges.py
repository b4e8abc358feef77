"""Memory and open handles of the processes a town runs in, read from /proc: each function's, the emulator, the sandbox.

Each process is compared with itself: the first quarter of its life here with the last. One that did not live long
enough says nothing about growth.
"""

import os
import re
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from local.town import Town

EVERY_SECONDS = 3.0
LIFE_SECONDS = 90  # at least, to be compared
GROWTH_MB = 20  # of a function's process: more is a leak. What it imports at its first work comes to some 14
GROWTH_HANDLES = 8
_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_FUNCTION = re.compile(r"ministack-lambda-(?P<name>.+)-[a-z0-9_]{8}/")


@dataclass(frozen=True)
class Sample:
    """What a process held at a moment (monotonic seconds)."""

    at: float
    megabytes: float
    handles: int


@dataclass
class Life:
    """A process's samples. `name`: the function, `the emulator` or `the sandbox`."""

    name: str
    samples: list[Sample] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it was watched."""
        return self.samples[-1].at - self.samples[0].at

    def quarters(self) -> tuple[float, float, float, float]:
        """Memory in the first and last quarter, handles in the first and last, as medians."""
        few = max(1, len(self.samples) // 4)
        first, last = self.samples[:few], self.samples[-few:]
        memory = [statistics.median(one.megabytes for one in some) for some in (first, last)]
        handles = [statistics.median(one.handles for one in some) for some in (first, last)]
        return memory[0], memory[1], handles[0], handles[1]

    def grows(self) -> list[str]:
        """How it grew beyond the bounds."""
        before, after, handles_before, handles_after = self.quarters()
        found = []
        if after - before > GROWTH_MB:
            found.append(f"{self.name}: {before:.0f} -> {after:.0f} MB in {self.seconds / 60:.0f} min")
        if handles_after - handles_before > GROWTH_HANDLES:
            found.append(f"{self.name}: {handles_before:.0f} -> {handles_after:.0f} handles")
        return found


def workers(town: Town) -> dict[int, str]:
    """The processes of functions that this town's emulator started: pid -> the function's name."""
    found, prefix = {}, f"{town.environment()['POND_PREFIX']}-"
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            known = _FUNCTION.search((folder / "cmdline").read_text()) if parent == town.cloud.child.pid else None
        except OSError:
            continue  # it ended meanwhile
        if known:
            found[int(folder.name)] = known["name"].removeprefix(prefix)
    return found


def unpacked(pid: int) -> Path | None:
    """Where the emulator unpacked the function that this process runs, with its layers: some 50 MB of its own."""
    try:
        known = re.search(r"/[^\0]*/" + _FUNCTION.pattern, (_PROC / str(pid) / "cmdline").read_text())
    except OSError:
        return None  # it ended meanwhile
    return Path(known[0]) if known else None


class Gauges:
    """Reads them all every few seconds, in a thread of its own, until stopped."""

    def __init__(self, town: Town) -> None:
        self.lives: dict[int, Life] = {}
        self._town, self._over = town, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._over.set()
        self._thread.join()

    def long_lives(self) -> list[Life]:
        """The processes of functions that lived long enough to be compared; of each function the longest."""
        longest: dict[str, Life] = {}
        for life in self.lives.values():
            if life.name not in ("the emulator", "the sandbox") and life.seconds >= LIFE_SECONDS:
                known = longest.get(life.name)
                if known is None or life.seconds > known.seconds:
                    longest[life.name] = life
        return [longest[name] for name in sorted(longest)]

    def grown(self) -> list[str]:
        """Which processes of functions grew beyond the bounds."""
        compared = [life for life in self.lives.values() if life.seconds >= LIFE_SECONDS]
        return [what for life in compared if life.name not in ("the emulator", "the sandbox") for what in life.grows()]

    def servers(self) -> list[Life]:
        """The emulator and the sandbox, which keep everything in memory."""
        return [life for life in self.lives.values() if life.name in ("the emulator", "the sandbox")]

    def _watch(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            servers = {self._town.cloud.child.pid: "the emulator", self._town.sandbox.child.pid: "the sandbox"}
            for pid, name in (workers(self._town) | servers).items():
                sample = _sample(pid)
                if sample:
                    self.lives.setdefault(pid, Life(name)).samples.append(sample)


def _sample(pid: int) -> Sample | None:
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
        handles = sum(1 for _ in (_PROC / str(pid) / "fd").iterdir())
    except OSError:
        return None  # it ended meanwhile
    return Sample(time.monotonic(), pages * _PAGE / 2**20, handles)
