"""The indexes of this room's tables: keys only, so what is listed is read from the table."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from pond.kernel.tables import IntegerAttribute, TimeAttribute


class ByPool(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """The groups of a pool, in the order in which they are filled."""

    class Meta:
        index_name = "by_pool"
        projection = KeysOnlyProjection()

    pool_id = UnicodeAttribute(hash_key=True)
    fill_order = IntegerAttribute(range_key=True)


class ByTaken(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Who first came in on a day, in order; costs nothing for who never does."""

    class Meta:
        index_name = "by_taken"
        projection = KeysOnlyProjection()

    taken_in = UnicodeAttribute(hash_key=True)
    taken_at = TimeAttribute(range_key=True)
