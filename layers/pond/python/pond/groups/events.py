"""What the tables of this room tell the world, derived from a row's old and new image."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pond.groups.model import LIVE, is_filling
from pond.kernel.events import DomainEvent

Image = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SeatEvent(DomainEvent):
    """Base of what happens to a seat."""

    member_id: str
    programme_id: str
    pool_id: str


class SeatRequested(SeatEvent):
    """A person whose hold ran out asks for a seat again."""

    name = "seat.requested"


@dataclass(frozen=True, kw_only=True)
class SeatWaiting(SeatEvent):
    """No room: the person has the place `number` in the pool's waitlist."""

    name = "seat.waiting"
    number: int


@dataclass(frozen=True, kw_only=True)
class SeatHeld(SeatEvent):
    """A seat is reserved until `held_until`; the page shows that group's code. `called`: they waited for it."""

    name = "seat.held"
    chat_id: str
    held_until: str
    called: bool


@dataclass(frozen=True, kw_only=True)
class SeatTaken(SeatEvent):
    """The person is in the group."""

    name = "seat.taken"
    chat_id: str


@dataclass(frozen=True, kw_only=True)
class SeatFreed(SeatEvent):
    """A live seat ended; `reason` is its new state: expired, left, removed or merged; or `forgotten`: it has none."""

    name = "seat.freed"
    chat_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class GroupEvent(DomainEvent):
    """Base of what happens to a group."""

    chat_id: str
    programme_id: str
    pool_id: str


class GroupOpened(GroupEvent):
    """A group can take seats: it is new, was opened again, or became larger."""

    name = "group.opened"


class GroupFilling(GroupEvent):
    """Live seats reached 80 % of the capacity: the next group must be ready."""

    name = "group.filling"


def from_change(table: str, old: Image | None, new: Image | None) -> Iterator[DomainEvent]:
    """The events that a change of a row means; none for most changes."""
    if new is None:
        if table == "seats" and old and old.get("state") in LIVE:
            yield SeatFreed(**_who(old), chat_id=old["chat_id"], reason="forgotten")
        return
    if table == "seats":
        yield from _seat(old, new)
    elif table == "groups":
        yield from _group(old, new)


def _seat(old: Image | None, new: Image) -> Iterator[DomainEvent]:
    before, after = (old or {}).get("state"), new["state"]
    if before == after and (old or {}).get("hold_id") == new.get("hold_id"):
        return
    if after in {"merged", "removed"} and not new.get("chat_id"):
        return  # no live seat was given up
    who = _who(new)
    match after:
        case "requested":
            yield SeatRequested(**who)
        case "waiting":
            yield SeatWaiting(**who, number=new["waiting_number"])
        case "held":
            yield SeatHeld(**who, chat_id=new["chat_id"], held_until=new["held_until"], called=before == "waiting")
        case "taken":
            yield SeatTaken(**who, chat_id=new["chat_id"])
        case "expired" | "left" | "removed" | "merged":
            yield SeatFreed(**who, chat_id=new["chat_id"], reason=after)


def _who(image: Image) -> dict[str, Any]:
    return {key: image[key] for key in ("member_id", "programme_id", "pool_id")}


def _group(old: Image | None, new: Image) -> Iterator[DomainEvent]:
    which = {key: new[key] for key in ("chat_id", "programme_id", "pool_id")}
    was_open = old is not None and old["state"] == "open"
    if new["state"] == "open" and (old is None or not was_open or new["capacity"] > old["capacity"]):
        yield GroupOpened(**which)
    was_filling = old is not None and is_filling(old["live_seats"], old["capacity"])
    if is_filling(new["live_seats"], new["capacity"]) and not was_filling:
        yield GroupFilling(**which)
