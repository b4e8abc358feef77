"""Reading orders as they stand: one, all for what is computed anew from them, or who paid on a day."""

from datetime import date, datetime

from pond.orders import store_orders
from pond.orders.model_stored import StoredOrder

__all__ = ["StoredOrder", "buyers_between", "get", "orders_from", "orders_of"]


def get(tid: str) -> StoredOrder | None:
    """The order as it is now, or None."""
    return store_orders.find(tid)


def orders_from(cursor: str | None, limit: int) -> tuple[list[StoredOrder], str | None]:
    """The next orders after a cursor (None: the first), and the cursor to go on with; None at the end. For rebuilds:
    it reads everything, in an order that stays the same while orders come."""
    return store_orders.page(cursor, limit)


def orders_of(member_id: str) -> list[StoredOrder]:
    """A member's orders, as written a moment ago at the latest."""
    return store_orders.several(store_orders.of_member(member_id))


def buyers_between(
    programme_id: str, on: date, since: datetime, until: datetime, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """The next members who paid, on that China day, from `since` up to, not including, `until`, for an order that
    counts for the programme: each once, in an order that stays the same, and after whom to go on; None at the end. An
    order whose buyer becomes known later is found from then on. Lags by about a second."""
    rows = store_orders.paid_in(programme_id, on, after, limit)
    more = len(rows) == limit
    if more and rows[0][0] == rows[-1][0]:  # all of one member: theirs may go on
        return buyers_between(programme_id, on, since, until, after, 2 * limit)
    whole = [row for row in rows if not more or row[0] != rows[-1][0]]
    within = {
        stored.tid
        for stored in store_orders.several(tid for _, tid in whole)
        if stored.order.paid_at and since <= stored.order.paid_at < until
    }
    found = list(dict.fromkeys(member_id for member_id, tid in whole if tid in within))
    return found, whole[-1][0] if more else None
