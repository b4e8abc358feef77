"""The table `ledger`: what is owed to each person, entry by entry, by month. Entries are appended, never changed."""

from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused
from pond.orders import store_months
from pond.orders.model_ledger import Entry

ENTRY, MONTH = "entry", "month"
_FIELDS = tuple(Entry.__dataclass_fields__)


class EntryRow(Table):
    """One entry. `entry_key` is `{month}~{entry_id}`, so that a person's month is one short query."""

    class Meta:
        table_name = "ledger"

    person_id = UnicodeAttribute(hash_key=True)
    entry_key = UnicodeAttribute(range_key=True)
    entry_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    amount_fen = IntegerAttribute()
    month = UnicodeAttribute()
    at = TimeAttribute()
    tid = UnicodeAttribute(null=True)
    role = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)


def add(transaction: Transaction, entry: Entry) -> None:
    """Have a transaction append the entry (label ENTRY), if its month is still open (label MONTH)."""
    transaction.put(ENTRY, row(entry), condition=EntryRow.entry_key.does_not_exist())
    transaction.check(MONTH, store_months.MonthsRow, store_months.BOOK, condition=store_months.still_open(entry.month))


def row(entry: Entry) -> EntryRow:
    """The entry as a row."""
    given = {name: getattr(entry, name) for name in _FIELDS}
    known = {name: value for name, value in given.items() if value not in (None, "")}
    return EntryRow(entry_key=f"{entry.month}~{entry.entry_id}", **known)


def append(entry: Entry) -> bool:
    """Append an entry that is no order's; False when it is there already, or its month was drafted.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    transaction = Transaction()
    add(transaction, entry)
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def of_person(person_id: str, month: str | None = None) -> list[Entry]:
    """A person's entries as they are now, of one month or of all, in the sequence of months and ids."""
    condition = EntryRow.entry_key.startswith(f"{month}~") if month else None
    return [_entry(row) for row in EntryRow.query(person_id, condition, consistent_read=True)]


def everyone() -> Iterator[Entry]:
    """The whole ledger, by a scan: for checks and settlement, never where somebody waits."""
    return map(_entry, EntryRow.scan(consistent_read=True))


def _entry(row: EntryRow) -> Entry:
    known = {name: getattr(row, name) for name in _FIELDS}
    return Entry(**{name: value for name, value in known.items() if value is not None})
