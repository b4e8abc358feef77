"""What must always hold about orders and the ledger (design §5, 8), as one check over the tables. Tests, benches and
`pondctl check` run the same.

Reads everything, so it belongs on nobody's path. It holds at every moment: what a queue still brings changes orders and
their entries together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pond.groups.invariants import Breach
from pond.orders import reading, store_ledger
from pond.orders.model_ledger import Entry, due, given
from pond.orders.model_stored import StoredOrder

_PAGE = 200
_BOOKINGS = ("earned", "clawed_back")


def check() -> list[Breach]:
    """Every breach found; empty when all invariants hold. Orders are read first: an entry that comes meanwhile is of a
    revision not looked at, so those orders are read again.
    """
    orders = {stored.tid: stored for stored in _everything()}
    entries: dict[str, list[Entry]] = defaultdict(list)
    found: list[Breach] = []
    for entry in store_ledger.everyone():
        found += _misshapen(entry)
        if entry.kind in _BOOKINGS:
            entries[entry.tid].append(entry)
    for tid in sorted(orders.keys() | entries.keys()):
        booked, stored = entries[tid], orders.get(tid)
        if stored is None or stored.booked_count != len(booked):
            stored = reading.get(tid)
            booked = _entries_of(stored) if stored else booked
        if stored is None:
            found.append(Breach("ledger", tid, "entries of an order that is not there"))
        else:
            found += about(stored, booked)
    return found


def about(stored: StoredOrder, booked: Iterable[Entry]) -> list[Breach]:
    """What does not hold of one order and its entries."""
    booked = sorted(booked, key=lambda entry: entry.entry_id)
    found: list[str] = []
    if given(booked) != stored.booked_fen or len(booked) != stored.booked_count:
        found.append(
            f"booked {stored.booked_fen} fen in {stored.booked_count}, entries {given(booked)} in {len(booked)}"
        )
    wanted = due(stored.terms, stored.order.kept_items) if stored.terms else 0
    if wanted != stored.booked_fen:
        found.append(f"due {wanted} fen, given {stored.booked_fen}")
    if stored.terms:
        person_id = stored.terms.person_id
        ids = [f"{stored.tid}~{person_id}~{number:04}" for number in range(1, len(booked) + 1)]
        if [entry.entry_id for entry in booked] != ids or {entry.person_id for entry in booked} - {person_id}:
            found.append("entries are not one after the other for one person")
        if stored.attribution is None or stored.attribution.earner_id != person_id:
            found.append("who earns is not whom it counts for")
    nobody = stored.member_id is None and stored.forgotten_at is None
    if stored.attribution and (nobody or stored.order.paid_at is None):
        found.append("attributed without buyer or payment")
    if stored.member_id and stored.order.paid_at and not stored.attribution:
        found.append("paid by a member and not attributed")
    return [Breach("ledger", stored.tid, what) for what in found]


def _misshapen(entry: Entry) -> Iterator[Breach]:
    rightly_signed = {
        "earned": entry.amount_fen > 0,
        "clawed_back": entry.amount_fen < 0,
        "adjusted": entry.amount_fen != 0 and bool(entry.reason),
        "settled": entry.amount_fen < 0,
    }
    if not rightly_signed.get(entry.kind, False) or (entry.kind in _BOOKINGS) != bool(entry.tid):
        yield Breach("ledger", entry.entry_id, f"{entry.kind} of {entry.amount_fen} fen")


def _entries_of(stored: StoredOrder) -> list[Entry]:
    if stored.terms is None:
        return []
    return [entry for entry in store_ledger.of_person(stored.terms.person_id) if entry.tid == stored.tid]


def _everything() -> Iterator[StoredOrder]:
    cursor: str | None = None
    while True:
        page, cursor = reading.orders_from(cursor, _PAGE)
        yield from page
        if cursor is None:
            return
