"""Commission: what is due on an order, and the entries that give it and take it back.

What always holds: entries are appended, never changed. After each booking, what was given less what was taken back is
exactly what is due on what the order keeps now: a booking is the difference, so a repeated or late one books nothing,
and no rounding is left over. The rates of an order are fixed when it is first booked (`Terms`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pond.kernel.errors import Refused
from pond.orders.model_attribution import Role
from pond.orders.model_money import WHOLE, divide, portion
from pond.orders.model_order import Item

EntryKind = Literal["earned", "clawed_back", "adjusted", "settled"]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A role's part of what is kept, in basis points. Empty level or product group: any. Both days are included."""

    role: Role
    basis_points: int
    valid_from: date
    valid_until: date | None = None
    level: str = ""
    product_group: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day in China."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Who earns on an order and at which rate on each item: fixed for good, since refunds come months later."""

    person_id: str
    role: Role
    points: tuple[tuple[str, int], ...]  # (oid, basis points)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger, signed: taken back and paid out are negative. `month` ("2026-11") is the statement it
    goes into; `tid` is empty where no order is meant."""

    entry_id: str
    kind: EntryKind
    person_id: str
    amount_fen: int
    month: str
    at: datetime
    tid: str = ""
    role: Role | None = None
    reason: str = ""


def check_rates(rates: Sequence[Rate]) -> None:
    """Refuse rates of which two would hold for the same on one day, or that are no part of a whole.

    Raises:
        Refused: `rates.overlap`, `rates.invalid`.
    """
    for number, rate in enumerate(rates):
        if not 0 <= rate.basis_points <= WHOLE or (rate.valid_until and rate.valid_until < rate.valid_from):
            raise Refused("rates.invalid", f"rate {number + 1}")
        for other in rates[:number]:
            same = (rate.role, rate.level, rate.product_group) == (other.role, other.level, other.product_group)
            first, second = sorted((rate, other), key=lambda one: one.valid_from)
            if same and first.holds_on(second.valid_from):
                raise Refused("rates.overlap", f"rate {number + 1}")


def rate_for(rates: Iterable[Rate], role: Role, level: str, product_group: str, day: date) -> int:
    """The basis points that hold: a product group's rate before any group's, a level's before any level's; else 0."""
    holding = [
        rate
        for rate in rates
        if rate.role == role
        and rate.level in ("", level)
        and rate.product_group in ("", product_group)
        and rate.holds_on(day)
    ]
    best = max(holding, key=lambda rate: (bool(rate.product_group), bool(rate.level)), default=None)
    return best.basis_points if best else 0


def agree(
    person_id: str,
    role: Role,
    level: str,
    items: Iterable[Item],
    group_of: Mapping[str, str],
    rates: Sequence[Rate],
    paid_on: date,
) -> Terms:
    """The terms of an order: the rates of the day it was paid, for the level the earner had then. `group_of`: the
    product group of each item_id that is in one."""
    points = ((item.oid, rate_for(rates, role, level, group_of.get(item.item_id, ""), paid_on)) for item in items)
    return Terms(person_id=person_id, role=role, points=tuple(points))


def due(terms: Terms, kept: Iterable[tuple[Item, int]]) -> int:
    """The commission on what is kept of an order's items, rounded once for the whole order."""
    points = dict(terms.points)
    return portion(sum(fen * points.get(item.oid, 0) for item, fen in kept), 1)


def due_by_item(terms: Terms, kept: Sequence[tuple[Item, int]]) -> tuple[tuple[str, int], ...]:
    """The same by item (oid, fen), for statements and product sums; it adds up to `due`."""
    points = dict(terms.points)
    weights = [fen * points.get(item.oid, 0) for item, fen in kept]
    parts = divide(due(terms, kept), weights)
    return tuple((item.oid, part) for (item, _), part in zip(kept, parts, strict=True))


def given(entries: Iterable[Entry]) -> int:
    """What was given less what was taken back in these entries (an order's, for one person)."""
    return sum(entry.amount_fen for entry in entries if entry.kind in ("earned", "clawed_back"))


def book(
    tid: str,
    terms: Terms,
    kept: Iterable[tuple[Item, int]],
    booked_fen: int,
    booked_count: int,
    month: str,
    at: datetime,
) -> Entry | None:
    """The entry that makes the ledger agree with what is kept now; None when it does. `booked_fen`, `booked_count`:
    what all entries so far of this order came to.

    Its id counts them, so of two bookings at once only one can be written.
    """
    difference = due(terms, kept) - booked_fen
    if not difference:
        return None
    return Entry(
        entry_id=f"{tid}~{terms.person_id}~{booked_count + 1:04}",
        kind="earned" if difference > 0 else "clawed_back",
        person_id=terms.person_id,
        amount_fen=difference,
        month=month,
        at=at,
        tid=tid,
        role=terms.role,
    )


def adjust(entry_id: str, person_id: str, amount_fen: int, reason: str, month: str, at: datetime) -> Entry:
    """A person's correction, which needs a reason; it is beside what is due on orders.

    Raises:
        Refused: `ledger.no_reason`, `ledger.nothing`.
    """
    if not reason.strip():
        raise Refused("ledger.no_reason", "an adjustment needs a reason")
    if not amount_fen:
        raise Refused("ledger.nothing", "an adjustment of nothing")
    return Entry(
        entry_id=entry_id,
        kind="adjusted",
        person_id=person_id,
        amount_fen=amount_fen,
        month=month,
        at=at,
        reason=reason.strip(),
    )
