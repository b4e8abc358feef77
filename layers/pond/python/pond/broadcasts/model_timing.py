"""When something may be sent: quiet hours, holidays, and how many messages a person or a group may get.

All clock times and days are China's, all moments aware UTC. Rules are data; counters are handed in by who keeps them.
What may not go now is moved or dropped by the rule, and the verdict says which and why.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

Over = Literal["move", "drop"]
Per = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Cap:
    """At most so many in a China day, week (from Monday) or calendar month; 0: as many as the month has days (WeCom's
    own limit of what a customer or group receives)."""

    per: Per
    at_most: int
    over: Over = "move"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A programme's rules. Quiet hours may cross midnight; equal times mean none."""

    quiet_from: time = time(21, 30)
    quiet_to: time = time(8, 0)
    in_quiet: Over = "move"
    holidays: frozenset[date] = frozenset()
    on_holiday: Literal["send", "move", "drop"] = "send"
    person: tuple[Cap, ...] = (Cap("day", 2), Cap("month", 0, "drop"))
    group: tuple[Cap, ...] = (Cap("day", 4), Cap("month", 0, "drop"))
    move_at_most_days: int = 7


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message: sent at `at`, moved to it, or dropped; `reason` is a code, empty when nothing hindered
    it (`quiet`, `holiday`, `cap.day` …)."""

    outcome: Literal["send", "move", "drop"]
    at: datetime
    reason: str = ""
