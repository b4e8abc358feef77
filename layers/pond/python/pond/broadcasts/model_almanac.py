"""A programme's almanac: when it is quiet, which days are holidays, how much is too much, and what its week holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, cast

from pond.broadcasts.model_timing import Cap, Per, Rules
from pond.programmes.model_reader import Part

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CODE = "almanac.invalid"
_LONGEST = timedelta(days=60)
_LINES = 5  # of a day


@dataclass(frozen=True)
class Almanac:
    """The rules of timing, and the week's calendar: lines of each weekday (0: Monday)."""

    rules: Rules = field(default_factory=Rules)
    week: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def read(document: object) -> Almanac:
    """The almanac a document describes; what it does not say stays as it is by default.

    Raises:
        Refused: `almanac.invalid`, its message being "where: what".
    """
    top = Part("almanac", document, _CODE)
    plain = Rules()
    for name in top.names():
        if name not in ("quiet", "holidays", "on_holiday", "caps", "move_at_most_days", "week"):
            raise top.refusal(name, "no such field")
    quiet = top.part("quiet") if top.has("quiet") else Part("almanac.quiet", {}, _CODE)
    caps = top.part("caps") if top.has("caps") else Part("almanac.caps", {}, _CODE)
    days = top.number("move_at_most_days", 0, 60, plain.move_at_most_days)
    return Almanac(
        Rules(
            quiet_from=clock(quiet, "from", plain.quiet_from),
            quiet_to=clock(quiet, "to", plain.quiet_to),
            in_quiet=cast(Any, quiet.choice("then", ("move", "drop"), plain.in_quiet)),
            holidays=_holidays(top),
            on_holiday=cast(Any, top.choice("on_holiday", ("send", "move", "drop"), plain.on_holiday)),
            person=_caps(caps, "person", plain.person),
            group=_caps(caps, "group", plain.group),
            move_at_most_days=plain.move_at_most_days if days is None else days,
        ),
        _week(top.part("week")) if top.has("week") else {},
    )


def clock(part: Part, name: str, default: time | None = None) -> time:
    """A time of day, written `"08:30"`."""
    if default is not None and not part.has(name):
        return default
    try:
        return time.fromisoformat(part.text(name))
    except ValueError:
        raise part.refusal(name, 'must be a time such as "08:30", in quotes') from None


def day(part: Part, name: str) -> date:
    """A day, written `2027-01-01`; in quotes, or as YAML reads it."""
    value = part.value(name)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise part.refusal(name, "must be a day such as 2027-01-01") from None


def _holidays(top: Part) -> frozenset[date]:
    found: set[date] = set()
    for part in top.parts("holidays", needed=False):
        first = day(part, "from")
        last = day(part, "to") if part.has("to") else first
        if not timedelta(0) <= last - first <= _LONGEST:
            raise part.refusal("to", "must be from the first day on, at most 60 days")
        found |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return frozenset(found)


def _caps(caps: Part, name: str, default: tuple[Cap, ...]) -> tuple[Cap, ...]:
    if not caps.has(name):
        return default
    return tuple(
        Cap(
            cast(Per, part.choice("per", ("day", "week", "month"))),
            _at_most(part),
            cast(Any, part.choice("over", ("move", "drop"), "move")),
        )
        for part in caps.parts(name, needed=False)
    )


def _at_most(part: Part) -> int:
    """A count; in months also the word `days`: as many as the month has."""
    if part.value("at_most") == "days":
        if part.text("per") != "month":
            raise part.refusal("at_most", "days: of a month only")
        return 0
    number = part.number("at_most", 1, 1_000, None)
    if number is None:
        raise part.refusal("at_most", "is missing")
    return number


def _week(part: Part) -> dict[int, tuple[str, ...]]:
    for name in part.names():
        if name not in DAYS:
            raise part.refusal(name, f"must be of {', '.join(DAYS)}")
        if len(part.words(name)) > _LINES or max(map(len, part.words(name))) > 60:
            raise part.refusal(name, f"at most {_LINES} lines of 60 characters")
    return {DAYS.index(name): part.words(name) for name in part.names()}
