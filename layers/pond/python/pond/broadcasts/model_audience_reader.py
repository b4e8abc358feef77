"""Reading an audience from a document, and writing it as one: JSON or YAML of bounded depth and size.

    {"where": {"all": [{"stage": ["parenting"]}, {"months": {"from": 0, "to": 7}}, {"not": {"bought": true}}]}}

`all`, `any`, `not` join conditions; the others speak of what is known of a person or a group. A group is asked for by
its stage, segment, months, kind, state and id only: a document that asks for more is refused for groups.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn

from pond.broadcasts.model_audience import (
    BASIS_POINTS,
    Audience,
    Bought,
    Condition,
    Either,
    Every,
    Happened,
    Kind,
    Not,
    OneOf,
    Range,
    Share,
)
from pond.kernel.errors import Refused

DEPTH, CONDITIONS, VALUES, LENGTH = 6, 60, 200, 64

_WORDS = ("stage", "kind", "channel", "tag", "group", "seat", "segment", "state")
_RANGES = {"months": "months", "due_months": "due_months", "idle_days": "idle_days"}
_EVENTS = ("seat_taken", "order_paid", "group_filled")
_OF_GROUPS = frozenset({"stage", "kind", "group", "segment", "state", "months", "group_filled", "share"})
_OF_MEMBERS = frozenset(
    {
        *("stage", "kind", "channel", "tag", "group", "seat", "months", "due_months", "idle_days"),
        *("bought", "seat_taken", "order_paid", "share"),
    }
)


def read(document: object, kind: Kind) -> Audience:
    """The audience that a document describes, for members or for groups.

    Raises:
        Refused: `audience.invalid`, its message being "where: what".
    """
    if not isinstance(document, Mapping):
        _refuse("audience", "must be a mapping")
    unknown = set(document) - {"where", "everybody", "nobody"}
    if unknown:
        _refuse("audience", f"unknown: {', '.join(sorted(map(str, unknown)))}")
    flags = {name: document.get(name, False) for name in ("everybody", "nobody")}
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            _refuse(f"audience.{name}", "must be true or false")
    where = document.get("where")
    condition = Every(()) if where is None else _condition(where, "where", DEPTH)
    if sum(1 for _ in walk(condition)) > CONDITIONS:
        _refuse("where", f"more than {CONDITIONS} conditions")
    top = condition.of if isinstance(condition, Every) else (condition,)
    if sum(subject(one) == "order_paid" for one in walk(condition)) > 1:
        _refuse("where", "order_paid may stand there once")
    allowed = _OF_MEMBERS if kind == "member" else _OF_GROUPS
    for one in walk(condition):
        about = subject(one)
        if about and about not in allowed:
            _refuse("where", f"{about} says nothing of a {kind}")
        if about == "order_paid" and one not in top:
            _refuse("where", "order_paid must hold for all: at the top, or in `all` at the top")
    return Audience(condition, **flags)


def write(audience: Audience) -> dict[str, Any]:
    """The document of an audience: what `read` reads to the same one."""
    document: dict[str, Any] = {"where": _document(audience.where)}
    return document | {name: True for name in ("everybody", "nobody") if getattr(audience, name)}


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and all within it."""
    yield condition
    if isinstance(condition, Every | Either):
        for one in condition.of:
            yield from walk(one)
    elif isinstance(condition, Not):
        yield from walk(condition.of)


def subject(condition: Condition) -> str | None:
    """What a condition speaks of; None for one that joins others."""
    match condition:
        case OneOf(name) | Range(name):
            return name
        case Bought():
            return "bought"
        case Happened(event):
            return event
        case Share():
            return "share"
    return None


def _condition(document: object, where: str, depth: int) -> Condition:
    if depth == 0:
        _refuse(where, f"deeper than {DEPTH}")
    if not isinstance(document, Mapping) or len(document) != 1:
        _refuse(where, "must say one thing: all, any, not, or a field")
    name, value = next(iter(document.items()))
    here = f"{where}.{name}"
    if name in ("all", "any"):
        if not isinstance(value, list) or not 1 <= len(value) <= CONDITIONS:
            _refuse(here, f"must be a list of 1 to {CONDITIONS} conditions")
        parts = tuple(_condition(one, f"{here}[{n}]", depth - 1) for n, one in enumerate(value))
        return Every(parts) if name == "all" else Either(parts)
    if name == "not":
        return Not(_condition(value, here, depth - 1))
    reader = _READERS.get(str(name))
    if reader is None:
        _refuse(where, f"unknown: {name}")
    return reader(str(name), value, here)


def _words(name: str, value: object, where: str) -> Condition:
    listed: list[Any] = value if isinstance(value, list) else [value]
    if not 1 <= len(listed) <= VALUES:
        _refuse(where, f"must be 1 to {VALUES} values")
    for one in listed:
        if not isinstance(one, str) or not 1 <= len(one) <= LENGTH:
            _refuse(where, f"must be texts of 1 to {LENGTH} characters")
    return OneOf(name, frozenset(listed))


def _range(name: str, value: object, where: str) -> Condition:
    part = _only(value, {"from", "to"}, where)
    bounds = [_number(part.get(end), f"{where}.{end}", 0, 10_000) for end in ("from", "to")]
    if bounds == [None, None]:
        _refuse(where, "must have from or to")
    if bounds[0] is not None and bounds[1] is not None and bounds[1] <= bounds[0]:
        _refuse(f"{where}.to", "must be above from, which is included; to is not")
    return Range(_RANGES[name], *bounds)


def _bought(name: str, value: object, where: str) -> Condition:
    if not isinstance(value, bool):
        _refuse(where, "must be true or false")
    return Bought(value)


def _happened(name: str, value: object, where: str) -> Condition:
    part = _only(value, {"since", "until"}, where)
    moments = []
    for end in ("since", "until"):
        try:
            moment = datetime.fromisoformat(str(part.get(end)))
        except ValueError:
            _refuse(f"{where}.{end}", "must be a time such as 2026-11-24T08:00:00+08:00")
        if moment.tzinfo is None:
            _refuse(f"{where}.{end}", "must name its time zone")
        moments.append(moment)
    if moments[1] <= moments[0]:
        _refuse(f"{where}.until", "must be after since")
    return Happened(name, *moments)  # type: ignore[arg-type]  # a key of _READERS is an event


def _share(name: str, value: object, where: str) -> Condition:
    part = _only(value, {"salt", "from", "to"}, where)
    salt = part.get("salt")
    if not isinstance(salt, str) or not 1 <= len(salt) <= 2 * LENGTH:
        _refuse(f"{where}.salt", f"must be a text of 1 to {2 * LENGTH} characters")
    least = _number(part.get("from", 0), f"{where}.from", 0, BASIS_POINTS)
    below = _number(part.get("to", BASIS_POINTS), f"{where}.to", 0, BASIS_POINTS)
    return Share(salt, least or 0, below or 0)


def _only(value: object, known: set[str], where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or set(value) - known:
        _refuse(where, f"must be a mapping of {', '.join(sorted(known))}")
    return value


def _number(value: object, where: str, least: int, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        _refuse(where, f"must be a whole number from {least} to {most}")
    return value


_READERS: dict[str, Callable[[str, object, str], Condition]] = {
    **dict.fromkeys(_WORDS, _words),
    **dict.fromkeys(_RANGES, _range),
    **dict.fromkeys(_EVENTS, _happened),
    "bought": _bought,
    "share": _share,
}


def _document(condition: Condition) -> Any:
    match condition:
        case Every(()):
            return None
        case Every(of):
            return {"all": [_document(one) for one in of]}
        case Either(of):
            return {"any": [_document(one) for one in of]}
        case Not(of):
            return {"not": _document(of)}
        case OneOf(name, values):
            return {name: sorted(values)}
        case Range(name, least, below):
            ends = {"from": least, "to": below}
            return {name: {end: value for end, value in ends.items() if value is not None}}
        case Bought(ever):
            return {"bought": ever}
        case Happened(event, since, until):
            return {event: {"since": since.isoformat(), "until": until.isoformat()}}
        case Share(salt, least, below):
            return {"share": {"salt": salt, "from": least, "to": below}}


def _refuse(where: str, what: str) -> NoReturn:
    raise Refused("audience.invalid", f"{where}: {what}")
