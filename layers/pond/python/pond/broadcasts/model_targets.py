"""Targets as values: a *sheet* is one page of an expanded audience, written once and never changed; a *chunk* is what
one call (or one person's task) carries, with how it stands.

A target's outcome is one letter in its chunk's `marks`, in the order of the chunk's targets: a task's progress over
2,000 groups is then one row of 2 KB. What is never handed out stands with its reason in the sheet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pond.broadcasts.model_timing import Per

ChunkState = Literal["ready", "calling", "created", "withdrawing", "withdrawn", "done", "failed"]
# ready → calling → created → done, or failed; created → withdrawing → withdrawn → ready, when a broadcast is stopped

PENDING, HANDED, SENT = ".", "h", "s"
OUTCOMES = {  # a mark and what it means; capital letters say why a target will not get it
    PENDING: "pending",
    HANDED: "handed_out",
    SENT: "sent",
    "U": "not_sent_by_owner",
    "F": "not_a_friend",
    "L": "over_the_months_limit",
    "D": "group_gone",
    "O": "owner_left",
    "R": "refused",
    "X": "unreachable",
    "Q": "over_cap",
    "T": "moved.day",
    "K": "moved.week",
    "M": "moved.month",
    "N": "wants_none",
    "W": "withdrawn",
    "P": "passed_on",
    "?": "unknown",
}
PASSED_ON = "P"  # it stands in another chunk: the group has another owner by now
MOVED: Mapping[Per, str] = {"day": "T", "week": "K", "month": "M"}  # they get it in a broadcast that follows
MARKS = {outcome: mark for mark, outcome in OUTCOMES.items()}
OPEN_MARKS = PENDING + HANDED
SKIPPED = (
    "outside_versions",
    "no_group",
    "group_closed",
    "no_owner",
    "opted_out",
    "blocked",
    "over_cap",
    "not_reachable",
)
POLLS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=20), timedelta(hours=24))
REMIND_AT = frozenset({1, 2, 3})  # at these polls an owner who has not tapped is reminded
REMINDERS_MAX = 3  # WeCom: a task takes three in 24 hours (41094)
LOOK_UP_AFTER = timedelta(minutes=2)  # a call ends within seconds, its worker within one minute


@dataclass(frozen=True, kw_only=True)
class Target:
    """One recipient of a broadcast. `reason`: why they get nothing, decided when the audience was expanded."""

    recipient_id: str
    variant: int | None
    sender: str | None = None  # userid of the group's owner, or the volunteer: who has to tap
    reason: str | None = None


@dataclass(frozen=True)
class Sheet:
    """One page of targets; `after` and `next` are the cursors it lies between. The last one has no `next`."""

    broadcast_id: str
    number: int
    after: str | None
    next: str | None
    targets: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What one call carries. Its targets are those of one version in one sheet, or, if `sheet` is None, a list of its
    own. `msgids` keeps every task that was ever created for it; `revision` counts its writes."""

    broadcast_id: str
    chunk_id: str
    variant: int
    marks: str
    sender: str | None = None
    sheet: int | None = None
    state: ChunkState = "ready"
    revision: int = 0
    msgids: tuple[str, ...] = ()
    called_at: datetime | None = None
    created_at: datetime | None = None
    polls: int = 0
    reminders: int = 0
    due_at: datetime | None = None  # when it must be looked at next
    reason: str | None = None

    def count(self, marks: str) -> int:
        """How many of its targets stand at one of these marks."""
        return sum(map(self.marks.count, marks))

    @property
    def is_open(self) -> bool:
        """Whether some target's outcome is still to come."""
        return any(mark in OPEN_MARKS for mark in self.marks)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in ("done", "failed")


def marked(marks: str, outcomes: dict[int, str]) -> str:
    """The marks with some outcomes put in, by position; what is final stays."""
    return "".join(outcomes.get(place, mark) if mark in OPEN_MARKS else mark for place, mark in enumerate(marks))


def closed(marks: str, as_: str) -> str:
    """The marks with everything still open ended as `as_`."""
    return "".join(as_ if mark in OPEN_MARKS else mark for mark in marks)


def next_poll(created_at: datetime, polls: int) -> datetime | None:
    """When a task is asked about next, after so many polls; None after the last."""
    return created_at + POLLS[polls] if polls < len(POLLS) else None


def parts(items: Sequence[str], size: int) -> list[Sequence[str]]:
    """Consecutive parts of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]
