"""What is due to be done after orders, put on the worker's queue: the caretaker itself asks no vendor."""

from datetime import datetime

from pond.kernel import queues
from pond.kernel.settings import settings
from pond.orders import store_outreach

DUE = "outreach.due"  # a message, no event
_AT_ONCE = 200  # of a minute's


def plan(now: datetime) -> int:
    """Hand out the tasks whose time has come; how many."""
    due = store_outreach.due(now, _AT_ONCE)
    messages = ({"detail-type": DUE, "detail": {"person_id": person, "task_id": task}} for person, task in due)
    queues.send(settings().order_queue_url, messages)
    return len(due)
