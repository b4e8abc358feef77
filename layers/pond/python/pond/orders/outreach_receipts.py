"""Whether texts after orders arrived: a vendor's receipt, noted on the task it is about.

What always holds: the first receipt stands, whatever comes again; after three days none comes, and the task stays as
the vendor accepted it.
"""

from dataclasses import replace
from datetime import datetime

from pond.kernel.logs import count
from pond.orders import matching, store_outreach
from pond.orders.model_outreach import State, Task
from pond.orders.model_stored import StoredOrder
from pond.platforms import texts
from pond.platforms.model_sms import TextState

_ENDS: dict[TextState, State] = {TextState.DELIVERED: "delivered", TextState.FAILED: "failed"}


def hear(task: Task, now: datetime) -> str:
    """Note the receipt of an accepted text if it came, else look another time; how the task stands."""
    heard = _heard(task)
    if heard.state == "accepted":
        if task.text_id:
            store_outreach.look_again(task, now)
    elif store_outreach.end(task, heard.state, now, "accepted", heard.reason):
        count(f"Outreach{heard.state.capitalize()}")
    return heard.state


def of_order(stored: StoredOrder) -> list[Task]:
    """The tasks to reach somebody for an order, with what receipts say by now: found by any phone its buyer had."""
    known = matching.ids_of(stored.member_id) if stored.member_id else []
    phones = {ids.phone for ids in (stored.ids, *known) if ids.phone}
    found = (store_outreach.get(phone, f"task~{stored.tid}") for phone in sorted(phones))
    return [_heard(task) for task in found if task]


def _heard(task: Task) -> Task:
    """The task as a receipt that came, if any, says it is."""
    text = texts.state_of(task.text_id) if task.text_id and task.state == "accepted" else None
    end = _ENDS.get(text.state) if text else None
    return replace(task, state=end, reason=text.reason) if text and end else task
