"""Telling those whom an opening let in: split into ranges of numbers, each a message of its own.

Told once each: the notice is claimed on the person's row. A number that is nobody's (see `bookings`) is passed over.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pond.channels import notices, openings, schedules, store_followers, store_line
from pond.channels.events import OpeningOpened
from pond.channels.model import Booking
from pond.kernel import queues
from pond.kernel.errors import Permanent, PondError, Transient
from pond.kernel.logs import logger
from pond.kernel.settings import settings
from pond.programmes import service as programmes
from pond.programmes.model import Programme, page_path
from pond.programmes.model_texts import fill

RANGE = 25
TELL = "admission.tell"


def take(message: queues.Envelope, now: datetime) -> None:
    """Do what a message of the admission or the notice queue says.

    Raises:
        Permanent: `admission.unexpected`, when it is no message of theirs.
        Transient: somebody could not be told now; calling again tells only those left.
    """
    try:
        match message.get("kind"), message.get("detail-type"):
            case schedules.KIND, _:
                opened = openings.open_due(message["programme_id"], message["opening_id"], now)
                logger.info("opening due", extra={"opening_id": message["opening_id"], "opened": opened})
            case _, OpeningOpened.name:
                queues.send(settings().notice_queue_url, split(OpeningOpened.read(message)))
            case kind, _ if kind == TELL:
                tell_admitted(message["programme_id"], message["opening_id"], message["first"], message["last"], now)
            case _:
                raise Permanent("admission.unexpected", "neither an opening nor a range to tell")
    except KeyError as error:
        raise Permanent("admission.unexpected", f"the message lacks {error}") from error


def split(opened: OpeningOpened) -> Iterator[dict[str, Any]]:
    """The messages that together cover those who were let in."""
    for first in range(opened.first_number, opened.last_number + 1, RANGE):
        yield {
            "kind": TELL,
            "programme_id": opened.programme_id,
            "opening_id": opened.opening_id,
            "first": first,
            "last": min(first + RANGE - 1, opened.last_number),
        }


def tell_admitted(programme_id: str, opening_id: str, first: int, last: int, now: datetime) -> int:
    """Tell each person with a number of the range. How many heard it now.

    Raises:
        Transient: `admission.not_all_told`, when some must be tried again.
        Permanent: the partner's refusal of some, for a reason that is ours. In both cases all were tried.
    """
    programme = programmes.get(programme_id)
    told = 0
    failed: list[PondError] = []
    for booking in store_line.bookings(programme_id, first, last):
        try:
            told += _tell(programme, opening_id, booking, now) == "told"
        except PondError as error:
            failed.append(error)
    logger.info("told those let in", extra={"opening_id": opening_id, "told": told, "failed": len(failed)})
    if any(error.retryable for error in failed):
        raise Transient("admission.not_all_told", f"{len(failed)} of {first} to {last}")
    if failed:
        raise failed[0]
    return told


def _tell(programme: Programme, opening_id: str, booking: Booking, now: datetime) -> notices.Told | None:
    follower = store_followers.load(booking.follower_id)
    if follower is None or follower.bookings.get(programme.programme_id) != booking.number:
        return None
    link = f"{settings().public_url}{page_path(programme.programme_id)}"
    values = {"name": programme.name, "number": booking.number, "link": link}
    return notices.tell(
        booking.follower_id,
        notice_id=f"admitted~{programme.programme_id}~{opening_id}",
        text=fill(programme.texts["let_in"], **values),
        template={key: fill(text, **values) for key, text in programme.templates["let_in"].items()},
        url=link,
        now=now,
        seen=follower,
    )
