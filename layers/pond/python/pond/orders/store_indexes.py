"""The index of paid orders by day."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection


class ByPaid(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Who paid on which China day for an order that counts for which programme; orders of nobody known are not here."""

    class Meta:
        index_name = "by_paid"
        projection = KeysOnlyProjection()

    paid_in = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(range_key=True)
