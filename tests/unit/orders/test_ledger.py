"""The ledger: it balances after every booking, whatever comes back; rates."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.orders.model_ledger import (
    Entry,
    Rate,
    Terms,
    adjust,
    agree,
    book,
    check_rates,
    due,
    due_by_item,
    rate_for,
)
from pond.orders.model_ledger import (
    given as given_so_far,
)
from pond.orders.model_order import Item, Push, apply
from support.selling import AT, FENS, POINTS, refund, sold, terms

NOV = date(2026, 11, 1)
EXAMPLES = settings(max_examples=60, deadline=None)


@EXAMPLES
@given(st.data())
def test_after_every_booking_given_less_taken_back_is_what_is_due(data: st.DataObject) -> None:
    order = sold(data.draw(FENS))
    agreed = terms(order, *(data.draw(POINTS) for _ in order.kept_items))
    entries: list[Entry] = []
    for number in range(data.draw(st.integers(1, 5))):
        for _ in range(data.draw(st.integers(1, 2))):
            if entry := book(order.tid, agreed, order.kept_items, given_so_far(entries), len(entries), "2026-11", AT):
                entries.append(entry)
            assert given_so_far(entries) == due(agreed, order.kept_items)
            assert book(order.tid, agreed, order.kept_items, given_so_far(entries), len(entries), "2026-11", AT) is None
        left = order.payment_fen - order.refunded_fen
        oid = data.draw(st.sampled_from([item.oid for item, _ in order.kept_items]))
        order = refund(order, f"R{number}", data.draw(st.integers(0, left)), oid)
    assert len({entry.entry_id for entry in entries}) == len(entries)
    assert [entry.kind for entry in entries[:1]] in ([], ["earned"])
    assert all(entry.kind == "clawed_back" and entry.amount_fen < 0 for entry in entries[1:])
    rest = order.payment_fen - order.refunded_fen
    order = refund(order, "all the rest", rest)
    if entry := book(order.tid, agreed, order.kept_items, given_so_far(entries), len(entries), "2026-11", AT):
        entries.append(entry)
    assert given_so_far(entries) == 0


@EXAMPLES
@given(FENS, st.data())
def test_items_add_up_to_the_order_and_are_a_fen_off_at_most(fens: list[int], data: st.DataObject) -> None:
    order = sold(fens)
    points = [data.draw(POINTS) for _ in fens]
    agreed = terms(order, *points)
    parts = due_by_item(agreed, order.kept_items)
    assert sum(part for _, part in parts) == due(agreed, order.kept_items)
    assert abs(due(agreed, order.kept_items) * 10_000 - sum(f * p for f, p in zip(fens, points, strict=True))) <= 5_000
    for (_, part), fen, some in zip(parts, fens, points, strict=True):
        assert abs(part * 10_000 - fen * some) <= 15_000


def test_postage_earns_nothing_and_an_item_without_a_rate_neither() -> None:
    order = sold([10_000, 5_000])
    assert due(terms(order, 1_000, 0), order.kept_items) == 1_000
    assert due(Terms(person_id="v1", role="volunteer", points=()), order.kept_items) == 0


def test_an_order_closed_takes_all_back_before_its_refunds_are_told() -> None:
    order = sold([10_000])
    agreed = terms(order, 1_234)
    first = book(order.tid, agreed, order.kept_items, 0, 0, "2026-11", AT)
    assert first is not None
    order = apply(order, Push(tid=order.tid, version=order.version, status="TRADE_CLOSED"))
    back = book(order.tid, agreed, order.kept_items, first.amount_fen, 1, "2026-12", AT)
    assert back is not None
    assert (first.amount_fen, back.kind, back.amount_fen, back.month) == (1_234, "clawed_back", -1_234, "2026-12")


def test_adjustments_are_beside_what_is_due_and_need_a_reason() -> None:
    order = sold([10_000])
    agreed = terms(order, 1_000)
    entry = adjust("a1", "v1", -300, " counted twice by hand ", "2026-11", AT)
    assert (entry.kind, entry.amount_fen, entry.reason) == ("adjusted", -300, "counted twice by hand")
    booked = book(order.tid, agreed, order.kept_items, given_so_far([entry]), 0, "2026-11", AT)
    assert booked is not None
    assert booked.amount_fen == 1_000
    for fen, reason in ((5, " "), (0, "why")):
        with pytest.raises(Refused):
            adjust("a1", "v1", fen, reason, "2026-11", AT)


RATES = (
    Rate(role="volunteer", basis_points=100, valid_from=NOV),
    Rate(role="volunteer", basis_points=200, valid_from=NOV, level="gold"),
    Rate(role="volunteer", basis_points=50, valid_from=NOV, product_group="milk", valid_until=date(2026, 11, 30)),
    Rate(role="volunteer", basis_points=70, valid_from=NOV, product_group="milk", level="gold"),
    Rate(role="distributor", basis_points=900, valid_from=NOV),
)


@pytest.mark.parametrize(
    ("level", "group", "day", "points"),
    [
        ("", "", NOV, 100),
        ("silver", "toys", NOV, 100),
        ("gold", "toys", NOV, 200),
        ("", "milk", date(2026, 11, 30), 50),
        ("", "milk", date(2026, 12, 1), 100),
        ("gold", "milk", NOV, 70),
        ("gold", "milk", date(2026, 10, 31), 0),
    ],
)
def test_the_nearest_rate_in_force_holds(level: str, group: str, day: date, points: int) -> None:
    check_rates(RATES)
    assert rate_for(reversed(RATES), "volunteer", level, group, day) == points


def test_terms_are_the_rates_of_the_day_of_payment() -> None:
    items = [Item(oid=str(n), item_id=f"i{n}", payment_fen=100) for n in (1, 2)]
    agreed = agree("v1", "volunteer", "gold", items, {"i2": "milk"}, RATES, date(2026, 12, 24))
    assert (agreed.person_id, agreed.points) == ("v1", (("1", 200), ("2", 70)))
    assert agree("v1", "volunteer", "", items, {}, RATES, date(2020, 1, 1)).points == (("1", 0), ("2", 0))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"valid_from": date(2026, 12, 1)}, "rates.overlap"),
        ({"valid_until": NOV, "valid_from": date(2026, 10, 1)}, "rates.overlap"),
        ({"basis_points": 10_001, "level": "x"}, "rates.invalid"),
        ({"basis_points": -1, "level": "x"}, "rates.invalid"),
        ({"valid_until": date(2026, 10, 1), "level": "x"}, "rates.invalid"),
    ],
)
def test_rates_that_contradict_are_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_rates((*RATES, replace(RATES[0], **change)))  # type: ignore[arg-type]
    assert refused.value.code == code


def test_rates_that_follow_each_other_are_taken() -> None:
    until = replace(RATES[0], valid_until=date(2026, 11, 30))
    check_rates((until, replace(RATES[0], valid_from=date(2026, 12, 1))))


def test_items_of_an_order_unknown_yet_are_due_nothing() -> None:
    agreed = Terms(person_id="v1", role="volunteer", points=(("1", 500),))
    assert book("E1", agreed, (), 0, 0, "2026-11", AT) is None
    assert due_by_item(agreed, [(Item(oid="1", item_id="1", payment_fen=0), 0)]) == (("1", 0),)
