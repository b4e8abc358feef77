"""What follows from an order once its buyer is known: whom it counts for, at which rates, and the ledger's next entry.

What always holds: attribution and terms are decided once. An entry is the difference to what is due now, written in one
transaction with the order it is about (`store_orders.write`), so the ledger balances after each write.
"""

from dataclasses import replace
from datetime import datetime

from pond.kernel.clock import china_day
from pond.orders import facts, rates, store_months
from pond.orders.model_attribution import attribute
from pond.orders.model_ledger import Entry, book, due
from pond.orders.model_settlement import booking_month
from pond.orders.model_stored import StoredOrder


def attributed(stored: StoredOrder, path: tuple[str, ...]) -> StoredOrder:
    """The order with whom it counts for, if it is paid and its buyer known. `path`: the buyer's accounts, the member
    last."""
    if stored.attribution or stored.member_id is None or stored.order.paid_at is None:
        return stored
    known = facts.gather(path, stored.order.paid_at)
    return replace(stored, attribution=attribute(known, facts.rules_at(known)))


def agreed(stored: StoredOrder) -> StoredOrder:
    """The order with its terms, if somebody earns on it, its items are known, and the programme has rates."""
    earns, paid_at = stored.attribution, stored.order.paid_at
    if stored.terms or paid_at is None or earns is None or earns.earner_id is None or earns.earner_role is None:
        return stored
    terms = rates.terms_for(stored.order, earns.earner_id, earns.earner_role, china_day(paid_at), earns.programme_id)
    return replace(stored, terms=terms)


def booked(stored: StoredOrder, now: datetime) -> tuple[StoredOrder, Entry | None]:
    """The order with what is booked once its next entry is, and that entry; None when the ledger agrees already."""
    if stored.terms is None or due(stored.terms, stored.order.kept_items) == stored.booked_fen:
        return stored, None
    entry = book(
        stored.tid,
        stored.terms,
        stored.order.kept_items,
        stored.booked_fen,
        stored.booked_count,
        booking_month(china_day(now), store_months.drafted_through()),
        now,
    )
    assert entry is not None  # what is due differs from what is booked
    after = replace(stored, booked_fen=stored.booked_fen + entry.amount_fen, booked_count=stored.booked_count + 1)
    return after, entry
