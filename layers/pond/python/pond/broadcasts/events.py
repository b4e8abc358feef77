"""What the table of broadcasts tells the world, derived from a row's old and new image."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pond.kernel.events import DomainEvent

Image = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class BroadcastEvent(DomainEvent):
    """Base of what happens to a broadcast."""

    broadcast_id: str
    programme_id: str
    route: str


class BroadcastScheduled(BroadcastEvent):
    """It will go when it is due."""

    name = "broadcast.scheduled"


class BroadcastBegun(BroadcastEvent):
    """Its time has come: targets are written, tasks created."""

    name = "broadcast.begun"


class BroadcastSent(BroadcastEvent):
    """All that could be sent is; its figures stand, but for what people do after it."""

    name = "broadcast.sent"


class BroadcastStopped(BroadcastEvent):
    """Somebody, or the rules of timing, stopped it."""

    name = "broadcast.stopped"


_BY_STATE: dict[str, type[BroadcastEvent]] = {
    "scheduled": BroadcastScheduled,
    "dispatching": BroadcastBegun,
    "sent": BroadcastSent,
    "stopped": BroadcastStopped,
}


def from_change(table: str, old: Image | None, new: Image | None) -> Iterator[DomainEvent]:
    """The events that a change of a row means; none for most changes."""
    if table != "broadcasts" or new is None or (old is not None and old["state"] == new["state"]):
        return
    event = _BY_STATE.get(new["state"])
    if event is not None:
        yield event(broadcast_id=new["broadcast_id"], programme_id=new["programme_id"], route=new["route"])
