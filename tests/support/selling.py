"""Paid orders, their refunds and who earns on them, for tests of the ledger."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from pond.orders.model_ledger import Terms
from pond.orders.model_order import DONE, Order, Push, Refund, apply
from pond.orders.model_pushes import read_detail
from support.shop import Sale

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FENS = st.lists(st.integers(0, 30_000), min_size=1, max_size=4)
POINTS = st.sampled_from([0, 1, 150, 333, 1_500, 10_000])


def sold(fens: list[int], tid: str = "E20240102030405000000002") -> Order:
    items = [(f"279000000000000000{number}", fen) for number, fen in enumerate(fens)]
    sale = Sale(tid=tid, items=items, post_fen=700).went("WAIT_BUYER_PAY", "TRADE_PAID")
    return apply(None, read_detail(sale.full()))


def refund(order: Order, name: str, fen: int, *oids: str) -> Order:
    done = Refund(state=DONE, version=1, amount_fen=fen, oids=oids, refund_id=name)
    return apply(order, Push(tid=order.tid, refunds=(done,)))


def terms(order: Order, *points: int) -> Terms:
    return Terms(
        person_id="v1",
        role="volunteer",
        points=tuple((item.oid, some) for (item, _), some in zip(order.kept_items, points, strict=True)),
    )
