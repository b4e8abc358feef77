"""The table `months`: how far months were drafted for settlement. One row, `book` = "months"."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from pond.kernel.tables import Table

BOOK = "months"


class MonthsRow(Table):
    """How far months were drafted."""

    class Meta:
        table_name = "months"

    book = UnicodeAttribute(hash_key=True)
    drafted_through = UnicodeAttribute(null=True)


def drafted_through() -> str:
    """The last month that was drafted ("2026-11"), as it is now; empty before the first."""
    try:
        return MonthsRow.get(BOOK, consistent_read=True).drafted_through or ""
    except MonthsRow.DoesNotExist:
        return ""


def still_open(month: str) -> Condition:
    """The condition that entries of a month may still be written."""
    condition: Condition = MonthsRow.drafted_through.does_not_exist() | (MonthsRow.drafted_through < month)
    return condition
