"""Telling people through the account that their held seat ends soon, that they wait, and that they were called up.

Each once, under a notice id of its own; and only while it is still true. A programme without the text tells nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from math import ceil
from typing import Any

from pond.channels import notices
from pond.groups import seats, store, store_seats
from pond.groups.events import SeatHeld, SeatWaiting
from pond.kernel import queues
from pond.kernel.events import DomainEvent
from pond.kernel.logs import count
from pond.kernel.settings import settings
from pond.kernel.tables import iso
from pond.members import registrations
from pond.programmes import service as programmes
from pond.programmes.model import Programme, page_path
from pond.programmes.model_texts import fill

LONGEST = timedelta(hours=2)  # no programme reminds earlier than this
PEOPLE = 10  # told by one message, well within a worker's time


@dataclass(frozen=True, kw_only=True)
class HoldEnding(DomainEvent):
    """Work for the queue: these people's seats, held together, end soon."""

    name = "hold.ending"

    programme_id: str
    hold_id: str
    member_ids: tuple[str, ...]


def remind_due(now: datetime) -> int:
    """Have everyone reminded whose hold ends soon; returns how many people."""
    found = 0
    hour = now
    while hour.replace(minute=0, second=0, microsecond=0) <= now + LONGEST:
        for hold in store.unreminded_holds(store_seats.due_hour(hour), now):
            programme = programmes.get(hold.programme_id)
            if _is_due(programme, hold.held_until, now):
                queues.send(settings().welcome_queue_url, _messages(hold))
                store.set_reminded(hold, now)
                found += len(hold.member_ids)
        hour += timedelta(hours=1)
    return found


def remind(event: HoldEnding, now: datetime) -> dict[str, int]:
    """Tell those whose seat is still held under this hold; how it went, counted."""
    programme = programmes.get(event.programme_id)
    outcomes: dict[str, int] = {}
    for seat in store.get_seats(event.programme_id, event.member_ids):
        if seat.state == "held" and seat.hold_id == event.hold_id and seat.held_until and seat.held_until > now:
            group = store.get_group(seat.chat_id or "")
            minutes = ceil((seat.held_until - now) / timedelta(minutes=1))
            told = _tell(
                programme,
                seat.member_id,
                "hold_ends",
                f"hold_ends~{event.hold_id}",
                now,
                group=group.name if group else "",
                minutes=minutes,
            )
            outcomes[told] = outcomes.get(told, 0) + 1
    count("HoldsReminded", outcomes.get("told", 0))
    return outcomes


def tell_waiting(event: SeatWaiting, now: datetime) -> str:
    """Tell who was put on the waitlist which place they have."""
    view = seats.my_seat(event.member_id, event.programme_id, now)
    if view.state != "waiting":
        return "over"
    programme = programmes.get(event.programme_id)
    notice_id = f"waiting~{event.pool_id}~{event.number}"
    return _tell(programme, event.member_id, "seat_waiting", notice_id, now, place=view.place)


def tell_called(event: SeatHeld, now: datetime) -> str:
    """Tell who waited that a seat is held for them now."""
    seat = seats.get(event.member_id, event.programme_id)
    if seat is None or seat.state != "held" or seat.held_until is None or iso(seat.held_until) != event.held_until:
        return "over"
    group = store.get_group(event.chat_id)
    minutes = ceil(max(seat.held_until - now, timedelta(0)) / timedelta(minutes=1))
    return _tell(
        programmes.get(event.programme_id),
        event.member_id,
        "seat_called",
        f"called~{event.chat_id}~{event.held_until}",
        now,
        group=group.name if group else "",
        minutes=minutes,
    )


def _is_due(programme: Programme, held_until: datetime, now: datetime) -> bool:
    """A reminder that would come with the seat itself is none."""
    early = programme.remind_minutes
    return 0 < early < programme.hold_minutes and held_until - timedelta(minutes=early) <= now


def _messages(hold: store.HoldRow) -> Sequence[dict[str, Any]]:
    return [
        {
            "detail-type": HoldEnding.name,
            "detail": HoldEnding(programme_id=hold.programme_id, hold_id=hold.hold_id, member_ids=tuple(some)).detail(),
        }
        for some in batched(hold.member_ids, PEOPLE, strict=False)
    ]


def _tell(programme: Programme, member_id: str, name: str, notice_id: str, now: datetime, **values: object) -> str:
    registration = registrations.get(member_id, programme.programme_id)
    if name not in programme.texts or registration is None:
        return "unreachable"
    link = f"{settings().public_url}{page_path(programme.programme_id)}"
    values |= {"name": programme.name, "link": link}
    template = programme.templates.get(name)
    return notices.tell(
        registration.follower_id,
        notice_id=notice_id,
        text=fill(programme.texts[name], **values),
        template={key: fill(text, **values) for key, text in template.items()} if template else None,
        url=link,
        now=now,
    )
