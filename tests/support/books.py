"""Books that begin anew: months long ago, which no other test writes into."""

from datetime import UTC, datetime

from pond.orders.store_ledger import EntryRow
from pond.orders.store_months import MonthsRow

FIRST = "2001-01"
_OTHERS_FROM = "2010-01"  # what other tests book


def begin() -> None:
    """No month was ever drafted, nothing was done once, and nothing was booked in those years."""
    for month in MonthsRow.scan():
        month.delete()
    for entry in EntryRow.scan(EntryRow.month < _OTHERS_FROM):
        entry.delete()


def day(month: str, number: int = 15) -> datetime:
    """Noon in China on that day."""
    return datetime(int(month[:4]), int(month[5:]), number, 4, 0, tzinfo=UTC)
