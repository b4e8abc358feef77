"""Many at once at one order: each write sees the one before, nothing is booked twice or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from pond.orders import intake, rematching, store_months
from pond.orders.store_months import MonthsRow
from support.market import Buyer, Post, assert_balanced, callback_id, entries, stored
from support.shop import WAY

pytestmark = pytest.mark.usefixtures("later", "dead")
Somebody = Callable[..., Buyer]


def at_once(posts: list[Post], now: datetime, *others: Callable[[], Any]) -> None:
    for post in posts:
        post.knock()
    works: list[Callable[[], Any]] = [partial(intake.take, callback_id(post.body), now) for post in posts]
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for work in [*works, *others]]:
            done.result()


def test_two_pushes_of_one_order_at_once(somebody: Somebody, now: datetime) -> None:
    mother = somebody()
    mother.register()
    for _ in range(5):
        sale = mother.buys(5_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
        Post(sale.pushes()[-1]).go()
        refunds = [Post(sale.refund_pushes(name, 1_000, "")[3]) for name in ("R1", "R2")]
        at_once(refunds, now)
        assert_balanced(sale)
        assert sorted(one.amount_fen for one in entries(sale)) == [-100, -100, 500]
        assert stored(sale).order.refunded_fen == 2_000


def test_the_whole_life_of_an_order_at_once_while_its_buyer_registers(somebody: Somebody, now: datetime) -> None:
    mother = somebody()
    sale = mother.buys(5_000, 3_000).went(*WAY)
    sale.refunds.append(("R1", 3_000, sale.items[1][0]))

    def registers() -> None:
        mother.register()
        rematching.member_known(mother.member_id, now)

    at_once([Post(pushed) for pushed in sale.pushes()] * 2, now, registers)
    assert_balanced(sale)
    assert stored(sale).member_id == mother.member_id
    assert stored(sale).booked_fen == 500


def test_a_month_that_is_drafted_meanwhile_takes_no_entry(
    somebody: Somebody, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mother = somebody()
    mother.register()
    sale = mother.buys(5_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    read, drafted = store_months.drafted_through, False

    def drafting() -> str:
        nonlocal drafted
        before = read()
        if not drafted:  # between our reading and our writing
            drafted = True
            MonthsRow(store_months.BOOK).update([MonthsRow.drafted_through.set("2026-11")])
        return before

    monkeypatch.setattr(store_months, "drafted_through", drafting)
    try:
        Post(sale.pushes()[-1]).go()
        assert [(one.month, one.amount_fen) for one in entries(sale)] == [("2026-12", 500)]
        Post(sale.refund_pushes("R1", 5_000, "")[3]).go()
        assert [(one.month, one.amount_fen) for one in entries(sale)] == [("2026-12", 500), ("2026-12", -500)]
        assert_balanced(sale)
    finally:
        MonthsRow(store_months.BOOK).delete()
