"""What the courier takes from its queue, and what each message makes it do."""

from datetime import datetime

from pond.broadcasts import agenda, dealing, dispatching, expanding, progress, scheduling
from pond.kernel import queues
from pond.kernel.errors import Permanent
from pond.kernel.logs import logger

SHEETS_A_TURN = 20  # then the next message goes on, so that a worker's time is enough


def take(message: queues.Envelope, now: datetime) -> None:
    """Do what a message of the broadcasts' queue says.

    Raises:
        Permanent: `broadcast.unexpected`, when it is no message of theirs.
        Transient: something is busy; the same message again is right.
    """
    kind = message.get("kind")
    broadcast_id, chunk_id = str(message.get("broadcast_id")), str(message.get("chunk_id"))
    match kind:
        case scheduling.DUE | agenda.LOOK:
            outcome = advance(broadcast_id, now)
        case progress.SEND:
            outcome = dispatching.send(broadcast_id, chunk_id, now)
        case _:
            raise Permanent("broadcast.unexpected", f"nothing to send: {kind}")
    logger.info("broadcast", extra={"kind": kind, "broadcast_id": broadcast_id, "outcome": outcome})


def advance(broadcast_id: str, now: datetime) -> str:
    """Bring a broadcast on: begin it if it is due, expand and deal it, and have its chunks seen to."""
    dispatching_now = scheduling.begin(broadcast_id, now)
    found = scheduling.get(broadcast_id)
    if found.dealt_at is None:
        if not dispatching_now:
            return found.state
        if not expanding.sheets(found, now, SHEETS_A_TURN):
            agenda.ask([broadcast_id])
            return "expanding"
        dealing.deal(found, now)
    return f"asked for {progress.look(broadcast_id, now)}"
