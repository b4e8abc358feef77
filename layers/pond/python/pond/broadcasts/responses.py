"""What was heard after a broadcast: that a text message was delivered; that people opened its links, and then came in,
or bought, within the window.

Each is a row under a key that says it all (a contribution), so hearing of it again changes nothing, and figures are
counts of rows: nothing is added up anywhere, nothing can be counted twice, and all of it can be made again from links,
seats and orders.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from pond.broadcasts import store_responses as store
from pond.broadcasts.model_figures import DELIVERED
from pond.broadcasts.model_targets import Chunk
from pond.channels import links
from pond.channels.events import LinkOpened
from pond.groups import seats
from pond.groups.events import SeatTaken
from pond.platforms.events import TextEnded

Kind = Literal["opened", "joined", "bought"]
WINDOW = timedelta(days=7)  # so long after an open what somebody does counts for the broadcast
NOWHERE = "~"


def opened(event: LinkOpened) -> bool:
    """Somebody opened a link; whether that is news of a broadcast."""
    link = links.get(event.link_id)
    if link is None or not link.broadcast_id:
        return False
    place = _place(event.person_id, link.programme_id)
    return store.put(link.broadcast_id, "opened", link.content_version, place, event.person_id)


def joined(event: SeatTaken, now: datetime) -> int:
    """Somebody took a seat; for how many broadcasts that is news."""
    return _after("joined", event.member_id, event.member_id, event.programme_id, now)


def bought(tid: str, member_id: str | None, programme_id: str, now: datetime) -> int:
    """An order was paid; for how many broadcasts that is news. Whose buyer is not known is nobody's."""
    return _after("bought", tid, member_id, programme_id, now) if member_id else 0


def reference_of(chunk: Chunk, place: int) -> str:
    """What a text message to one of a chunk's targets is known by."""
    return f"{chunk.broadcast_id}/{chunk.chunk_id}/{place}"


def texted(event: TextEnded) -> bool:
    """A text message of a broadcast ended; whether that is news. What was heard first stands."""
    if event.reference.count("/") < 2:
        return False  # no broadcast's
    broadcast_id, chunk_id, place = event.reference.rsplit("/", 2)
    outcome = DELIVERED if event.delivered else event.reason
    return store.put_receipt(broadcast_id, chunk_id, int(place), outcome)


def receipts(broadcast_id: str) -> Mapping[tuple[str, int], str]:
    """How texts to a broadcast's targets ended, by chunk and place: `delivered`, or the vendor's code."""
    return store.receipts(broadcast_id)


def _after(kind: Kind, what: str, member_id: str, programme_id: str, now: datetime) -> int:
    """Note it for each broadcast of whose links the member opened one within the window."""
    opens = links.opened_by([member_id], now - WINDOW, now)
    found = {one.link_id: links.get(one.link_id) for one in opens}
    versions = {(link.broadcast_id, link.content_version) for link in found.values() if link and link.broadcast_id}
    place = _place(member_id, programme_id) if versions else NOWHERE
    return sum(store.put(broadcast_id, kind, version, place, what) for broadcast_id, version in sorted(versions))


def _place(person_id: str, programme_id: str) -> str:
    """The group they sit in, if in one: where they saw it."""
    seat = seats.get(person_id, programme_id) if programme_id else None
    return seat.chat_id if seat and seat.state == "taken" and seat.chat_id else NOWHERE


def of(broadcast_id: str) -> Iterable[tuple[str, str, str]]:
    """(kind, version, group or "~") of each contribution to a broadcast."""
    return store.of(broadcast_id)
