"""Groups, seats and the waitlist as values, and the rules that need no table.

A *pool* is one programme × segment: the groups among which a person may be placed, and one waitlist. A *seat*
is a member's place in a programme, one for life: its state says whether it occupies a group (`LIVE`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pond.programmes.model import FillOrder

SeatState = Literal["requested", "waiting", "held", "taken", "expired", "left", "removed", "merged"]
GroupState = Literal["open", "reserve", "paused", "closed"]

LIVE: frozenset[str] = frozenset({"held", "taken"})
HOLDS_BY_ONESELF = 2  # a third hold is an operator's to give
FILLING_PERCENT = 80  # from here on the next group is prepared


@dataclass(frozen=True, kw_only=True)
class Group:
    """One WeCom customer group in a pool. `live_seats` counts held and taken seats and never exceeds `capacity`."""

    chat_id: str
    programme_id: str
    pool_id: str
    name: str
    state: GroupState
    capacity: int
    live_seats: int
    fill_order: int
    join_state: str
    code_url: str | None
    owner: str
    code_media_id: str | None = None
    code_media_until: datetime | None = None
    filled_at: datetime | None = None  # when it was first full: the beginning of its early time

    @property
    def room(self) -> int:
        """How many more seats can be held here now."""
        return max(0, self.capacity - self.live_seats) if self.state == "open" else 0


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A member's seat in a programme. `chat_id` is the group it is (or was last) in; `holds` counts how often
    it was held."""

    member_id: str
    programme_id: str
    pool_id: str
    state: SeatState
    chat_id: str | None = None
    hold_id: str | None = None
    held_until: datetime | None = None
    waiting_number: int | None = None
    holds: int = 0
    changed_at: datetime | None = None
    taken_at: datetime | None = None  # when the member first came in, and to which group; stays when they leave
    came_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A time that a member spent in a group, until `ended_at` if it is over."""

    programme_id: str
    chat_id: str
    taken_at: datetime
    ended_at: datetime | None = None


def stays_from(programme_id: str, moves: Iterable[str]) -> list[Stay]:
    """The stays that a seat's moves tell. A move is `in~{time}~{chat_id}` or `out~{time}`, as they happened."""
    found: list[Stay] = []
    for move in moves:
        which, at, *chat_id = move.split("~", 2)
        moment = datetime.fromisoformat(at)
        if found and found[-1].ended_at is None:
            found[-1] = replace(found[-1], ended_at=moment)
        if which == "in":
            found.append(Stay(programme_id=programme_id, chat_id=chat_id[0], taken_at=moment))
    return found


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The waitlist of a pool in numbers: gapless numbers up to `last_number`, called in order through
    `called_through`."""

    pool_id: str
    last_number: int = 0
    called_through: int = 0
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class Request:
    """Somebody who should get a seat in a pool: newly registered, or asking again after a hold ran out."""

    member_id: str
    programme_id: str
    pool_id: str


@dataclass(frozen=True, kw_only=True)
class SeatView:
    """What a member may know of their seat. `place` counts from 1 in the waitlist; `may_ask_again` after a hold
    ran out."""

    state: SeatState | Literal["none"]
    group_name: str = ""
    code_url: str | None = None
    held_until: datetime | None = None
    place: int | None = None
    may_ask_again: bool = False


def choose(groups: list[Group], fill_order: FillOrder) -> Group | None:
    """The group that takes the next seats: the first with room in order, or the emptiest when filling evenly."""
    open_groups = [group for group in groups if group.room]
    if not open_groups:
        return None
    if fill_order == "even":
        return min(open_groups, key=lambda group: (group.live_seats / group.capacity, group.fill_order))
    return min(open_groups, key=lambda group: group.fill_order)


def is_running_out(groups: list[Group]) -> bool:
    """Whether the open groups of a pool are together so full that the next one must be opened; none open counts
    as full."""
    opened = [group for group in groups if group.state == "open"]
    return is_filling(sum(group.live_seats for group in opened), sum(group.capacity for group in opened))


def next_reserve(groups: list[Group]) -> Group | None:
    """The group in reserve that is opened next."""
    return min((group for group in groups if group.state == "reserve"), key=lambda one: one.fill_order, default=None)


def is_filling(live_seats: int, capacity: int) -> bool:
    """Whether a group is so full that the next one must be ready."""
    return live_seats * 100 >= capacity * FILLING_PERCENT
