"""Entries that come of no order: adjustments, bonuses, settlements. Each is written once, however often asked for."""

from datetime import datetime
from typing import Literal

from pond.kernel.tables import Transaction, TransactionRefused
from pond.orders import store_ledger, store_months
from pond.orders.model_ledger import Entry

Written = Literal["written", "there", "closed"]
_ONCE, _APPROVED = "once", "approved"


def append_once(name: str, entry: Entry, document: str, now: datetime) -> Written:
    """Append an entry under a name that is used once, in whatever month; "closed": its month was drafted meanwhile.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    transaction = Transaction()
    store_ledger.add(transaction, entry)
    return _once(transaction, name, document, now)


def append_together(name: str, pair: tuple[Entry, Entry], now: datetime) -> Written:
    """Append two entries of one month in one write; as `append_once` otherwise."""
    transaction = Transaction()
    store_ledger.add(transaction, pair[0])
    transaction.put("other", store_ledger.row(pair[1]), condition=store_ledger.EntryRow.entry_key.does_not_exist())
    return _once(transaction, name, pair[0].month, now)


def _once(transaction: Transaction, name: str, document: str, now: datetime) -> Written:
    store_months.once(transaction, _ONCE, name, document, now)
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        return "closed" if set(refusal.refusals) == {store_ledger.MONTH} else "there"
    return "written"


def note_once(name: str, document: str, now: datetime) -> str:
    """Note something under a name that is used once; what is noted there then, by whomever."""
    transaction = Transaction()
    store_months.once(transaction, _ONCE, name, document, now)
    try:
        transaction.commit()
    except TransactionRefused:
        return store_months.done(name) or document
    return document


def settle(entry: Entry) -> bool:
    """Append the entry that settles a person's month while the month is approved; False: it is there, or the month is
    not approved.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    transaction = Transaction()
    transaction.put(store_ledger.ENTRY, store_ledger.row(entry), store_ledger.EntryRow.entry_key.does_not_exist())
    store_months.check_approved(transaction, _APPROVED, entry.month)
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True
