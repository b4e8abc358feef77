"""What people did after a broadcast: opened its links, and then came in, or bought, within the window.

Each is a row under a key that says it all (a contribution), so hearing of it again changes nothing, and figures are
counts of rows: nothing is added up anywhere, nothing can be counted twice, and all of it can be made again from links,
seats and orders.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from pond.broadcasts import store_responses as store
from pond.channels import links
from pond.channels.events import LinkOpened
from pond.groups import seats
from pond.groups.events import SeatTaken

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
