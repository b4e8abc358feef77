"""The table `orders`: one row an order, by the shop's number. Each write is of the whole row, under the condition that
its revision is the one that was read; with an entry of the ledger it is one transaction.

Sparse indexes: `by_buyer` all paid orders of one shop's id; `by_openid`, `by_phone`, `by_account` paid orders of
nobody known; `to_ask` where the shop must be asked; `parked` where a person must look.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, Literal

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused, index, refused
from pond.orders import store_ledger
from pond.orders.model_document import (
    read_attribution,
    read_order,
    read_parked,
    read_terms,
    write_attribution,
    write_order,
    write_parked,
    write_terms,
)
from pond.orders.model_ledger import Entry
from pond.orders.model_stored import Ids, StoredOrder

ORDER = "order"
List = Literal["by_openid", "by_phone", "by_account", "to_ask", "parked"]
UNMATCHED: tuple[List, ...] = ("by_openid", "by_phone", "by_account")


class _Row(Table):
    class Meta:
        table_name = "orders"

    tid = UnicodeAttribute(hash_key=True)
    revision = IntegerAttribute()
    document = UnicodeAttribute()
    paid_at = TimeAttribute(null=True)
    member_id = UnicodeAttribute(null=True)
    programme_id = UnicodeAttribute(null=True)
    attribution = UnicodeAttribute(null=True)
    terms = UnicodeAttribute(null=True)
    booked_fen = IntegerAttribute(null=True)
    booked_count = IntegerAttribute(null=True)
    buyer_id = UnicodeAttribute(null=True)
    learnt_openid = UnicodeAttribute(null=True)
    learnt_phone = UnicodeAttribute(null=True)
    learnt_account = UnicodeAttribute(null=True)
    unmatched_openid = UnicodeAttribute(null=True)
    unmatched_phone = UnicodeAttribute(null=True)
    unmatched_account = UnicodeAttribute(null=True)
    to_ask = UnicodeAttribute(null=True)
    parked = UnicodeAttribute(null=True)
    parked_reason = UnicodeAttribute(null=True)
    asked_at = TimeAttribute(null=True)
    forgotten_at = TimeAttribute(null=True)
    first_seen_at = TimeAttribute(null=True)
    changed_at = TimeAttribute(null=True)
    paid_in = UnicodeAttribute(null=True)  # the programme and China day
    # Who paid on which China day for an order that counts for which programme; orders of nobody known are not here.
    by_paid = index("by_paid", paid_in=UnicodeAttribute(hash_key=True), member_id=UnicodeAttribute(range_key=True))
    # All paid orders of one shop's id.
    by_buyer = index("by_buyer", buyer_id=UnicodeAttribute(hash_key=True))
    # All orders of a member.
    by_member = index("by_member", member_id=UnicodeAttribute(hash_key=True))
    # Paid orders of nobody known, by the openid that bought.
    by_openid = index("by_openid", unmatched_openid=UnicodeAttribute(hash_key=True))
    # The same, by phone.
    by_phone = index("by_phone", unmatched_phone=UnicodeAttribute(hash_key=True))
    # The same, by what the shop said of the WeChat account.
    by_account = index("by_account", unmatched_account=UnicodeAttribute(hash_key=True))
    # Orders that the shop must be asked about.
    asking = index("to_ask", to_ask=UnicodeAttribute(hash_key=True))
    # Orders that a person must look at.
    parking = index("parked", parked_reason=UnicodeAttribute(hash_key=True))


_LISTS = {
    "by_openid": _Row.by_openid,
    "by_phone": _Row.by_phone,
    "by_account": _Row.by_account,
    "to_ask": _Row.asking,
    "parked": _Row.parking,
}


def find(tid: str) -> StoredOrder | None:
    """The order as it is now, or None."""
    try:
        return _stored(_Row.get(tid, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def write(stored: StoredOrder, entry: Entry | None) -> bool:
    """Write the order over the revision before its own, with the entry that follows from it; False: it is no longer the
    revision before, or the entry's month was drafted meanwhile. Nothing is written then.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    seen = stored.revision - 1
    condition: Condition = _Row.revision == seen if seen else _Row.tid.does_not_exist()
    if entry is None:
        try:
            _row(stored).save(condition)
        except PutError as error:
            if refused(error) or error.cause_response_code == "TransactionConflictException":
                return False
            raise
        return True
    transaction = Transaction()
    transaction.put(ORDER, _row(stored), condition)
    store_ledger.add(transaction, entry)
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def page(after: str | None, limit: int) -> tuple[list[StoredOrder], str | None]:
    """The next orders in a scan's stable order, and after which to go on; None at the end."""
    start = {"tid": {"S": after}} if after else None
    rows = _Row.scan(limit=limit, page_size=limit, last_evaluated_key=start, consistent_read=True)
    found = [_stored(row) for row in rows]
    last = rows.last_evaluated_key
    return found, last["tid"]["S"] if last else None


def of_members(member_ids: Collection[str]) -> Iterator[str]:
    """The orders of these members, by a scan: never where somebody waits."""
    rows = _Row.scan(_Row.member_id.exists(), attributes_to_get=["tid", "member_id"])
    return (row.tid for row in rows if row.member_id in member_ids)


def of_member(member_id: str) -> list[str]:
    """The orders of one member, as the index shows them."""
    return [row.tid for row in _Row.by_member.query(member_id)]


def several(tids: Iterable[str]) -> list[StoredOrder]:
    """Those of the orders that are there, as they are now."""
    return [_stored(row) for row in _Row.batch_get(list(tids), consistent_read=True)]


def of_buyer(buyer_id: str) -> list[str]:
    """The paid orders of one buyer of the shop, as the index shows them."""
    return [row.tid for row in _Row.by_buyer.query(buyer_id)]


def paid_in(programme_id: str, on: date, after: str | None, limit: int) -> list[tuple[str, str]]:
    """The next (member_id, tid) of a programme's orders paid on a China day, by members, from the member after one."""
    following = _Row.member_id > after if after else None
    rows = _Row.by_paid.query(f"{programme_id}~{on}", following, limit=limit)
    return [(row.member_id or "", row.tid) for row in rows]


def of_nobody(ids: Ids) -> set[str]:
    """The paid orders of nobody known that one of these ids bought, as the indexes show them."""
    asked = ((_Row.by_openid, ids.openid), (_Row.by_phone, ids.phone), (_Row.by_account, ids.account))
    return {row.tid for index, value in asked if value for row in index.query(value)}


def listed(name: List) -> Iterator[str]:
    """Every order in one of the sparse indexes, by a scan of the index: never where somebody waits."""
    return (row.tid for row in _LISTS[name].scan())


def _row(stored: StoredOrder) -> _Row:
    searched = stored.ids if stored.unmatched else Ids()
    given: dict[str, Any] = {
        "document": write_order(stored.order),
        "paid_at": stored.order.paid_at,
        "member_id": stored.member_id,
        "programme_id": stored.programme_id,
        "attribution": write_attribution(stored.attribution) if stored.attribution else None,
        "terms": write_terms(stored.terms) if stored.terms else None,
        "booked_fen": stored.booked_fen,
        "booked_count": stored.booked_count,
        "buyer_id": stored.buyer_id if stored.order.paid_at else None,
        "learnt_openid": stored.learnt.openid,
        "learnt_phone": stored.learnt.phone,
        "learnt_account": stored.learnt.account,
        "unmatched_openid": searched.openid,
        "unmatched_phone": searched.phone,
        "unmatched_account": searched.account,
        "to_ask": " ".join(stored.to_ask),
        "parked": write_parked(stored.parked) if stored.parked else None,
        "parked_reason": stored.parked_reason,
        "asked_at": stored.asked_at,
        "forgotten_at": stored.forgotten_at,
        "first_seen_at": stored.first_seen_at,
        "changed_at": stored.changed_at,
        "paid_in": stored.paid_in,
    }
    return _Row(stored.tid, revision=stored.revision, **{name: value for name, value in given.items() if value})


def _stored(row: _Row) -> StoredOrder:
    return StoredOrder(
        order=read_order(row.tid, row.paid_at, row.document),
        revision=row.revision,
        member_id=row.member_id,
        attribution=read_attribution(row.attribution) if row.attribution else None,
        terms=read_terms(row.terms) if row.terms else None,
        booked_fen=row.booked_fen or 0,
        booked_count=row.booked_count or 0,
        parked=read_parked(row.parked) if row.parked else (),
        learnt=Ids(openid=row.learnt_openid, phone=row.learnt_phone, account=row.learnt_account),
        asked_at=row.asked_at,
        forgotten_at=row.forgotten_at,
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
    )
