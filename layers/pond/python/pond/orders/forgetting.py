"""Orders of a person who is forgotten stay, as the law wants, without the person: what was bought and booked
remains, who bought is gone, and later pushes of the shop bring no id of theirs back.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from pond.orders import changing, store_orders, store_outreach


def forget(phone_id: str) -> Counter[str]:
    """Forget that a phone's owner was to be reached after orders; how many rows that took. That they must not be
    reached stays, as a block does."""
    return Counter({"outreach": store_outreach.drop(phone_id)})


def sweep(member_ids: Collection[str], now: datetime) -> Counter[str]:
    """Take these members out of their orders; how many rows that changed. Reads all orders: by night.

    Raises:
        Transient: `orders.contended`; do it again.
    """
    changed = 0
    for tid in list(store_orders.of_members(member_ids)):
        changed += changing.change(tid, lambda stored: stored.forgets_its_buyer(now), now).written
    return Counter({"orders": changed})
