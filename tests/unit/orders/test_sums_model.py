"""What an order adds to the sums: as much as was paid, less what went back, on the right days, for all whom it
counts for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pond.kernel.clock import china_day
from pond.orders.model_attribution import Attribution
from pond.orders.model_order import CLOSED, DONE, Order, Push, Refund, apply
from pond.orders.model_sums import (
    ALL,
    NOTHING,
    Contribution,
    Figures,
    Slot,
    add_up,
    contribution,
    difference,
    read,
    sum_id,
    write,
)
from support.selling import FENS, sold

COUNTS_FOR = Attribution(
    programme_id="mothers",
    chat_id="wrDEMO1",
    volunteer_id="v1",
    channel_id="douyin",
    earner_id="d1",
    earner_role="distributor",
    referral_id=None,
    rules_version=1,
    reason="distributor",
)
BACK = st.tuples(st.integers(0, 40_000), st.integers(0, 5), st.integers(0, 4))  # fen, days after, which item
WHOSE = [ALL, "programme~mothers", "channel~douyin", "group~wrDEMO1", "volunteer~v1", "earner~d1"]


def refunded(order: Order, name: str, fen: int, day: int, *oids: str) -> Order:
    assert order.paid_at
    version = int((order.paid_at + timedelta(days=day)).timestamp())
    done = Refund(state=DONE, version=version, amount_fen=fen, oids=oids, refund_id=name)
    return apply(order, Push(tid=order.tid, refunds=(done,)))


def adds(order: Order, attribution: Attribution | None = COUNTS_FOR, member_id: str | None = "m1") -> Contribution:
    return contribution(order, attribution, member_id, china_day)


def of(counted: Contribution, name: str) -> Figures:
    return sum((figures for slot, figures in counted.items() if slot.sum_id == name and not slot.buyer), NOTHING)


def test_an_order_is_counted_once_for_each_whom_it_counts_for() -> None:
    counted = adds(sold([1_000]))
    assert {slot.sum_id for slot in counted} == {*WHOSE, "product~1"}
    assert [of(counted, name).revenue_fen for name in WHOSE] == [1_700] * 6
    assert of(counted, "product~1") == Figures(orders=1, revenue_fen=1_000)
    buyers = {slot.buyer for slot in counted if slot.buyer}
    assert buyers == {"m1"}


def test_a_refund_counts_on_its_day_and_comes_back_on_the_day_of_payment() -> None:
    order = refunded(refunded(sold([1_000]), "R1", 400, 0), "R2", 300, 3)
    assert order.paid_at
    paid_on = china_day(order.paid_at)
    days = {slot.day: figures for slot, figures in adds(order).items() if slot.sum_id == ALL and not slot.buyer}
    assert days == {
        paid_on.isoformat(): Figures(orders=1, revenue_fen=1_700, refunds_fen=400, returned_fen=700),
        (paid_on + timedelta(days=3)).isoformat(): Figures(refunds_fen=300),
    }


def test_what_is_not_paid_or_known_adds_nothing() -> None:
    order = sold([1_000])
    assert adds(replace(order, paid_at=None)) == adds(replace(order, detail=None)) == {}


def test_an_order_of_nobody_known_is_counted_with_everything() -> None:
    counted = adds(sold([1_000]), None, None)
    assert {slot.sum_id for slot in counted} == {ALL, "product~1"}
    assert of(counted, ALL).orders == 1
    (buyer,) = {slot.buyer for slot in counted if slot.buyer}
    assert buyer == "demoYzOpenId000001"  # in tables a pseudonym


def test_a_version_beyond_all_time_is_a_day_all_the_same() -> None:
    order = sold([1_000])
    huge = Refund(state=DONE, version=10**15, amount_fen=10, refund_id="R1")
    counted = adds(apply(order, Push(tid=order.tid, refunds=(huge,))))
    assert of(counted, ALL).refunds_fen == 10
    assert max(date.fromisoformat(slot.day) for slot in counted) == date(2100, 1, 1)


@settings(max_examples=80, deadline=None)
@given(
    FENS, st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 5), st.integers(0, 4)), max_size=5), st.booleans()
)
def test_figures_agree_with_what_the_order_keeps(
    fens: list[int], backs: list[tuple[int, int, int]], closed: bool
) -> None:
    order, before = sold(fens), adds(sold(fens))
    for number, (fen, day, item) in enumerate(backs):
        left = order.payment_fen - order.refunded_fen
        oids = (f"279000000000000000{item}",) if item < len(fens) else ()
        order = refunded(order, f"R{number}", min(fen, left), day, *oids)
    if closed:
        order = apply(order, Push(tid=order.tid, version=order.version + 200_000, status=CLOSED))
    counted = adds(order)
    kept = 0 if closed else order.payment_fen - order.refunded_fen
    for name in WHOSE:
        found = of(counted, name)
        assert (found.orders, found.revenue_fen) == (1, order.payment_fen)
        assert found.refunds_fen == found.returned_fen == order.payment_fen - kept
    goods = {one.item_id: 0 for one, _ in order.kept_items}
    for kept_item, fen in order.kept_items:
        goods[kept_item.item_id] += fen
    for item_id, fen in goods.items():
        found = of(counted, sum_id("product", item_id))
        assert found.refunds_fen == found.returned_fen == found.revenue_fen - fen
    assert read(write(counted)) == counted
    assert add_up([before, difference(before, counted)]) == add_up([counted])
    assert difference(counted, counted) == {}


def test_sums_are_what_contributions_add_up_to() -> None:
    one, other = adds(sold([1_000], "E1")), adds(sold([500], "E2"), member_id="m2")
    total = add_up([one, other])
    day = china_day(datetime(2024, 1, 1, 19, 5, 5, tzinfo=UTC)).isoformat()
    assert total[Slot(ALL, day)] == Figures(orders=2, revenue_fen=2_900)
    assert total[Slot(ALL, day, "m1")] == total[Slot(ALL, day, "m2")] == Figures(orders=1)
