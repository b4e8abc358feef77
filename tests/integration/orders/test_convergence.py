"""Whatever becomes of pushes, messages and events - lost, repeated, in any sequence - the ledger balances after each;
and once the night has compared, every order is what the shop truly has of it, and counts for whom it should.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.orders import lookups, reconciliation, rematching, store_marks, store_orders
from pond.orders.model_order import Order, Push, apply
from pond.orders.model_pushes import read_detail, read_refund
from support import market
from support.budgets import examples
from support.lives import lives
from support.market import Post, assert_balanced, entries, stored
from support.shop import CREATED, Sale
from support.storefront import Storefront, user

NIGHT = CREATED + timedelta(hours=4)


def truth(sale: Sale) -> Order:
    """The order as the shop has it."""
    looks: list[Push] = [read_detail(sale.shown()), *(read_refund(sale.refund_detail(*one)) for one in sale.refunds)]
    order: Order | None = None
    for look in looks:
        order = apply(order, look)
    assert order is not None
    return order


def tenth(fen: int) -> int:
    """A tenth, half a fen rounded up."""
    return (fen + 5) // 10


def night(sales: list[Sale]) -> None:
    """What the caretaker has done by night, for these orders alone: other tests leave theirs."""
    ours, listed = {sale.tid for sale in sales}, store_orders.listed
    store_marks._Row(reconciliation.MARK, read_through=CREATED - timedelta(hours=1)).save()
    with patch.object(store_orders, "listed", lambda name: [tid for tid in listed(name) if tid in ours]):
        while reconciliation.reconcile(NIGHT)[1]:
            pass
        reconciliation.look_for_buyers({"tids": sorted(ours)}, NIGHT)
        lookups.plan_missing()


def test_the_last_truth_is_reached_and_the_ledger_balances_all_the_way(
    programme_id: str, shop: Storefront, later: Any, dead: Any
) -> None:
    @settings(
        max_examples=examples(20),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.data())
    def converges(data: st.DataObject) -> None:
        told = data.draw(st.sampled_from([("yz_open_id", "outer_user_id", "buyer_phone"), ("yz_open_id",), ()]))
        mother = market.buyer(programme_id, *told) if told else market.buyer(programme_id, "buyer_phone")
        sales = data.draw(st.lists(lives(mother), min_size=1, max_size=2))
        shop.sales.clear()
        shop.users[:] = [user(sales[0], unionid=mother.unionid)] if "yz_open_id" in mother.told else []
        shop.sells(*sales)
        posts = [Post(pushed) for sale in sales for pushed in sale.pushes()]
        kept = data.draw(st.lists(st.sampled_from(posts), max_size=2 * len(posts)))
        steps: list[Callable[[], object]] = [post.go for post in kept]
        steps += [lambda: market.work(later.take())] * data.draw(st.integers(0, 2))
        steps += [lambda: rematching.member_known(mother.member_id, CREATED)] * data.draw(st.integers(0, 1))
        registers = data.draw(st.sampled_from(["first", "among", "last"]))
        if registers == "among":
            steps.append(mother.register)
        steps = data.draw(st.permutations(steps))
        if registers == "first":
            mother.register()
        for step in steps:
            step()
            for sale in sales:
                assert_balanced(sale)
        if registers == "last":
            mother.register()
        later.clear()
        night(sales)
        market.work(later.take())
        for sale in sales:
            assert_balanced(sale)
            _is_true(sale, mother)

    converges()
    assert dead.take() == []


def _is_true(sale: Sale, mother: market.Buyer) -> None:
    row, wanted = stored(sale), truth(sale)
    order = row.order
    assert (order.status, order.paid_at, order.detail and order.detail.items) == (
        wanted.status,
        wanted.paid_at,
        wanted.detail and wanted.detail.items,
    )
    assert (order.payment_fen, order.refunded_fen, order.kept_items) == (
        wanted.payment_fen,
        wanted.refunded_fen,
        wanted.kept_items,
    )
    assert (row.to_ask, row.parked) == ((), ())
    if order.paid_at is None:
        assert (row.member_id, row.attribution, entries(sale)) == (None, None, [])
        return
    assert row.attribution is not None
    assert (row.member_id, row.attribution.chat_id) == (mother.member_id, mother.chat_id)
    assert row.booked_fen == tenth(sum(fen for _, fen in wanted.kept_items))
