"""What is done about orders by night, put on the worker's queue: the caretaker itself asks no shop."""

from datetime import datetime
from typing import Any

from pond.kernel import queues
from pond.kernel.settings import settings

RECONCILE, MISSING, UNMATCHED = "orders.reconcile", "orders.missing", "orders.unmatched"  # messages, no events


def plan(now: datetime) -> int:
    """Have everything compared with the shop, what is missing asked for again, and buyers looked for."""
    messages = [message(RECONCILE, attempt=1), message(MISSING), message(UNMATCHED)]
    queues.send(settings().order_queue_url, messages)
    return len(messages)


def message(kind: str, **detail: Any) -> dict[str, Any]:
    """Work for the worker, in the envelope of an event."""
    return {"detail-type": kind, "detail": detail}
