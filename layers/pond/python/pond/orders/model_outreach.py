"""Reaching people after an order, as values: a task, and the hours in which anybody may be reached."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from pond.kernel.errors import Refused

State = Literal["waiting", "claimed", "accepted", "delivered", "failed", "refused", "unknown", "dropped"]
# When to look for a text's receipt, from its acceptance on: most come in seconds, some up to 72 hours late.
LOOKS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=73))
_HOURS = re.compile(r"([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])")


@dataclass(frozen=True, kw_only=True)
class Task:
    """Somebody is to be reached once for an order; `person_id` is the pseudonym of their phone. `text_id`: of the text
    that was accepted; `reason`: the vendor's word for how that ended."""

    person_id: str
    tid: str
    member_id: str
    programme_id: str
    route: str
    state: State
    due_at: datetime
    changed_at: datetime
    text_id: str | None = None
    reason: str | None = None

    @property
    def task_id(self) -> str:
        """Its name among the person's rows."""
        return f"task~{self.tid}"

    def next_look(self, now: datetime) -> datetime | None:
        """When to look next whether an accepted text came to its end; None: no receipt comes any more."""
        return next((self.changed_at + after for after in LOOKS if self.changed_at + after > now), None)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Somebody must not be reached any more, why, and who said so."""

    person_id: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Hours:
    """The hours of a day in which people may be reached: from then until then, not included."""

    opens: time
    closes: time

    def next_moment(self, at: datetime, zone: timezone, holidays: Collection[date] = ()) -> datetime:
        """The first moment from `at` on at which somebody may be reached there, on no holiday."""
        here = at.astimezone(zone)
        if here.date() not in holidays and self.opens <= here.time() < self.closes:
            return at
        day = here.date() + timedelta(days=here.time() >= self.closes)
        while day in holidays:
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, zone).astimezone(at.tzinfo)


def read_hours(text: str) -> Hours:
    """Hours such as "09:00-20:00".

    Raises:
        Refused: `outreach.hours`.
    """
    found = _HOURS.fullmatch(text)
    try:
        hours = Hours(time.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None
    except ValueError:
        hours = None
    if hours is None or hours.opens >= hours.closes:
        raise Refused("outreach.hours", f"{text!r} are no hours such as 09:00-20:00")
    return hours
