"""What volunteers post by hand: a list for the day with text and pictures to copy, done or not.

A duty is a chunk of a broadcast by the route `duty`: one person's groups and one version. It is handed out as a list
and ends with the day after.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from pond.broadcasts import locating, scheduling, store_broadcasts, store_chunks, wording
from pond.broadcasts.model_content import Rendered
from pond.broadcasts.model_targets import HANDED, SENT, Chunk
from pond.kernel.clock import CHINA
from pond.kernel.errors import NotFound, Refused
from pond.programmes import service as programmes


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What one person posts: when, in which groups, what, and in which of them it is done."""

    broadcast_id: str
    duty_id: str
    person: str
    due_at: datetime
    said: Rendered
    chat_ids: tuple[str, ...]
    done: tuple[str, ...]
    open: bool


def of_day(on: date, person: str | None = None) -> list[Duty]:
    """The duties of a China day, of everyone or one person, by time."""
    since = datetime.combine(on, time(), CHINA)
    found: list[Duty] = []
    for programme_id in programmes.all_ids():
        for broadcast in store_broadcasts.of_programme(programme_id, since, since + timedelta(days=1)):
            if broadcast.route == "duty" and broadcast.dealt_at is not None:
                found += _of_broadcast(broadcast.broadcast_id, person)
    return sorted(found, key=lambda duty: (duty.due_at, duty.duty_id))


def done(broadcast_id: str, duty_id: str, chat_ids: list[str] | None, now: datetime) -> int:
    """It is posted in these groups, or in all of the duty; in how many that is news.

    Raises:
        NotFound: `duty.unknown`.
        Refused: `duty.over`: its day is over, or it is not handed out.
    """
    chunk = store_chunks.load(broadcast_id, duty_id)
    if chunk is None:
        raise NotFound("duty.unknown", f"{broadcast_id} {duty_id}")
    recipients = locating.recipients(chunk)
    posted = set(recipients if chat_ids is None else chat_ids)
    marks = "".join(
        SENT if mark == HANDED and chat_id in posted else mark
        for chat_id, mark in zip(recipients, chunk.marks, strict=True)
    )
    if marks == chunk.marks:
        if chunk.state not in ("created", "done"):
            raise Refused("duty.over", f"{duty_id} is {chunk.state}")
        return 0
    state = chunk.state if HANDED in marks else "done"
    if store_chunks.swap(chunk, replace(chunk, marks=marks, state=state)) is None:
        return done(broadcast_id, duty_id, chat_ids, now)
    return marks.count(SENT) - chunk.marks.count(SENT)


def _of_broadcast(broadcast_id: str, person: str | None) -> Iterator[Duty]:
    broadcast = scheduling.get(broadcast_id)
    for chunk in store_chunks.of(broadcast_id):
        if person is None or chunk.sender == person:
            chat_ids = tuple(locating.recipients(chunk))
            yield Duty(
                broadcast_id=broadcast_id,
                duty_id=chunk.chunk_id,
                person=chunk.sender or "",
                due_at=broadcast.due_at,
                said=wording.words(broadcast, chunk.variant, chat_ids[0] if len(chat_ids) == 1 else None),
                chat_ids=chat_ids,
                done=_done(chunk, chat_ids),
                open=chunk.state == "created",
            )


def _done(chunk: Chunk, chat_ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(chat_id for chat_id, mark in zip(chat_ids, chunk.marks, strict=True) if mark == SENT)
