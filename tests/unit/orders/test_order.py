"""An order's state: whatever way its pushes come, the same order; and what is kept of it, item by item."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.orders.model_order import DONE, Buyer, Known, Order, Push, Refund, apply
from pond.orders.model_pushes import read_detail, read_push, read_refund
from support.shop import WAY, Sale

EXAMPLES = settings(max_examples=60, deadline=None)


def order_of(pushes: list[Push]) -> Order:
    order = reduce(apply, pushes, None)
    assert order is not None
    return order


def told(sale: Sale) -> list[Push]:
    return [push for pushed in sale.pushes() if (push := read_push(*pushed.read))]


def last_look(sale: Sale) -> list[Push]:
    return [read_detail(sale.full()), *(read_refund(sale.refund_detail(*refund)) for refund in sale.refunds)]


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Any life of an order: how far it went, steps in the same second too, refunds in parts, closed or not."""
    fens = draw(st.lists(st.integers(0, 30_000), min_size=1, max_size=4))
    items = [(f"279000000000000000{number}", fen) for number, fen in enumerate(fens)]
    sale = Sale(items=items, post_fen=draw(st.sampled_from([0, 800])), virtual=draw(st.booleans()))
    for status in WAY[: draw(st.integers(1, len(WAY)))]:
        sale.went(status, seconds=draw(st.sampled_from([0, 1, 90])))
    if draw(st.booleans()):
        sale.went("TRADE_CLOSED", seconds=draw(st.sampled_from([0, 1, 90])))
    elif len(sale.steps) > 1:
        left = sale.payment_fen
        for number in range(draw(st.integers(0, 3))):
            fen = draw(st.integers(0, left))
            sale.refunds.append((f"R{number}", fen, draw(st.sampled_from([oid for oid, _ in items]))))
            left -= fen
    return sale


@EXAMPLES
@given(sales(), st.data())
def test_any_order_and_any_repetition_end_the_same(sale: Sale, data: st.DataObject) -> None:
    pushes = told(sale)
    mixed = data.draw(st.permutations(pushes + data.draw(st.lists(st.sampled_from(pushes), max_size=6))))
    assert order_of(mixed) == order_of(pushes)


@EXAMPLES
@given(sales(), st.data())
def test_whatever_was_lost_a_last_look_brings_the_truth(sale: Sale, data: st.DataObject) -> None:
    pushes = told(sale)
    some = data.draw(st.lists(st.sampled_from(pushes), max_size=8))
    assert order_of(data.draw(st.permutations([*some, *last_look(sale)]))) == order_of([*pushes, *last_look(sale)])


@EXAMPLES
@given(sales(), st.data())
def test_it_never_goes_back(sale: Sale, data: st.DataObject) -> None:
    order: Order | None = None
    refunded = version = 0
    for push in data.draw(st.permutations(told(sale))):
        was = order
        order = apply(order, push)
        assert order.version >= version
        assert order.refunded_fen >= refunded
        assert was is None or was.paid_at is None or order.paid_at is not None
        refunded, version = order.refunded_fen, order.version


@EXAMPLES
@given(sales(), st.data())
def test_what_is_kept_adds_up(sale: Sale, data: st.DataObject) -> None:
    order = order_of(data.draw(st.permutations([*told(sale), *last_look(sale)])))
    kept = order.kept_items
    assert all(0 <= fen <= item.payment_fen for item, fen in kept)
    if order.paid_at and order.status != "TRADE_CLOSED":
        goods = sum(fen for _, fen in sale.items)
        over = order.refunded_fen - goods
        assert goods - order.refunded_fen <= sum(fen for _, fen in kept) <= goods
        if over >= sale.post_fen:
            assert sum(fen for _, fen in kept) == 0
    else:
        assert sum(fen for _, fen in kept) == 0


@EXAMPLES
@given(sales())
def test_nothing_is_missing_after_a_last_look(sale: Sale) -> None:
    missing = order_of(last_look(sale)).missing
    assert missing <= ({"refunds"} if sale.steps[-1][0] == "TRADE_CLOSED" else set())


def test_virtual_goods_are_paid_without_buyer_pay() -> None:
    sale = Sale(virtual=True).went("WAIT_BUYER_PAY", "TRADE_PAID", "WAIT_SELLER_SEND_GOODS", "TRADE_SUCCESS")
    pushes = told(sale)
    assert len(pushes) == 3
    assert order_of(pushes).payment_fen == 8900


def test_success_alone_is_not_paid_until_the_detail_tells_when() -> None:
    sale = Sale().went(*WAY)
    order = order_of(told(sale)[-1:])
    assert (order.status, order.paid_at) == ("TRADE_SUCCESS", None)
    assert set(order.missing) == {"detail", "pay_time"}
    order = apply(order, read_detail(sale.full()))
    assert (order.paid_at, order.missing) == (datetime(2024, 1, 1, 19, 5, 5, tzinfo=UTC), frozenset())


def test_a_time_of_payment_alone_is_not_paid() -> None:
    sale = Sale().went(*WAY[:2])
    push = read_detail(sale.full())
    assert order_of([replace(push, status="WAIT_BUYER_PAY")]).paid_at is None


def test_of_one_second_the_further_status_counts() -> None:
    sale = Sale().went(*WAY, seconds=0)
    pushes = told(sale)
    order = order_of([pushes[-1], *pushes])
    assert (order.status, order.detail and order.detail.rank) == ("TRADE_SUCCESS", 30)


def test_closed_is_the_end_but_refunds_still_count() -> None:
    sale = Sale().went("WAIT_BUYER_PAY", "TRADE_PAID", "TRADE_CLOSED")
    order = order_of(told(sale))
    late = replace(told(sale)[1], version=order.version + 9, status="TRADE_SUCCESS")
    order = apply(order, late)
    assert (order.status, set(order.missing)) == ("TRADE_CLOSED", {"refunds"})
    assert [fen for _, fen in order.kept_items] == [0]
    refund = Refund(state=DONE, version=1, amount_fen=8900, refund_id="R1")
    order = apply(order, Push(tid=sale.tid, refunds=(refund,)))
    assert (order.refunded_fen, order.missing) == (8900, frozenset())


def refunded(fen: int, *oids: str, name: str = "R1") -> Push:
    refund = Refund(state=DONE, version=1, amount_fen=fen, oids=oids, refund_id=name)
    return Push(tid=Sale().tid, refunds=(refund,))


def test_a_refund_is_taken_from_its_item_then_the_postage_then_the_others() -> None:
    sale = Sale(items=[("1", 5000), ("2", 3000), ("3", 1000)], post_fen=500).went(*WAY[:2])
    base = order_of(told(sale))

    def kept(*pushes: Push) -> list[int]:
        return [fen for _, fen in order_of([*told(sale), *pushes]).kept_items]

    assert [fen for _, fen in base.kept_items] == [5000, 3000, 1000]
    assert kept(refunded(2000, "2")) == [5000, 1000, 1000]
    assert kept(refunded(3400, "2")) == [5000, 0, 1000]
    assert kept(refunded(3500 + 600, "2")) == [4500, 0, 900]
    assert kept(refunded(900)) == [4500, 2700, 900]
    assert kept(refunded(1000, "1"), refunded(500, "1", name="R2"), refunded(1000, "1")) == [3500, 3000, 1000]


def test_postage_inside_the_items_payments_is_taken_out() -> None:
    sale = Sale(items=[("1", 5000), ("2", 5000)]).went(*WAY[:2])
    push = read_detail(sale.full())
    assert push.detail is not None
    push = replace(push, detail=replace(push.detail, post_fen=1000))
    assert [fen for _, fen in order_of([push]).kept_items] == [4500, 4500]


def test_a_refund_of_more_than_is_left_is_refused_whole() -> None:
    sale = Sale().went(*WAY[:2])
    order = order_of([*told(sale), refunded(8000)])
    with pytest.raises(Refused) as refusal:
        apply(order, refunded(901, name="R2"))
    assert refusal.value.code == "order.refund_too_large"
    assert apply(order, refunded(900, name="R2")).refunded_fen == 8900


def test_one_that_came_before_the_detail_is_found_out_by_it() -> None:
    order = order_of([refunded(9999), *told(Sale().went(*WAY[:2]))])
    assert (order.overdrawn, [fen for _, fen in order.kept_items]) == (True, [0])


def test_a_push_of_another_order_is_refused() -> None:
    with pytest.raises(Refused):
        apply(Order(tid="E1"), Push(tid="E2"))


def test_an_id_of_the_buyer_that_one_push_leaves_out_stays() -> None:
    def by(version: int, **known: str) -> Push:
        return Push(tid="E1", buyer=Buyer(**{name: Known(version, 20, value) for name, value in known.items()}))

    pushes = [by(3, openid="o"), by(1, phone="old"), by(2, phone="new")]
    buyer = order_of(pushes).buyer.hidden(lambda kind, value: f"{kind}:{value}")
    assert (buyer.phone and buyer.phone.value, buyer.openid and buyer.openid.value) == ("phone:new", "openid:o")
    assert "new" not in repr(order_of(pushes))
