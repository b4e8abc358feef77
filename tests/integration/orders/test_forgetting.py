"""Whoever is forgotten is in none of their orders any more; what was paid and booked stays to the fen."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pond.kernel.ids import pseudonym
from pond.orders import forgetting
from support.market import Buyer, Post, assert_balanced, entries, raw_row, stored

pytestmark = pytest.mark.usefixtures("dead")


def test_an_order_stays_without_its_buyer_also_when_more_of_it_comes(
    somebody: Callable[..., Buyer], later: Any, now: datetime
) -> None:
    mother, other = somebody(), somebody()
    kept = other.buys(1_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    sale = mother.buys(8_000, 2_000).went("WAIT_BUYER_PAY", "TRADE_PAID", "WAIT_SELLER_SEND_GOODS")
    for one in (mother, other):
        one.register()
    for pushed in (sale.pushes()[1], kept.pushes()[1]):
        Post(pushed).go()
    assert forgetting.sweep({mother.member_id}, now) == {"orders": 1}
    assert forgetting.sweep({mother.member_id}, now) == {"orders": 0}
    for pushed in (sale.pushes()[2], sale.refund_pushes("R1", 2_000, "")[3]):
        Post(pushed).go()
    row = stored(sale)
    ids = [mother.member_id, pseudonym("openid", mother.openid), pseudonym("phone", f"+86{mother.mobile}")]
    ids.append(pseudonym("yz_open_id", mother.yz_open_id))
    assert [one for one in ids if one in str(raw_row(sale.tid))] == []
    assert row.attribution is not None
    assert (row.attribution.chat_id, row.unmatched, row.to_ask) == (mother.chat_id, False, ())
    assert [one.amount_fen for one in entries(sale)] == [1_000, -200]
    assert_balanced(sale)
    assert stored(kept).member_id == other.member_id
