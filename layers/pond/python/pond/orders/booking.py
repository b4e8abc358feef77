"""What follows from an order once its buyer is known: whom it counts for, at which rates, and the ledger's next entry.

What always holds: attribution and terms are decided once. An entry is the difference to what is due now, written in one
transaction with the order it is about (`store_orders.write`), so the ledger balances after each write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from pond.kernel.clock import china_day
from pond.orders import facts, store_months
from pond.orders.model_attribution import Attribution, Role, attribute
from pond.orders.model_ledger import Entry, Rate, Terms, agree, book, due
from pond.orders.model_order import Order
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
    """The order with its terms, if somebody earns on it and its items are known."""
    earns = stored.attribution
    if stored.terms or earns is None or earns.earner_id is None or not stored.order.detail:
        return stored
    return replace(stored, terms=_terms(stored.order, earns))


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


def _terms(order: Order, earns: Attribution) -> Terms:
    assert order.detail and order.paid_at and earns.earner_id and earns.earner_role
    paid_on = china_day(order.paid_at)
    rates, group_of, level = _tariff(earns.earner_id, earns.earner_role, paid_on)
    return agree(earns.earner_id, earns.earner_role, level, order.detail.items, group_of, rates, paid_on)


def _tariff(person_id: str, role: Role, on: date) -> tuple[Sequence[Rate], Mapping[str, str], str]:
    """The rates there are, the product group of each item_id that is in one, and the earner's level on that day."""
    return (), {}, ""
