"""What the workers of broadcasts take from their queues, and what each message makes them do."""

from datetime import datetime

from pond.broadcasts import dealing, dispatching, expanding, progress, responses, results, scheduling
from pond.channels.events import LinkOpened
from pond.groups.events import SeatTaken
from pond.kernel import queues
from pond.kernel.errors import Permanent
from pond.kernel.logs import logger
from pond.orders.events import OrderPaid

SHEETS_A_TURN = 20  # then the next message goes on, so that a worker's time is enough


def take(message: queues.Envelope, now: datetime) -> None:
    """Do what a message of either queue says.

    Raises:
        Permanent: `broadcast.unexpected`, when it is no message of theirs.
        Transient: something is busy; the same message again is right.
    """
    if "detail-type" in message:
        _hear(message, now)
        return
    kind, broadcast_id = message.get("kind"), str(message.get("broadcast_id"))
    chunk_id = str(message.get("chunk_id"))
    match kind:
        case scheduling.DUE | progress.LOOK:
            outcome = advance(broadcast_id, now)
        case progress.SEND:
            outcome = dispatching.send(broadcast_id, chunk_id, now)
        case progress.ASK:
            outcome = results.ask(broadcast_id, chunk_id, now)
        case progress.WITHDRAW:
            outcome = results.withdraw(broadcast_id, chunk_id, now)
        case _:
            raise Permanent("broadcast.unexpected", f"no message of broadcasts: {kind}")
    logger.info("broadcast", extra={"kind": kind, "broadcast_id": broadcast_id, "outcome": outcome})


def _hear(envelope: queues.Envelope, now: datetime) -> None:
    """What people did: for how many broadcasts that is news."""
    match envelope["detail-type"]:
        case LinkOpened.name:
            news = int(responses.opened(LinkOpened.read(envelope)))
        case SeatTaken.name:
            news = responses.joined(SeatTaken.read(envelope), now)
        case OrderPaid.name:
            paid = OrderPaid.read(envelope)
            news = responses.bought(paid.tid, paid.member_id, paid.programme_id, now)
        case kind:
            raise Permanent("broadcast.unexpected", f"no event of broadcasts: {kind}")
    logger.info("response", extra={"kind": envelope["detail-type"], "news": news})


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
