"""Reading a plan from a document. A plan that exists is whole; any other is refused, naming the place."""

from datetime import date
from typing import Any, cast

from pond.broadcasts.model_almanac import DAYS, clock
from pond.broadcasts.model_audience import EVERYBODY, Condition, Event, Kind
from pond.broadcasts.model_audience_reader import read as read_audience
from pond.broadcasts.model_content import ROUTES, Route
from pond.broadcasts.model_plan import (
    COMMUNITIES,
    TO_GROUPS,
    AfterDays,
    AfterHours,
    Choice,
    OnAge,
    OnDays,
    Plan,
    Step,
    When,
)
from pond.broadcasts.model_timing import Over
from pond.kernel.errors import Refused
from pond.programmes.model_reader import Part

STEPS = 120
_CODE = "plan.invalid"
_TO_MEMBERS: tuple[Event, ...] = ("seat_taken", "order_paid")
_GROUP_EVENTS: tuple[Event, ...] = ("group_filled",)


def read(document: object, programme_id: str) -> Plan:
    """The plan of a programme that a document describes.

    Raises:
        Refused: `plan.invalid` or `audience.invalid`, the message being "where: what".
    """
    top = Part("plan", document, _CODE)
    _only(top, "plan_id", "name", "community", "status", "audience", "steps")
    audience = cast(dict[str, Any], top.value("audience") or {})
    parts = top.parts("steps")
    if len(parts) > STEPS:
        raise top.refusal("steps", f"at most {STEPS}")
    steps = tuple(_step(part, audience) for part in parts)
    if len({step.step_id for step in steps}) < len(steps):
        raise top.refusal("steps", "an id stands twice")
    whole = [read_audience(audience, kind) for kind in sorted({step.kind for step in steps})]
    plan = Plan(
        programme_id=programme_id,
        plan_id=top.id("plan_id"),
        name=top.text("name"),
        community=cast(Any, top.choice("community", COMMUNITIES)),
        paused=top.choice("status", ("active", "paused"), "active") == "paused",
        steps=steps,
        where=whole[0].where,
        everybody=whole[0].everybody,
    )
    for step in steps:
        if isinstance(step.when, OnDays) and not plan.everybody and plan.where == step.where == EVERYBODY:
            raise Refused(
                "audience.everybody", f"steps.{step.step_id}: all are meant: say `everybody: true` if that is so"
            )
    return plan


def _step(part: Part, audience: dict[str, Any]) -> Step:
    _only(part, "step_id", "after", "clock", "age", "route", "content", "versions", "where", "over_cap")
    route = cast(Route, part.choice("route", ROUTES))
    kind: Kind = "group" if route in TO_GROUPS else "member"
    contents, versions = _contents(part), _versions(part)
    if bool(contents) == bool(versions):
        raise part.refusal("content", "must have content, or versions, and not both")
    when = _when(part, kind)
    dated = isinstance(when, OnDays)  # what the clock asks for is of its day: tomorrow it would be stale
    return Step(
        step_id=part.id("step_id"),
        when=when,
        route=route,
        contents=contents,
        versions=versions,
        where=_where(part, kind),
        over_cap=cast(Over, part.choice("over_cap", ("move", "drop"), "drop" if dated else "move")),
    )


def _where(part: Part, kind: Kind) -> Condition:
    return read_audience({"where": part.value("where")}, kind).where


def _when(part: Part, kind: Kind) -> When:
    if sum(part.has(name) for name in ("after", "clock", "age")) != 1:
        raise part.refusal("after", "must have one of after, clock, age")
    if part.has("after"):
        return _after(part.part("after"), kind)
    if part.has("age"):
        if kind == "group":
            raise part.refusal("age", "groups have no birthday: use where: months")
        age = part.part("age")
        _only(age, "of", "months", "day", "at")
        of = cast(Any, age.choice("of", ("birthday", "due")))
        return OnAge(of, _number(age, "months", 0, 240), _number(age, "day", 1, 28), clock(age, "at"))
    on = part.part("clock")
    _only(on, "weekdays", "days", "at")
    if on.has("weekdays") == on.has("days"):
        raise on.refusal("days", "must have weekdays, or days, and not both")
    if on.has("weekdays"):
        names = DAYS if on.value("weekdays") == "all" else on.words("weekdays")
        if set(names) - set(DAYS):
            raise on.refusal("weekdays", f"must be all, or of {', '.join(DAYS)}")
        return OnDays(clock(on, "at"), weekdays=frozenset(DAYS.index(name) for name in names))
    return OnDays(clock(on, "at"), days=_days(on))


def _after(after: Part, kind: Kind) -> When:
    _only(after, "event", "days", "hours", "at")
    events = _TO_MEMBERS if kind == "member" else _GROUP_EVENTS
    event = cast(Event, after.choice("event", events))
    if after.has("hours") == after.has("days"):
        raise after.refusal("days", "must have days, or hours, and not both")
    if after.has("hours"):
        return AfterHours(event, _number(after, "hours", 1, 240))
    return AfterDays(event, _number(after, "days", 1, 1_000), clock(after, "at"))


def _days(on: Part) -> frozenset[date]:
    value = on.value("days")
    if not isinstance(value, list) or not 1 <= len(value) <= 100:
        raise on.refusal("days", "must be a list of 1 to 100 days")
    try:
        return frozenset(date.fromisoformat(str(one)) for one in value)
    except ValueError:
        raise on.refusal("days", "must be days such as 2027-01-01") from None


def _contents(part: Part) -> tuple[str, ...]:
    if not part.has("content"):
        return ()
    return part.words("content") if isinstance(part.value("content"), list) else (part.id("content"),)


def _versions(part: Part) -> tuple[Choice, ...]:
    found = tuple(
        Choice(one.id("content"), 100 * _number(one, "percent", 1, 100)) for one in part.parts("versions", needed=False)
    )
    if found and (sum(one.share_bp for one in found) != 10_000 or not 2 <= len(found) <= 5):
        raise part.refusal("versions", "2 to 5, together 100 percent")
    return found


def _number(part: Part, name: str, least: int, most: int) -> int:
    number = part.number(name, least, most, None)
    if number is None:
        raise part.refusal(name, "is missing")
    return number


def _only(part: Part, *known: str) -> None:
    for name in part.names():
        if name not in known:
            raise part.refusal(name, "no such field")
