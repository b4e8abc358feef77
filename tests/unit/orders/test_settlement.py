"""Months: what was booked is paid or carried, and a settled month stays as it was."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pond.orders.model_ledger import Entry, book
from pond.orders.model_ledger import given as given_so_far
from pond.orders.model_settlement import booking_month, month_of, next_month, settle, statements
from support.selling import AT, FENS, POINTS, refund, sold, terms

EXAMPLES = settings(max_examples=60, deadline=None)


def test_months() -> None:
    assert (month_of(date(2026, 3, 31)), next_month("2026-11"), next_month("2026-12")) == (
        "2026-03",
        "2026-12",
        "2027-01",
    )
    assert booking_month(date(2026, 11, 23), "") == "2026-11"
    assert booking_month(date(2026, 11, 23), "2026-10") == "2026-11"
    assert booking_month(date(2026, 11, 23), "2026-11") == "2026-12"
    assert booking_month(date(2026, 11, 23), "2026-12") == "2027-01"


@EXAMPLES
@given(st.data())
def test_what_was_booked_is_paid_or_carried_and_settled_months_stay(data: st.DataObject) -> None:
    """Months of sales and refunds in any mixture, settled one after another, the last fen accounted for."""
    ledger: list[Entry] = []
    shown = {}
    drafted, day = "", date(2026, 11, 5)
    orders = [sold(data.draw(FENS), f"E{number}") for number in range(3)]
    agreed = [terms(order, *(data.draw(POINTS) for _ in order.kept_items)) for order in orders]
    agreed = [replace(one, person_id=data.draw(st.sampled_from(["v1", "v2"]))) for one in agreed]
    for round_ in range(4):
        for number, order in enumerate(orders):
            if data.draw(st.booleans()):
                left = order.payment_fen - order.refunded_fen
                orders[number] = order = refund(order, f"R{round_}", data.draw(st.integers(0, left)))
            mine = [entry for entry in ledger if entry.tid == order.tid]
            month = booking_month(day, drafted)
            if entry := book(order.tid, agreed[number], order.kept_items, given_so_far(mine), len(mine), month, AT):
                ledger.append(entry)
        month = next_month(drafted) if drafted else month_of(day)
        made = statements(ledger, month)
        shown[month], drafted = made, month
        ledger += [entry for one in made if (entry := settle(one, AT))]
        if data.draw(st.booleans()):
            day += timedelta(days=31)
        for settled, before in shown.items():
            assert statements(reversed(ledger), settled) == before
        for person_id in ("v1", "v2"):
            booked = sum(e.amount_fen for e in ledger if e.person_id == person_id and e.kind != "settled")
            paid = sum(one.payable_fen for some in shown.values() for one in some if one.person_id == person_id)
            carried = [one.carried_fen for one in statements(ledger, next_month(drafted)) if one.person_id == person_id]
            assert booked == paid + sum(carried)
            assert all(fen <= 0 for fen in carried)


def test_a_statement_shows_given_and_taken_back() -> None:
    def line(name: str, fen: int, month: str, minutes: int = 0) -> Entry:
        kind = "earned" if fen > 0 else "clawed_back"
        at = AT + timedelta(minutes=minutes)
        return Entry(entry_id=name, kind=kind, person_id="v1", amount_fen=fen, month=month, at=at)  # type: ignore[arg-type]

    ledger = [line("b", -300, "2026-11", 5), line("a", 1_000, "2026-11"), line("c", -900, "2026-12")]
    (november,) = statements(ledger, "2026-11")
    assert [entry.entry_id for entry in november.lines] == ["a", "b"]
    assert (november.earned_fen, november.clawed_back_fen, november.payable_fen) == (1_000, -300, 700)
    paid = settle(november, AT)
    assert paid is not None
    ledger.append(paid)
    (december,) = statements(ledger, "2026-12")
    assert (december.carried_fen, december.total_fen, december.payable_fen) == (0, -900, 0)
    assert settle(december, AT) is None
    (january,) = statements(ledger, "2027-01")
    assert (january.carried_fen, january.lines) == (-900, ())
