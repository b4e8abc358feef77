"""The one way an order's row changes: read, work out what it becomes and what follows, write if nobody else did.

What always holds: whatever is told of an order, in whatever sequence and by however many at once, each write leaves it
with its buyer if they can be known, its attribution, terms, and a ledger that agrees. A change that changes nothing
writes nothing.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import sleep

from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count
from pond.members import identities
from pond.orders import booking, matching, store_orders
from pond.orders.model_ledger import Entry
from pond.orders.model_order import Buyer, Order, Push, apply
from pond.orders.model_stored import Parked, StoredOrder

TRIES = 12
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Changed:
    """What the order was and became; both are the same value when nothing changed."""

    before: StoredOrder | None
    after: StoredOrder

    @property
    def written(self) -> bool:
        """Whether anything changed."""
        return self.before is not self.after


def told(pushes: Sequence[Push], now: datetime, *, source: str = "") -> Changed:
    """Take what pushes of one order say. `source`: where they are from; what was parked of it is not any more.

    Raises:
        Refused: `order.refund_too_large`: nothing of it was taken.
        Transient: `orders.contended`.
    """
    hidden = [replace(push, buyer=push.buyer.hidden(pseudonym)) for push in pushes]

    def make(stored: StoredOrder) -> StoredOrder:
        order = stored.order
        for push in hidden:
            order = apply(order, replace(push, buyer=Buyer()) if stored.forgotten_at else push)
        parked = tuple(one for one in stored.parked if one.source != source)
        return replace(stored, order=order, parked=parked)

    return change(hidden[0].tid, make, now)


def park(tid: str, source: str, code: str, now: datetime) -> Changed:
    """Keep that something about an order could not be taken, and why; the order itself stays as it is."""

    def make(stored: StoredOrder) -> StoredOrder:
        if any((one.source, one.code) == (source, code) for one in stored.parked):
            return stored
        others = tuple(one for one in stored.parked if one.source != source)
        return replace(stored, parked=(*others, Parked(source=source, code=code, at=now)))

    return change(tid, make, now)


def unpark(tid: str, source: str | None, now: datetime) -> Changed:
    """Keep no longer what was parked from a source, or from any."""

    def make(stored: StoredOrder) -> StoredOrder:
        return replace(stored, parked=tuple(one for one in stored.parked if source not in (None, one.source)))

    return change(tid, make, now)


def look_again(tid: str, now: datetime) -> Changed:
    """See whether its buyer is known by now, with all that follows."""
    return change(tid, lambda stored: stored, now)


def change(tid: str, make: Callable[[StoredOrder], StoredOrder], now: datetime) -> Changed:
    """Make an order what `make` makes of it, with all that follows. An order nobody heard of begins empty.

    Raises:
        Transient: `orders.contended` when others wrote it each time; what `make` raises.
    """
    began: StoredOrder | None = None
    wrote = False
    for tries in range(TRIES):
        before = store_orders.find(tid)
        held = before or StoredOrder(order=Order(tid=tid), first_seen_at=now)
        wanted = make(held)
        after, entry = _follow(wanted, now, search=_may_be_found(before, wanted))
        if after.says_the_same(before):
            assert before is not None
            return Changed(began if wrote else before, before)
        after = replace(after, revision=held.revision + 1, changed_at=now)
        if not _write(after, entry):
            sleep(random.uniform(0, PAUSE_SECONDS * 2 ** min(tries, 5)))  # noqa: S311 - spreads writers, hides nothing
            continue
        if entry:
            count("CommissionBooked" if entry.amount_fen > 0 else "CommissionTakenBack", abs(entry.amount_fen))
        began, again, wrote = (began if wrote else before), not wrote, True
        # Who registers reads the index after their row is written, we read theirs after ours: one finds the other.
        if not (again and after.unmatched and _may_be_found(before, wanted) and matching.buyer_of(after)):
            return Changed(began, after)
    raise Transient("orders.contended", "the order changed each time it was read")


def _may_be_found(before: StoredOrder | None, wanted: StoredOrder) -> bool:
    """Whether to look for the buyer: not again with each push of an order whose buyer was looked for by the same ids.
    What changes nothing looks: it may be a repetition of what broke off before it had looked."""
    if before is None or not before.unmatched or wanted.says_the_same(before):
        return True
    return (before.ids, before.buyer_id) != (wanted.ids, wanted.buyer_id)


def _follow(stored: StoredOrder, now: datetime, *, search: bool) -> tuple[StoredOrder, Entry | None]:
    if stored.order.paid_at is None:
        return stored, None
    if stored.attribution is None and stored.forgotten_at is None and (search or stored.member_id):
        person = identities.who(stored.member_id) if stored.member_id else matching.buyer_of(stored)
        if person:
            stored = booking.attributed(replace(stored, member_id=person.member_id), person.path)
    return booking.booked(booking.agreed(stored), now)


def _write(after: StoredOrder, entry: Entry | None) -> bool:
    try:
        return store_orders.write(after, entry)
    except Transient:
        return False
