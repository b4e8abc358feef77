"""A plan (SOP): steps that say something by the clock, or so long after something happened to a member or a group.

A step never speaks to one person: all to whom it happened on the same day, or in the same hour, are one occurrence. An
occurrence is named by that day or hour (or by the day or month of the calendar), never by when it is due, so that a
changed plan meets what was planned before under its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from pond.broadcasts.model_audience import EVERYBODY, Condition, Event, Every, Happened, Kind, OneOf, Range
from pond.broadcasts.model_content import Route
from pond.broadcasts.model_timing import Over

Community = Literal["referral", "newcomer", "bootcamp", "delivery", "core_fans", "regional", "daily"]
COMMUNITIES: tuple[Community, ...] = (
    *("referral", "newcomer", "bootcamp", "delivery", "core_fans", "regional"),
    "daily",
)
TO_GROUPS: frozenset[Route] = frozenset({"wecom_group", "duty"})

CHINA = timezone(timedelta(hours=8))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class AfterDays:
    """At a time of day, so many days after the China day on which it happened. Occurrence: that day."""

    event: Event
    days: int
    at: time


@dataclass(frozen=True)
class AfterHours:
    """At least so many hours after it happened, and less than an hour more. Occurrence: the hour in which it did."""

    event: Event
    hours: int


@dataclass(frozen=True)
class OnDays:
    """At a time of day, on these weekdays (0: Monday) or on these days. Occurrence: the day."""

    at: time
    weekdays: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class OnAge:
    """On a day of the month in which a child becomes so many months old, or is due in so many. By calendar months, as
    only the month of a birthday is known outside sealed fields. Occurrence: that month."""

    of: Literal["birthday", "due"]
    months: int
    day: int
    at: time


When = AfterDays | AfterHours | OnDays | OnAge


@dataclass(frozen=True)
class Choice:
    """A piece of content and how large a part of the audience gets it, in basis points."""

    content_id: str
    share_bp: int = 10_000


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is said when, by which route, to whom of the plan's audience. Of several `contents` each occurrence takes
    the next in turn; `versions` are said at the same time to parts of the audience. `over_cap`: what becomes of who has
    had enough by then."""

    step_id: str
    when: When
    route: Route
    contents: tuple[str, ...] = ()
    versions: tuple[Choice, ...] = ()
    where: Condition = EVERYBODY
    over_cap: Over = "move"

    @property
    def kind(self) -> Kind:
        """Whom the step speaks to."""
        return "group" if self.route in TO_GROUPS else "member"

    @property
    def content_ids(self) -> tuple[str, ...]:
        """Every piece it may say."""
        return self.contents or tuple(one.content_id for one in self.versions)

    def choices(self, occurrence: str) -> tuple[Choice, ...]:
        """What it says in that occurrence."""
        if self.versions:
            return self.versions
        return (Choice(self.contents[_number(self.when, occurrence) % len(self.contents)]),)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan of a programme. Paused, nothing of it is planned, and what falls into that time is not made up for."""

    programme_id: str
    plan_id: str
    name: str
    community: Community
    paused: bool
    steps: tuple[Step, ...]
    where: Condition = EVERYBODY
    everybody: bool = False


def occurrences(when: When, after: str) -> Iterator[str]:
    """The occurrences that follow one, in order. Endless, but for those on given days."""
    if isinstance(when, OnDays) and when.days:
        yield from sorted(day.isoformat() for day in when.days if day.isoformat() > after)
        return
    while True:
        after = _next(when, after)
        if not isinstance(when, OnDays) or date.fromisoformat(after).weekday() in when.weekdays:
            yield after


def due_at(when: When, occurrence: str) -> datetime:
    """When that occurrence is to be said, before quiet hours and holidays are asked."""
    match when:
        case AfterDays(_, days, at):
            return _moment(date.fromisoformat(occurrence) + days * DAY, at)
        case AfterHours(_, hours):
            return _hour(occurrence) + (1 + hours) * HOUR
        case OnDays(at=at):
            return _moment(date.fromisoformat(occurrence), at)
        case OnAge(day=day, at=at):
            return _moment(date.fromisoformat(f"{occurrence}-01") + (day - 1) * DAY, at)


def over_at(when: When, occurrence: str) -> datetime | None:
    """From when on nobody is added to whom it happened in that occurrence; None where nothing need have happened."""
    stretch = happened_in(when, occurrence)
    return stretch[1] if stretch else None


def happened_in(when: When, occurrence: str) -> tuple[datetime, datetime] | None:
    """From when, and until before when, it happened to those of an occurrence."""
    match when:
        case AfterDays():
            since = _moment(date.fromisoformat(occurrence), time())
            return since, since + DAY
        case AfterHours():
            return _hour(occurrence), _hour(occurrence) + HOUR
    return None


def passed(when: When, now: datetime) -> str:
    """The last occurrence that was due by now: a step that is new at this moment begins with the one after it."""
    local = now.astimezone(CHINA)
    match when:
        case AfterDays(_, days, _):
            latest = (local.date() - days * DAY).isoformat()
        case AfterHours(_, hours):
            return (local - (1 + hours) * HOUR).isoformat()[:13]
        case OnDays():
            latest = local.date().isoformat()
        case OnAge():
            latest = local.date().isoformat()[:7]
    return latest if due_at(when, latest) <= now else _next(when, latest, -1)


def meant(plan: Plan, step: Step, occurrence: str) -> Condition:
    """Whom an occurrence of a step speaks to."""
    parts = [one for one in (plan.where, step.where) if one != EVERYBODY]
    stretch = happened_in(step.when, occurrence)
    match step.when:
        case AfterDays(event) | AfterHours(event) if stretch:
            parts.append(Happened(event, *stretch))
            if event == "seat_taken":
                parts.append(OneOf("seat", frozenset({"taken"})))  # who left meanwhile is not spoken to
        case OnAge("birthday", months):
            parts.append(Range("months", months, months + 1))
        case OnAge("due", months):
            parts.append(Range("due_months", months, months + 1))
    return Every(tuple(parts))


def _next(when: When, occurrence: str, by: int = 1) -> str:
    match when:
        case AfterHours():
            return (_hour(occurrence).astimezone(CHINA) + by * HOUR).isoformat()[:13]
        case OnAge():
            return _month(_months(occurrence) + by)
    return (date.fromisoformat(occurrence) + by * DAY).isoformat()


def _number(when: When, occurrence: str) -> int:
    """A number that grows by one from occurrence to occurrence of a kind; on weekdays, from day of posting to day."""
    match when:
        case AfterHours():
            return int(_hour(occurrence).timestamp()) // 3600
        case OnAge():
            return _months(occurrence)
        case OnDays(weekdays=weekdays) if weekdays:
            week, weekday = divmod(date.fromisoformat(occurrence).toordinal() - 1, 7)
            return week * len(weekdays) + sum(1 for one in weekdays if one < weekday)
    return date.fromisoformat(occurrence).toordinal()


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, CHINA).astimezone(UTC)


def _hour(occurrence: str) -> datetime:
    return datetime.fromisoformat(f"{occurrence}:00").replace(tzinfo=CHINA).astimezone(UTC)


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _month(months: int) -> str:
    return f"{months // 12:04}-{months % 12 + 1:02}"
