"""What no push brought is found by asking the shop for all orders that changed, slice by slice of time.

What always holds: a mark says through when that was read; it goes on only after every order of a slice was taken.
Slices overlap, since the shop's lists lag.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from pond.kernel import queues
from pond.kernel.logs import count, logger
from pond.kernel.settings import settings
from pond.orders import changing, lookups, store_marks, store_orders
from pond.orders.nightly import RECONCILE, UNMATCHED, message
from pond.platforms import youzan
from pond.platforms.errors import PartnerBusy
from pond.platforms.youzan_calls import wait_before

MARK = "orders"
FIRST = timedelta(days=7)  # so far back the first time goes: what Youzan pushes again by hand
SLICE = timedelta(hours=1)
OVERLAP = timedelta(minutes=10)
LAG = timedelta(minutes=2)
AT_ONCE, SLICES_AT_ONCE = 200, 24  # orders and slices looked at in one message


def take(detail: Mapping[str, Any], now: datetime) -> int:
    """Compare the next slices, as a message says, and have those after them compared; how many orders changed."""
    attempt, changed, more = int(detail["attempt"]), 0, True
    try:
        for _ in range(SLICES_AT_ONCE):
            if more and changed < AT_ONCE:
                some, more = reconcile(now)
                changed += some
    except PartnerBusy as busy:
        wait = wait_before(attempt + 1)
        logger.info("shop busy", extra={"attempt": attempt, "code": busy.code})
        if wait is not None:
            queues.send(settings().order_queue_url, [message(RECONCILE, attempt=attempt + 1)], wait)
        return changed
    if more:
        queues.send(settings().order_queue_url, [message(RECONCILE, attempt=1)])
    return changed


def reconcile(now: datetime) -> tuple[int, bool]:
    """Compare the next slice of time with the shop: how many orders changed, and whether slices are left.

    Raises:
        PartnerBusy, PartnerRefused: as the calls do; the slice is compared again next time.
    """
    read_through = store_marks.read(MARK) or now - FIRST
    until = min(now - LAG, read_through + SLICE)
    changed = 0
    for row in youzan.orders_changed(read_through - OVERLAP, until):
        tid = str(((row.get("full_order_info") or {}).get("order_info") or {}).get("tid") or "")
        if tid and lookups.take_detail(tid, row, now) in ("changed", "parked"):
            changed += 1
    store_marks.advance(MARK, until)
    count("OrdersReconciled", changed)
    return changed, until < now - LAG


def look_for_buyers(detail: Mapping[str, Any], now: datetime) -> int:
    """See whether paid orders of nobody known have a buyer by now: of those a message names, how many have; a message
    that names none has all of them looked at, some by some: how many messages that takes."""
    if "tids" in detail:
        found = sum(changing.look_again(tid, now).after.member_id is not None for tid in detail["tids"])
        count("OrdersMatchedLate", found)
        return found
    tids = sorted({tid for name in store_orders.UNMATCHED for tid in store_orders.listed(name)})
    messages = [message(UNMATCHED, tids=list(some)) for some in batched(tids, AT_ONCE, strict=False)]
    queues.send(settings().order_queue_url, messages)
    return len(messages)
