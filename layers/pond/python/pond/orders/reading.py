"""Reading orders as they stand: one, or all for what is computed anew from them."""

from pond.orders import store_orders
from pond.orders.model_stored import StoredOrder

__all__ = ["StoredOrder", "get", "orders_from"]


def get(tid: str) -> StoredOrder | None:
    """The order as it is now, or None."""
    return store_orders.find(tid)


def orders_from(cursor: str | None, limit: int) -> tuple[list[StoredOrder], str | None]:
    """The next orders after a cursor (None: the first), and the cursor to go on with; None at the end. For rebuilds:
    it reads everything, in an order that stays the same while orders come."""
    return store_orders.page(cursor, limit)
