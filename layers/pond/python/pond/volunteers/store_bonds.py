"""The `bonds` table: which distributor a member was bound to, when. One row a bond, never changed but for whose it is,
when two members are found to be one."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from pond.kernel.tables import Table, TimeAttribute, Transaction, TransactionRefused, index, iso
from pond.volunteers.model import Bond


class _Row(Table):
    class Meta:
        table_name = "bonds"

    member_id = UnicodeAttribute(hash_key=True)
    bond_id = UnicodeAttribute(range_key=True)  # time, then person: sorts by time
    person_id = UnicodeAttribute()
    bound_at = TimeAttribute()
    by_link = BooleanAttribute(null=True)
    by_person = index(
        "by_person", whole=True, person_id=UnicodeAttribute(hash_key=True), bound_at=TimeAttribute(range_key=True)
    )


def add(bond: Bond) -> None:
    """Write the bond; the same again writes the same."""
    _row(bond).save()


def until(member_id: str, at: datetime) -> list[Bond]:
    """The bonds of a member at or before a moment, by time."""
    end = f"{iso(at)}~\x7f"  # after any person's id
    return [_bond(row) for row in _Row.query(member_id, _Row.bond_id <= end, consistent_read=True)]


def first(member_id: str) -> Bond | None:
    """The first bond a member ever had."""
    return next(map(_bond, _Row.query(member_id, limit=1, consistent_read=True)), None)


def drop(member_id: str) -> int:
    """Delete a member's bonds; how many."""
    rows = list(_Row.query(member_id, consistent_read=True))
    for row in rows:
        row.delete()
    return len(rows)


def of_member(member_id: str) -> list[Bond]:
    """All bonds of a member, by time."""
    return [_bond(row) for row in _Row.query(member_id, consistent_read=True)]


def hand_over(bond: Bond, member_id: str) -> None:
    """Make a bond that of another member; done again, it changes nothing.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    transaction = Transaction()
    transaction.delete("old", _Row(bond.member_id, _name(bond)), condition=_Row.bond_id.exists())
    transaction.put("new", _row(replace(bond, member_id=member_id)))
    with suppress(TransactionRefused):  # somebody did
        transaction.commit()


def of_person(person_id: str, since: datetime, until: datetime) -> Iterator[Bond]:
    """The bonds with a distributor, from then until then, as written a moment ago at the latest."""
    return map(_bond, _Row.by_person.query(person_id, _Row.bound_at.between(since, until)))


def _row(bond: Bond) -> _Row:
    return _Row(
        bond.member_id, _name(bond), person_id=bond.person_id, bound_at=bond.at, by_link=True if bond.by_link else None
    )


def _name(bond: Bond) -> str:
    return f"{iso(bond.at)}~{bond.person_id}"


def _bond(row: _Row) -> Bond:
    return Bond(member_id=row.member_id, person_id=row.person_id, at=row.bound_at, by_link=bool(row.by_link))
