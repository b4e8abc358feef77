"""Indexes of orders: by who bought them in the shop, by member, by the day on which a member paid; and those that are
empty but for what needs something.
"""

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


class ByOpenid(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Paid orders of nobody known, by the openid that bought."""

    class Meta:
        index_name = "by_openid"
        projection = KeysOnlyProjection()

    unmatched_openid = UnicodeAttribute(hash_key=True)


class ByPhone(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """The same, by phone."""

    class Meta:
        index_name = "by_phone"
        projection = KeysOnlyProjection()

    unmatched_phone = UnicodeAttribute(hash_key=True)


class ByAccount(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """The same, by what the shop said of the WeChat account."""

    class Meta:
        index_name = "by_account"
        projection = KeysOnlyProjection()

    unmatched_account = UnicodeAttribute(hash_key=True)


class ToAsk(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Orders that the shop must be asked about."""

    class Meta:
        index_name = "to_ask"
        projection = KeysOnlyProjection()

    to_ask = UnicodeAttribute(hash_key=True)


class Parked(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Orders that a person must look at."""

    class Meta:
        index_name = "parked"
        projection = KeysOnlyProjection()

    parked_reason = UnicodeAttribute(hash_key=True)
