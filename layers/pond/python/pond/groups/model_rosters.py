"""Who is in a group, how they stand there, and what WeCom's events say about it.

A person's *standing* in a group: `seated` their seat is taken here; `double` they have a live seat in another group
of the programme; `squatter` they came through this group's own code, which Pond shows to who holds a seat here, and
never had one here; `stranger` anyone else without a seat here. `left` and `removed`: they were here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pond.groups.model import LIVE, Seat

Standing = Literal["seated", "stranger", "double", "squatter", "left", "removed"]
Came = Literal["code", "scan", "link", "invited", "unknown"]

ASTRAY: frozenset[str] = frozenset({"stranger", "double", "squatter"})
GONE: frozenset[str] = frozenset({"left", "removed"})
_SCENES: dict[int, Came] = {1: "invited", 2: "link", 3: "scan"}  # WeCom: groupchat/get's join_scene
_REMOVED = "1"  # WeCom: QuitScene of who was removed by the owner or an administrator


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Which member version of a group its roster shows (None: not known), and since when that is sure."""

    version: str | None = None
    synced_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A `change_external_chat` event. `listed` is whether it named all it is about; ids are WeCom's own."""

    chat_id: str
    change: str
    joined: frozenset[str] = field(default=frozenset(), repr=False)
    gone: frozenset[str] = field(default=frozenset(), repr=False)
    removed: bool = False
    listed: bool = False
    last: str = ""
    current: str = ""
    said_at: datetime
    received_at: datetime


def read(fields: Mapping[str, Any], received_at: datetime) -> Heard:
    """The event in a callback's fields."""
    detail, named = str(fields.get("UpdateDetail", "")), frozenset(member_ids(fields))
    counted = str(fields.get("MemChangeCnt", "")) or str(len(named))
    about_members = detail in {"add_member", "del_member"}
    said = str(fields.get("CreateTime", ""))
    return Heard(
        chat_id=str(fields.get("ChatId", "")),
        change=str(fields.get("ChangeType", "")),
        joined=named if detail == "add_member" else frozenset(),
        gone=named if detail == "del_member" else frozenset(),
        removed=str(fields.get("QuitScene", "")) == _REMOVED,
        listed=about_members and bool(named) and counted == str(len(named)),
        last=str(fields.get("LastMemVer", "")),
        current=str(fields.get("CurMemVer", "")),
        said_at=datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else received_at,
        received_at=received_at,
    )


def member_ids(fields: Mapping[str, Any]) -> list[str]:
    """The ids in `MemChangeList`, which comes nested (`<Item>`) or as one text with commas."""
    listed = fields.get("MemChangeList") or []
    parts = listed.split(",") if isinstance(listed, str) else [str(part) for part in listed]
    return [part.strip() for part in parts if part.strip()]


def in_chain(version: str | None, events: Sequence[Heard]) -> list[Heard] | None:
    """The events in the order in which they lead on from `version`; None when one does not: something was missed."""
    following = {event.last: event for event in events if event.listed and event.last and event.current}
    if version is None or len(following) < len(events):
        return None
    ordered: list[Heard] = []
    while version in following:
        event = following.pop(version)
        ordered.append(event)
        version = event.current
    return None if following else ordered


def came(scene: int, state: str | None, join_state: str) -> Came:
    """How somebody came in, by what WeCom's group detail tells of them."""
    return "code" if state and state == join_state else _SCENES.get(scene, "unknown")


def standing_without(seat: Seat | None, chat_id: str, came_by: str) -> Standing:
    """How somebody stands in a group in which they have not taken a seat."""
    if seat and seat.chat_id != chat_id and seat.state == "taken":
        return "double"
    if came_by == "code" and not (seat and seat.chat_id == chat_id):
        return "squatter"
    if seat and seat.chat_id != chat_id and seat.state in LIVE:
        return "double"
    return "stranger"
