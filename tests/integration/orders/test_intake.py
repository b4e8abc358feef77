"""From the shop's push to the booked commission."""

from collections.abc import Callable
from datetime import datetime

import pytest

from pond.orders import parking
from pond.orders.model_stored import SHOP
from support.market import Buyer, Post, assert_balanced, entries, raw_row, stored
from support.storefront import Storefront

pytestmark = pytest.mark.usefixtures("later", "dead")
Somebody = Callable[..., Buyer]


def test_an_order_is_booked_and_partly_taken_back(somebody: Somebody) -> None:
    mother = somebody()
    mother.register()
    sale = mother.buys(8_900, 1_100, post_fen=800).went("WAIT_BUYER_PAY", "TRADE_PAID", "WAIT_SELLER_SEND_GOODS")
    for pushed in sale.pushes():
        Post(pushed).go()
        assert_balanced(sale)
    row = stored(sale)
    assert row.member_id == mother.member_id
    assert row.attribution is not None
    assert (row.attribution.chat_id, row.attribution.channel_id) == (mother.chat_id, "poster")
    assert (row.attribution.reason, row.attribution.rules_version) == ("seat", 1)
    assert [one.amount_fen for one in entries(sale)] == [1_000]
    for pushed in sale.refund_pushes("R1", 1_100, sale.items[1][0]):
        Post(pushed).go()
        assert_balanced(sale)
    assert [(one.kind, one.amount_fen) for one in entries(sale)] == [("earned", 1_000), ("clawed_back", -110)]
    assert (stored(sale).booked_fen, stored(sale).booked_count) == (890, 2)


def test_nothing_of_the_buyer_stands_in_the_row(somebody: Somebody) -> None:
    mother = somebody()
    sale = mother.buys().went("WAIT_BUYER_PAY", "TRADE_PAID")
    for pushed in sale.pushes():
        Post(pushed).go()
    row = str(raw_row(sale.tid))
    assert not [raw for raw in (mother.openid, mother.mobile, mother.yz_open_id) if raw in row]


def test_a_refund_of_more_than_is_left_is_parked_and_the_rest_goes_on(somebody: Somebody, now: datetime) -> None:
    mother = somebody()
    mother.register()
    sale = mother.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    for pushed in sale.pushes():
        Post(pushed).go()
    too_much = Post(sale.refund_pushes("R1", 9_000, "")[3])
    too_much.go()
    too_much.work()
    row = stored(sale)
    assert (row.parked_reason, len(row.parked), row.order.refunds) == ("order.refund_too_large", 1, ())
    assert [one.tid for one in parking.listed() if one.tid == sale.tid] == [sale.tid]
    Post(sale.refund_pushes("R2", 900, "")[3]).go()
    assert [one.amount_fen for one in entries(sale)] == [890, -90]
    assert parking.retry(sale.tid, now).reason == "order.refund_too_large"
    parking.dismiss(sale.tid, now)
    assert stored(sale).parked == ()
    assert_balanced(sale)


def test_what_makes_no_sense_is_parked_until_the_shop_shows_it_right(
    somebody: Somebody, shop: Storefront, now: datetime
) -> None:
    mother = somebody()
    mother.register()
    sale = mother.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    shop.sells(sale)
    wrong = sale.pushes()[-1]
    wrong.msg["full_order_info"]["pay_info"]["payment"] = "-89.00"
    Post(wrong).go()
    row = stored(sale)
    assert (row.parked_reason, row.order.detail, row.member_id) == ("order.amount", None, None)
    retried = parking.retry(sale.tid, now)
    assert retried.reason == "order.amount"
    assert SHOP not in retried.outcomes
    Post(sale.pushes()[0]).go()
    assert stored(sale).order.detail is not None
    parking.dismiss(sale.tid, now)
    assert stored(sale).parked_reason == ""
