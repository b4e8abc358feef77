"""Orders of nobody known find their buyer when somebody registers, changes their phone, is found to be another, or when
another order of the same buyer is matched. What follows from a buyer follows then as it would have at payment.
"""

from datetime import datetime

from pond.kernel.logs import count
from pond.orders import changing, matching, store_orders


def member_known(member_id: str, now: datetime) -> int:
    """Something new leads to a member: their orders, if there are any of nobody, become theirs; how many."""
    tids = {tid for ids in matching.ids_of(member_id) for tid in store_orders.of_nobody(ids)}
    return _match(tids, now)


def order_matched(tid: str, now: datetime) -> int:
    """An order's buyer is known: so is that of the same buyer's others; how many."""
    stored = store_orders.find(tid)
    if stored is None or stored.buyer_id is None:
        return 0
    others = [one for one in store_orders.of_buyer(stored.buyer_id) if one != tid]
    return _match({one.tid for one in store_orders.several(others) if one.unmatched}, now)


def _match(tids: set[str], now: datetime) -> int:
    found = sum(changing.look_again(tid, now).after.member_id is not None for tid in sorted(tids))
    count("OrdersMatchedLate", found)
    return found
