"""An order with what is known of how it came to be: for operators, never where somebody waits."""

from dataclasses import dataclass
from datetime import datetime

from pond.kernel.errors import NotFound
from pond.orders import outreach_receipts, store_ledger, store_orders
from pond.orders.model_ledger import Entry
from pond.orders.model_outreach import Task
from pond.orders.model_stored import StoredOrder
from pond.platforms import inbox


@dataclass(frozen=True, kw_only=True)
class KeptPush:
    """A push of the order that is still kept."""

    callback_id: str
    kind: str
    version: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class History:
    """The order, the pushes still kept of it (the oldest first), its entries (as they were booked), and the tasks to
    reach its buyer."""

    stored: StoredOrder
    pushes: tuple[KeptPush, ...]
    entries: tuple[Entry, ...]
    tasks: tuple[Task, ...]


def of(tid: str) -> History | None:
    """An order's history, or None if nobody heard of it."""
    stored = store_orders.find(tid)
    if stored is None:
        return None
    pushes = [push for callback_id in inbox.about(tid) if (push := _kept(callback_id))]
    booked = store_ledger.of_person(stored.terms.person_id) if stored.terms else []
    entries = sorted((one for one in booked if one.tid == tid), key=lambda one: one.entry_id)
    tasks = outreach_receipts.of_order(stored)
    return History(stored=stored, pushes=tuple(pushes), entries=tuple(entries), tasks=tuple(tasks))


def _kept(callback_id: str) -> KeptPush | None:
    try:
        callback = inbox.load(callback_id)
    except NotFound:  # gone between index and row
        return None
    return KeptPush(
        callback_id=callback_id,
        kind=callback.kind,
        version=str(callback.fields["version"]),
        received_at=callback.received_at,
    )
