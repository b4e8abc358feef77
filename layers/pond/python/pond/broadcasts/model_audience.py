"""Who a broadcast is for: a condition over members or over groups, and whether one of them meets it.

A condition is whole once it is read (`model_audience_reader`): of known fields, bounded in depth and size, and of the
kind of recipient it is asked about. Whether somebody meets it depends on nothing but what is known of them.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["member", "group"]
Event = Literal["seat_taken", "order_paid", "group_filled"]
BASIS_POINTS = 10_000


@dataclass(frozen=True)
class Recipient:
    """Who gets a broadcast: a member's id, or the chat_id of a group."""

    recipient_id: str
    kind: Kind


@dataclass(frozen=True)
class Every:
    """All of the conditions hold; of none at all, too."""

    of: tuple["Condition", ...]


@dataclass(frozen=True)
class Either:
    """At least one of the conditions holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    of: "Condition"


@dataclass(frozen=True)
class OneOf:
    """What is known under `name` is one of the values; for tags: at least one of them."""

    name: str
    values: frozenset[str]


@dataclass(frozen=True)
class Range:
    """A number known under `name` is at least `least` and below `below`; unknown is in no range."""

    name: str
    least: int | None = None
    below: int | None = None


@dataclass(frozen=True)
class Bought:
    """Whether they ever paid for an order."""

    ever: bool


@dataclass(frozen=True)
class Happened:
    """The event happened to them from `since` up to, not including, `until`."""

    event: Event
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Share:
    """Their hash under `salt` lies in a part of all, from `least` up to, not including, `below` basis points. The same
    salt always cuts the same parts, so parts that do not overlap share nobody.
    """

    salt: str
    least: int
    below: int


Condition = Every | Either | Not | OneOf | Range | Bought | Happened | Share

EVERYBODY = Every(())


@dataclass(frozen=True)
class Audience:
    """Who is meant. That it may be `everybody`, or come to `nobody`, is said explicitly or refused at approval."""

    where: Condition = EVERYBODY
    everybody: bool = False
    nobody: bool = False


# Of a programme, an audience and a kind the next recipients after a cursor, at most so many, and the next cursor.
Expand = Callable[[str, Audience, Kind, str | None, int, datetime], tuple[list[Recipient], str | None]]


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of a member in a programme, without personal data.

    `months`: of age of the child, by calendar months, as only the month of birth stands outside sealed fields;
    `due_months`: months until the child is due. `seat` is its state, or "none". `idle_days`: since they last wrote to
    the account, clicked or opened something; None: never heard of.
    """

    member_id: str
    stage: str
    months: int | None = None
    due_months: int | None = None
    kind: str | None = None
    channel: str | None = None
    tags: frozenset[str] = frozenset()
    idle_days: int | None = None
    bought: bool = False
    group: str | None = None
    seat: str = "none"
    happened: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Chat:
    """What is known of a group: whom its segment is for, and since when it is full."""

    chat_id: str
    segment: str
    stage: str
    months_from: int | None = None
    months_to: int | None = None
    kinds: tuple[str, ...] = ()
    state: str = "open"
    happened: Mapping[str, datetime] = field(default_factory=dict)


def matches(audience: Audience, who: Person | Chat) -> bool:
    """Whether somebody, or a group, belongs to the audience."""
    return _meets(audience.where, who)


def slot(salt: str, recipient_id: str) -> int:
    """Where somebody stands in 0 … 9,999 under a salt: evenly spread, and always the same."""
    digest = hashlib.sha256(f"{salt}/{recipient_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BASIS_POINTS


def _meets(condition: Condition, who: Person | Chat) -> bool:
    match condition:
        case Every(of):
            return all(_meets(one, who) for one in of)
        case Either(of):
            return any(_meets(one, who) for one in of)
        case Not(of):
            return not _meets(of, who)
        case Share(salt, least, below):
            recipient_id = who.member_id if isinstance(who, Person) else who.chat_id
            return least <= slot(salt, recipient_id) < below
        case Happened(event, since, until):
            at = who.happened.get(event)
            return at is not None and since <= at < until
        case Bought(ever):
            return isinstance(who, Person) and who.bought is ever
    return _person_has(condition, who) if isinstance(who, Person) else _chat_has(condition, who)


def _person_has(condition: OneOf | Range, who: Person) -> bool:
    if isinstance(condition, Range):
        return _within(condition, getattr(who, condition.name))
    if condition.name == "tag":
        return not condition.values.isdisjoint(who.tags)
    return getattr(who, condition.name) in condition.values


def _chat_has(condition: OneOf | Range, who: Chat) -> bool:
    if isinstance(condition, Range):  # months: the group takes somebody of that age
        least, below = condition.least or 0, condition.below
        reaches = who.months_to is None or least < who.months_to
        return reaches and (below is None or (who.months_from or 0) < below)
    if condition.name == "kind":  # a segment of no kinds takes all
        return not who.kinds or not condition.values.isdisjoint(who.kinds)
    known = {"group": who.chat_id, "segment": who.segment, "stage": who.stage, "state": who.state}
    return known[condition.name] in condition.values


def _within(condition: Range, value: int | None) -> bool:
    if value is None:
        return False
    return (condition.least is None or condition.least <= value) and (
        condition.below is None or value < condition.below
    )
