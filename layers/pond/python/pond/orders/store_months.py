"""The table `months`: how far months were drafted (row "months"), how each month stands (`month~2026-11`), and what was
done once (`once~…`).

What always holds: `drafted_through` and the drafted month's row are written together; every entry of the ledger is
written under the condition that its month is later than that.
"""

from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused, refused
from pond.orders.model_settlement import Month

BOOK = "months"


class MonthsRow(Table):
    """How far months were drafted, a month, or something done once."""

    class Meta:
        table_name = "months"

    book = UnicodeAttribute(hash_key=True)
    drafted_through = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    drafted_by = UnicodeAttribute(null=True)
    drafted_at = TimeAttribute(null=True)
    approved_by = UnicodeAttribute(null=True)
    approved_at = TimeAttribute(null=True)
    paid_by = UnicodeAttribute(null=True)
    paid_at = TimeAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    people = IntegerAttribute(null=True)
    payable_fen = IntegerAttribute(null=True)
    document = UnicodeAttribute(null=True)
    done_at = TimeAttribute(null=True)


_MONTH = ("state", "drafted_by", "drafted_at", "approved_by", "approved_at", "paid_by", "paid_at")
_APPROVED = ("digest", "people", "payable_fen")


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


def get(month: str) -> Month | None:
    """How a month stands, as it is now; None before it was drafted."""
    try:
        row = MonthsRow.get(_key(month), consistent_read=True)
    except MonthsRow.DoesNotExist:
        return None
    known = {name: getattr(row, name) for name in (*_MONTH, *_APPROVED)}
    return Month(month=month, **{name: value for name, value in known.items() if value is not None})


def draft(month: str, before: str, by: str, now: datetime) -> bool:
    """Close a month to entries, after the month that was drafted before (empty: none); False: another was meanwhile.

    Raises:
        Transient: entries are being written at the same moment; nothing was drafted.
    """
    transaction = Transaction()
    unchanged: Condition = MonthsRow.drafted_through.does_not_exist()
    if before:
        unchanged = MonthsRow.drafted_through == before
    transaction.update("book", MonthsRow(BOOK), [MonthsRow.drafted_through.set(month)], condition=unchanged)
    row = MonthsRow(_key(month), state="draft", drafted_by=by, drafted_at=now)
    transaction.put("month", row, condition=MonthsRow.book.does_not_exist())
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def approve(month: str, by: str, now: datetime, digest: str, people: int, payable_fen: int) -> bool:
    """Let a drafted month be approved with these figures; False: it is no draft."""
    actions: list[Action] = [
        MonthsRow.state.set("approved"),
        MonthsRow.approved_by.set(by),
        MonthsRow.approved_at.set(now),
        MonthsRow.digest.set(digest),
        MonthsRow.people.set(people),
        MonthsRow.payable_fen.set(payable_fen),
    ]
    return _change(month, actions, "draft")


def pay(month: str, by: str, now: datetime) -> bool:
    """Let an approved month be paid; False: it is not approved."""
    actions: list[Action] = [MonthsRow.state.set("paid"), MonthsRow.paid_by.set(by), MonthsRow.paid_at.set(now)]
    return _change(month, actions, "approved")


def check_approved(transaction: Transaction, label: str, month: str) -> None:
    """Have a transaction go through only while a month is approved and not paid."""
    transaction.check(label, MonthsRow, _key(month), condition=MonthsRow.state == "approved")


def once(transaction: Transaction, label: str, name: str, document: str, now: datetime) -> None:
    """Have a transaction go through only if this was not done before, and note that it was."""
    row = MonthsRow(f"once~{name}", document=document, done_at=now)
    transaction.put(label, row, condition=MonthsRow.book.does_not_exist())


def done(name: str) -> str | None:
    """What was noted of something that is done once; None: it was not done."""
    try:
        found: Any = MonthsRow.get(f"once~{name}", consistent_read=True).document
    except MonthsRow.DoesNotExist:
        return None
    return str(found)


def _key(month: str) -> str:
    return f"month~{month}"


def _change(month: str, actions: list[Action], before: str) -> bool:
    try:
        MonthsRow(_key(month)).update(actions, condition=MonthsRow.state == before)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True
