"""What no push told is asked of the shop: late, with its waits, and taken as a push is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.orders import lookups, nightly, reconciliation, store_marks
from pond.orders.model_stored import SHOP
from support.market import Buyer, Post, assert_balanced, entries, stored, work
from support.shop import CREATED, WAY, Sale
from support.storefront import Storefront, user

pytestmark = pytest.mark.usefixtures("dead")
Somebody = Callable[..., Buyer]
BUSY = {"gw_err_resp": {"err_code": 4101, "err_msg": "too frequent", "trace_id": "t"}}
ABSENT = {"code": 5000, "success": False, "data": {}, "message": "trade not found"}


def thin(somebody: Somebody) -> tuple[Sale, Post]:
    mother = somebody()
    mother.register()
    sale = mother.buys(4_000).went(*WAY)
    return sale, Post(sale.pushes()[-1])


def test_a_thin_push_has_the_detail_asked_for_half_a_minute_later(
    somebody: Somebody, shop: Storefront, later: Any
) -> None:
    sale, post = thin(somebody)
    shop.sells(sale)
    post.go()
    assert (stored(sale).to_ask, stored(sale).order.paid_at) == (("detail", "pay_time"), None)
    [(delay, message)] = later
    assert (message["detail-type"], message["detail"]) == ("order.due", {"tid": sale.tid, "attempt": 1})
    assert delay >= 30
    assert shop.calls == []
    work(later.take())
    assert shop.calls == ["youzan.trade.get"]
    assert (stored(sale).to_ask, [one.amount_fen for one in entries(sale)]) == ((), [400])
    work([message])
    assert shop.calls == ["youzan.trade.get"]


def test_one_question_for_many_thin_pushes_and_none_is_lost_to_a_repetition(
    somebody: Somebody, shop: Storefront, later: Any
) -> None:
    sale, post = thin(somebody)
    Post(sale.pushes()[-2]).go()
    post.go()
    assert len(later) == 1
    post.work()
    assert len(later) == 2


def test_a_busy_shop_is_asked_again_by_the_documented_waits_and_then_no_more(
    somebody: Somebody, shop: Storefront, later: Any
) -> None:
    sale, post = thin(somebody)
    shop.sells(sale)
    shop.answers.extend([BUSY] * 6)
    post.go()
    delays: list[int] = []
    while later:
        delays.append(later[0][0])
        work(later.take())
    assert delays == [35, 3, 6, 12, 24, 48]
    assert stored(sale).to_ask
    lookups.plan_missing()
    assert sale.tid in {message["detail"]["tid"] for _, message in later}
    work(message for message in later.take() if message["detail"]["tid"] == sale.tid)
    assert not stored(sale).to_ask


def test_a_detail_that_lags_is_asked_for_again_after_its_lag(somebody: Somebody, shop: Storefront, later: Any) -> None:
    sale, post = thin(somebody)
    post.go()
    work(later.take())
    assert [delay for delay, _ in later] == [35]
    shop.sells(sale)
    work(later.take())
    assert not stored(sale).to_ask


def test_an_order_that_the_shop_never_shows_is_parked(
    somebody: Somebody, shop: Storefront, later: Any, now: datetime
) -> None:
    sale, post = thin(somebody)
    post.go()
    assert lookups.look(sale.tid, now + timedelta(days=1)) == "later"
    assert lookups.look(sale.tid, now + timedelta(days=8)) == "parked"
    row = stored(sale)
    assert (row.parked_reason, row.parked[0].source, row.to_ask) == ("order.not_found", SHOP, ())


def test_a_detail_in_another_currency_is_parked_and_asked_for_no_more(
    somebody: Somebody, shop: Storefront, later: Any
) -> None:
    sale, post = thin(somebody)
    detail = sale.shown()
    detail["full_order_info"]["pay_info"]["currency"] = "USD"
    shop.answers.append({"code": 200, "success": True, "data": detail})
    post.go()
    work(later.take())
    row = stored(sale)
    assert (row.parked_reason, row.order.detail, row.to_ask) == ("order.currency", None, ())


def test_reconciliation_finds_what_no_push_brought(somebody: Somebody, shop: Storefront, later: Any) -> None:
    mother = somebody()
    mother.register()
    lost = mother.buys(5_000).went("WAIT_BUYER_PAY", "TRADE_PAID", "WAIT_SELLER_SEND_GOODS")
    half = mother.buys(6_000, 4_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    Post(half.pushes()[-1]).go()
    half.refunds += [("R1" + half.tid, 1_000, half.items[0][0]), ("R2" + half.tid, 500, half.items[1][0])]
    shop.sells(lost, half)
    store_marks._Row(reconciliation.MARK, read_through=CREATED - timedelta(hours=1)).save()
    at = CREATED + timedelta(hours=12)
    changed, more = 0, True
    while more:
        some, more = reconciliation.reconcile(at)
        changed += some
    assert changed == 2
    assert [one.amount_fen for one in entries(lost)] == [500]
    assert [one.amount_fen for one in entries(half)] == [1_000, -150]
    assert reconciliation.reconcile(at) == (0, False)
    assert store_marks.read(reconciliation.MARK) == at - reconciliation.LAG
    for sale in (lost, half):
        assert_balanced(sale)


def test_a_busy_shop_ends_a_slice_and_the_mark_stays(
    somebody: Somebody, shop: Storefront, later: Any, now: datetime
) -> None:
    store_marks._Row(reconciliation.MARK, read_through=now - timedelta(hours=2)).save()
    nightly.plan(now)
    shop.answers.append(BUSY)
    messages = later.take()
    assert [one["detail-type"] for one in messages] == ["orders.reconcile", "orders.missing", "orders.unmatched"]
    work(messages[:1])
    assert store_marks.read(reconciliation.MARK) == now - timedelta(hours=2)
    [(delay, again)] = later
    assert (delay, again["detail"]) == (3, {"attempt": 2})
    work(later.take())
    assert (store_marks.read(reconciliation.MARK), later) == (now - reconciliation.LAG, [])


def test_who_the_shop_knows_better_is_found_by_asking_it(somebody: Somebody, shop: Storefront, later: Any) -> None:
    mother = somebody("yz_open_id")
    mother.register()
    sale = mother.buys(7_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    shop.sells(sale)
    shop.users.append(user(sale, unionid=mother.unionid))
    Post(sale.pushes()[-1]).go()
    assert (stored(sale).member_id, stored(sale).to_ask) == (None, ("buyer",))
    work(later.take())
    assert shop.calls == ["youzan.trade.get", "youzan.users.info.query"]
    assert (stored(sale).member_id, stored(sale).to_ask) == (mother.member_id, ())
    assert [one.amount_fen for one in entries(sale)] == [700]
