"""What is done about orders by night, put on the worker's queue: the caretaker itself asks no shop."""

from datetime import datetime, timedelta
from typing import Any

from pond.kernel import queues
from pond.kernel.settings import settings
from pond.members import identities

RECONCILE, MISSING, UNMATCHED = "orders.reconcile", "orders.missing", "orders.unmatched"  # messages, no events
MERGED = "orders.merged"
PATIENCE = timedelta(minutes=15)  # the queue's own retries come first
FOR = timedelta(days=7)  # so many nights a merge is gone through again


def plan(now: datetime) -> int:
    """Have everything compared with the shop, what is missing asked for again, buyers looked for, and what members had
    who were merged lately given to who they are: reads all accounts."""
    late = [one.account_id for one in identities.all_merged() if one.merged_at and PATIENCE < now - one.merged_at < FOR]
    messages = [message(RECONCILE, attempt=1), message(MISSING), message(UNMATCHED)]
    messages += [message(MERGED, merged=merged_id) for merged_id in late]
    queues.send(settings().order_queue_url, messages)
    return len(messages)


def message(kind: str, **detail: Any) -> dict[str, Any]:
    """Work for the worker, in the envelope of an event."""
    return {"detail-type": kind, "detail": detail}
