"""A month's settlement: drafted, approved, paid, each by a named person, each once.

Drafting closes the month: what is booked later goes into the next one, so its statements compute to the same fen from
then on, and what was approved is what is paid. Paying writes an entry for each person, while the month is approved.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from pond.groups.invariants import Breach
from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound, Permanent, Refused, Transient
from pond.orders import handing_over, store_ledger, store_months, store_settlement
from pond.orders.model_ledger import Entry
from pond.orders.model_settlement import Month, Statement, month_of, next_month, settle, statements
from pond.orders.model_statements import digest

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def draft(month: str, by: str, now: datetime) -> Month:
    """Close a month to further entries and let its statements be looked at; what is owed to or by who was found to be
    another goes over before. Again, it changes nothing.

    Raises:
        Refused: `settlement.month` when that is none; `settlement.not_over` while the month goes on;
            `settlement.turn` when another month comes first, or that one is not paid yet.
        Transient: entries are being written at the same moment.
    """
    _named(by)
    if not _MONTH.fullmatch(month):
        raise Refused("settlement.month", f"{month!r} is no month such as 2026-11")
    if held := store_months.get(month):
        return held
    if month >= month_of(china_day(now)):
        raise Refused("settlement.not_over", f"{month} goes on")
    before = store_months.drafted_through()
    if before:
        last = store_months.get(before)
        if last is None or last.state != "paid" or month != next_month(before):
            raise Refused("settlement.turn", f"{before} must be paid, then {next_month(before)} follows")
    elif earlier := {entry.month for entry in store_ledger.everyone() if entry.month < month}:
        raise Refused("settlement.turn", f"{min(earlier)} comes first")
    handing_over.hand_over(month, now)
    if not store_months.draft(month, before, by, now):
        raise Transient("settlement.contended", "somebody else drafts a month")
    return _known(month)


def approve(month: str, by: str, now: datetime) -> Month:
    """Let a drafted month be paid as its statements stand now. Again, it changes nothing.

    Raises:
        NotFound: `settlement.unknown` when it was not drafted.
    """
    _named(by)
    if _known(month).state == "draft":
        made = of_month(month)
        payable_fen = sum(one.payable_fen for one in made)
        store_months.approve(month, by, now, digest(made), len(made), payable_fen)
    return _known(month)


def pay(month: str, by: str, now: datetime) -> Month:
    """Note that an approved month was paid: an entry for each person who is paid something. Broken off, it goes on
    when called again.

    Raises:
        NotFound: `settlement.unknown`.
        Refused: `settlement.not_approved`.
        Permanent: `settlement.changed` when statements are no longer what was approved, which cannot be.
    """
    _named(by)
    held = _known(month)
    if held.state == "draft":
        raise Refused("settlement.not_approved", f"{month} is a draft")
    if held.state == "approved":
        made = of_month(month)
        if digest(made) != held.digest:
            raise Permanent("settlement.changed", f"{month} is not what was approved")
        for one in made:
            if entry := settle(one, now):
                store_settlement.settle(entry)
        store_months.pay(month, by, now)
    return _known(month)


def get(month: str) -> Month | None:
    """How a month stands; None before it was drafted."""
    return store_months.get(month)


def of_month(month: str) -> tuple[Statement, ...]:
    """Everybody's statement, also of a month that goes on; by a scan of the ledger, never where somebody waits."""
    return statements(store_ledger.everyone(), month)


def of_person(person_id: str, month: str) -> Statement | None:
    """One person's statement, also of a month that goes on; None when there is nothing to say."""
    found = statements(store_ledger.of_person(person_id), month)
    return found[0] if found else None


def check() -> list[Breach]:
    """What does not hold of months that were approved: each computes to what was approved, and what was paid is what
    was payable. Reads the whole ledger."""
    entries = list(store_ledger.everyone())
    found: list[Breach] = []
    last = store_months.drafted_through()
    for month in sorted({entry.month for entry in entries if entry.month <= last}):
        held = store_months.get(month)
        if held and held.state != "draft":
            found += [Breach("settlement", month, what) for what in _wrong(held, entries)]
    return found


def _wrong(held: Month, entries: list[Entry]) -> Iterator[str]:
    made = statements(entries, held.month)
    if digest(made) != held.digest:
        yield "does not compute to what was approved"
    settled = {one.person_id: one.amount_fen for one in entries if (one.kind, one.month) == ("settled", held.month)}
    payable = {one.person_id: -one.payable_fen for one in made if one.payable_fen}
    if held.state == "paid" and settled != payable:
        yield "paid another sum than was payable"
    if held.state == "approved" and settled.items() - payable.items():
        yield "somebody was paid another sum than was payable"


def _named(by: str) -> None:
    if not by.strip():
        raise Refused("settlement.nobody", "a named person does that")


def _known(month: str) -> Month:
    held = store_months.get(month)
    if held is None:
        raise NotFound("settlement.unknown", f"{month} was not drafted")
    return held
