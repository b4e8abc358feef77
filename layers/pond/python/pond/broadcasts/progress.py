"""Seeing to it that each broadcast gets on: which of its chunks need somebody now, when to look again, and its end.

A look reads the chunks and puts messages on queues; it changes nothing but when the next look is, what follows for
members who were moved (once nobody waits to be written to), and the end. So a look too many does no harm, and one that
was lost is made up for by the next.
"""

from datetime import datetime, timedelta
from typing import Any

from pond.broadcasts import store_broadcasts as store
from pond.broadcasts import store_chunks
from pond.broadcasts.model_targets import LOOK_UP_AFTER, MOVED, PENDING, Chunk
from pond.kernel import queues
from pond.kernel.settings import settings

SEND, ASK, WITHDRAW = "chunk.send", "chunk.ask", "chunk.withdraw"
PATIENCE = timedelta(minutes=2)  # so long a message may be on its way before another is sent
_SOON = timedelta(minutes=1)


def look(broadcast_id: str, now: datetime) -> int:
    """Ask for what each chunk of a dispatched (or stopped) broadcast needs by now; how many were asked for."""
    found = store.load(broadcast_id)
    if found is None or found.dealt_at is None or found.state not in ("dispatching", "stopped"):
        return 0
    stopped = found.state == "stopped"
    sending: list[dict[str, Any]] = []
    asking: list[dict[str, Any]] = []
    next_at: datetime | None = None
    marks: set[str] = set()
    for chunk in store_chunks.of(broadcast_id):
        marks.update(chunk.marks)
        kind, at = need(chunk, stopped, now)
        if kind is None:
            continue
        if at <= now:
            body = {"kind": kind, "broadcast_id": broadcast_id, "chunk_id": chunk.chunk_id}
            (sending if kind == SEND else asking).append(body)
            at = now + PATIENCE
        next_at = at if next_at is None else min(next_at, at)
    queues.send(settings().broadcast_queue_url, sending)
    queues.send(settings().result_queue_url, asking)
    if found.kind == "member" and not stopped and PENDING not in marks:
        from pond.broadcasts import moving  # here: who only asks for what became of tasks does not need the rules

        moving.follow(found, [per for per, mark in MOVED.items() if mark in marks], now)
    if next_at is not None:
        store.note(broadcast_id, (found.state,), next_at=max(next_at, now + _SOON))
    elif stopped:
        store.note(broadcast_id, ("stopped",), next_at=None)
    else:
        store.move(broadcast_id, ("dispatching",), "sent", ended_at=now, next_at=None)
    return len(sending) + len(asking)


def need(chunk: Chunk, stopped: bool, now: datetime) -> tuple[str | None, datetime]:
    """What a chunk needs done, and from when on; None when nothing, or nothing while it is stopped."""
    match chunk.state:
        case "ready" | "withdrawn":
            return (None if stopped else SEND), chunk.due_at or now
        case "calling":
            return SEND, (chunk.called_at or now) + LOOK_UP_AFTER
        case "created":
            return (WITHDRAW, now) if stopped else (ASK, chunk.due_at or now)
        case "withdrawing":
            return WITHDRAW, chunk.due_at or now
    return None, now
