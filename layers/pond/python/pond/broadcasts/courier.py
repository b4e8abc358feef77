"""What the workers of broadcasts take from their queues, and what each message makes them do."""

from datetime import datetime

from pond.broadcasts import dealing, dispatching, expanding, progress, responses, results, scheduling
from pond.channels.events import LinkOpened
from pond.groups.events import SeatTaken
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
    kind, broadcast_id, chunk_id = _read(message)
    match kind:
        case scheduling.DUE | progress.LOOK:
            outcome = advance(broadcast_id, now)
        case progress.SEND:
            outcome = dispatching.send(broadcast_id, chunk_id, now)
        case _:
            raise Permanent("broadcast.unexpected", f"nothing to send: {kind}")
    logger.info("broadcast", extra={"kind": kind, "broadcast_id": broadcast_id, "outcome": outcome})


def hear(message: queues.Envelope, now: datetime) -> None:
    """Do what a message of the results' queue says: ask, take back, or note what somebody did.

    Raises:
        Permanent, Transient: as `take`.
    """
    kind, broadcast_id, chunk_id = _read(message)
    outcome: object
    match kind:
        case progress.ASK:
            outcome = results.ask(broadcast_id, chunk_id, now)
        case progress.WITHDRAW:
            outcome = results.withdraw(broadcast_id, chunk_id, now)
        case LinkOpened.name:
            outcome = responses.opened(LinkOpened.read(message))
        case SeatTaken.name:
            outcome = responses.joined(SeatTaken.read(message), now)
        case "order.paid":
            paid = message["detail"]
            outcome = responses.bought(paid["tid"], paid.get("member_id"), paid.get("programme_id") or "", now)
        case _:
            raise Permanent("broadcast.unexpected", f"no result: {kind}")
    logger.info("heard", extra={"kind": kind, "broadcast_id": broadcast_id, "outcome": outcome})


def _read(message: queues.Envelope) -> tuple[str, str, str]:
    kind = message.get("kind") or message.get("detail-type")
    return str(kind), str(message.get("broadcast_id", "")), str(message.get("chunk_id", ""))


def advance(broadcast_id: str, now: datetime) -> str:
    """Bring a broadcast on: begin it if it is due, expand and deal it, and have its chunks seen to."""
    dispatching_now = scheduling.begin(broadcast_id, now)
    found = scheduling.get(broadcast_id)
    if found.dealt_at is None:
        if not dispatching_now:
            return found.state
        if not expanding.sheets(found, now, SHEETS_A_TURN):
            progress.ask([broadcast_id], now)
            return "expanding"
        dealing.deal(found, now)
    return f"asked for {progress.look(broadcast_id, now)}"
