"""When something may be sent: quiet hours, holidays, and how many messages a person or a group may get.

All clock times and days are China's, all moments aware UTC. Rules are data; counters are handed in by who keeps them.
What may not go now is moved or dropped by the rule, and the verdict says which and why.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

Over = Literal["move", "drop"]
Per = Literal["day", "week", "month"]

_CHINA = timezone(timedelta(hours=8))
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cap:
    """At most so many in a China day, week (from Monday) or calendar month; 0: as many as the month has days (WeCom's
    own limit of what a customer or group receives)."""

    per: Per
    at_most: int
    over: Over = "move"

    def limit(self, on: date) -> int:
        """How many in the period in which that day lies."""
        return self.at_most or monthrange(on.year, on.month)[1]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A programme's rules. Quiet hours may cross midnight; equal times mean none. Nothing is moved further than so many
    days: it is dropped then."""

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
    it (`quiet`, `holiday`, `cap.day`, `cap.week`, `cap.month`, `too_late`)."""

    outcome: Literal["send", "move", "drop"]
    at: datetime
    reason: str = ""


def next_moment(rules: Rules, at: datetime) -> Verdict:
    """When a message due at `at` goes: then, at the end of quiet hours or of the holidays, or never."""
    local, reason = at.astimezone(_CHINA), ""
    for _ in range(2 * rules.move_at_most_days + 4):
        if rules.on_holiday != "send" and local.date() in rules.holidays:
            if rules.on_holiday == "drop":
                return Verdict("drop", at, "holiday")
            local, reason = local + _DAY, reason or "holiday"
            continue
        quiet_until = _quiet_until(rules, local)
        if quiet_until is None:
            break
        if rules.in_quiet == "drop":
            return Verdict("drop", at, "quiet")
        local, reason = quiet_until, reason or "quiet"
    if local - at > rules.move_at_most_days * _DAY:
        return Verdict("drop", at, "too_late")
    return Verdict("move" if reason else "send", local.astimezone(UTC), reason)


def over(
    rules: Rules, caps: tuple[Cap, ...], counted: Mapping[str, int], at: datetime, meant_at: datetime
) -> Verdict | None:
    """What becomes of one more message at `at` by the caps, of which so many went before by period (see `periods`);
    None when it goes. What is over is moved to when the widest of these caps opens, or dropped; also what would go too
    long after `meant_at`, when it was first meant to."""
    on = at.astimezone(_CHINA).date()
    exceeded = [cap for cap in caps if counted.get(period(cap.per, on), 0) >= cap.limit(on)]
    if not exceeded:
        return None
    dropped = next((cap for cap in exceeded if cap.over == "drop"), None)
    if dropped:
        return Verdict("drop", at, f"cap.{dropped.per}")
    widest = max(exceeded, key=lambda cap: _following(cap.per, on))
    opened = opens(rules, widest.per, at)
    if opened is None or opened - meant_at > rules.move_at_most_days * _DAY:
        return Verdict("drop", at, "too_late")
    return Verdict("move", opened, f"cap.{widest.per}")


def opens(rules: Rules, per: Per, at: datetime) -> datetime | None:
    """The first moment of the next day, week or month at which something may go; None when the rules drop it then."""
    first = _following(per, at.astimezone(_CHINA).date())
    found = next_moment(rules, datetime.combine(first, rules.quiet_to, _CHINA))
    return None if found.outcome == "drop" else found.at.astimezone(UTC)


def period(per: Per, on: date) -> str:
    """The name of the period in which a China day lies: `day~2026-11-24`, `week~2026-W48`, `month~2026-11`."""
    if per == "week":
        year, week, _ = on.isocalendar()
        return f"week~{year}-W{week:02}"
    return f"{per}~{on.isoformat() if per == 'day' else on.isoformat()[:7]}"


def periods(at: datetime) -> tuple[str, str, str]:
    """The names under which a message at `at` is counted: its China day, week and month."""
    on = at.astimezone(_CHINA).date()
    return period("day", on), period("week", on), period("month", on)


def _quiet_until(rules: Rules, local: datetime) -> datetime | None:
    """The end of the quiet hours in which a local moment lies; None when it lies in none."""
    clock, begins, ends = local.time(), rules.quiet_from, rules.quiet_to
    if begins == ends:
        return None
    if begins < ends:
        return datetime.combine(local.date(), ends, _CHINA) if begins <= clock < ends else None
    if clock >= begins:
        return datetime.combine(local.date() + _DAY, ends, _CHINA)
    return datetime.combine(local.date(), ends, _CHINA) if clock < ends else None


def _following(per: Per, on: date) -> date:
    """The first day of the next period."""
    if per == "day":
        return on + _DAY
    if per == "week":
        return on + timedelta(days=7 - on.weekday())
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)
