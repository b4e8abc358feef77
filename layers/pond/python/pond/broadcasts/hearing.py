"""What is heard of broadcasts after they were handed out: answers about tasks, receipts of texts, what people did."""

from datetime import datetime

from pond.broadcasts import progress, responses, results
from pond.channels.events import LinkOpened
from pond.groups.events import SeatTaken
from pond.kernel import queues
from pond.kernel.errors import Permanent
from pond.kernel.logs import logger
from pond.orders.events import OrderPaid
from pond.platforms.events import TextEnded


def hear(message: queues.Envelope, now: datetime) -> None:
    """Do what a message of the results' queue says: ask, take back, or note what somebody did.

    Raises:
        Permanent, Transient: as `take`.
    """
    kind = message.get("kind") or message.get("detail-type")
    broadcast_id, chunk_id = str(message.get("broadcast_id", "")), str(message.get("chunk_id", ""))
    outcome: object
    match kind:
        case progress.ASK:
            outcome = results.ask(broadcast_id, chunk_id, now)
        case progress.WITHDRAW:
            outcome = results.withdraw(broadcast_id, chunk_id, now)
        case TextEnded.name:
            outcome = responses.texted(TextEnded.read(message))
        case LinkOpened.name:
            outcome = responses.opened(LinkOpened.read(message))
        case SeatTaken.name:
            outcome = responses.joined(SeatTaken.read(message), now)
        case OrderPaid.name:
            paid = OrderPaid.read(message)
            outcome = responses.bought(paid.tid, paid.member_id, paid.programme_id, now)
        case _:
            raise Permanent("broadcast.unexpected", f"no result: {kind}")
    logger.info("heard", extra={"kind": kind, "broadcast_id": broadcast_id, "outcome": outcome})
