"""Indexes of paid orders: by who bought them in the shop, by member, by the day on which a member paid."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection


class ByBuyer(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """All paid orders of one shop's id."""

    class Meta:
        index_name = "by_buyer"
        projection = KeysOnlyProjection()

    buyer_id = UnicodeAttribute(hash_key=True)


class ByPaid(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Who paid on which China day for an order that counts for which programme; orders of nobody known are not here."""

    class Meta:
        index_name = "by_paid"
        projection = KeysOnlyProjection()

    paid_in = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(range_key=True)


class ByMember(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """All orders of a member."""

    class Meta:
        index_name = "by_member"
        projection = KeysOnlyProjection()

    member_id = UnicodeAttribute(hash_key=True)
