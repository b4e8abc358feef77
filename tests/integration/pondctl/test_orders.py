"""Operators look an order up with its history, and see to what could not be taken."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.orders import reconciliation, store_marks
from support import market
from support.market import Post, stored
from support.shop import CREATED, Sale
from support.storefront import Storefront, open_shop, user

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def shop(unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[Storefront]:
    """The shop's API, and the queue that asks it later."""
    monkeypatch.setenv("POND_ORDER_QUEUE_URL", client("sqs").create_queue(QueueName=unique("orders"))["QueueUrl"])
    forget()
    with open_shop() as opened:
        yield opened
    monkeypatch.undo()
    forget()


def bought(now: datetime, *told: str, register: bool = True) -> tuple[market.Buyer, Sale]:
    mother = market.buyer(market.apply_programme(now), *told)
    if register:
        mother.register()
    sale = mother.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    for pushed in sale.pushes():
        Post(pushed).go()
    return mother, sale


def test_an_order_is_shown_with_its_history(run: Run, shop: Storefront, now: datetime) -> None:
    mother, sale = bought(now)
    Post(sale.refund_pushes("R1", 900, "")[3]).go()
    code, said = run("orders", "show", sale.tid)
    assert code == 0
    for part in (mother.member_id, mother.chat_id, "seat, rules 1", "89.00", "80.00", "earned", "clawed_back", "-0.90"):
        assert part in said, part
    for type_ in ("trade_TradeCreate", "trade_TradePaid", "trade_refund_RefundSuccess"):
        assert type_ in said
    assert not [raw for raw in (mother.mobile, mother.openid, mother.yz_open_id) if raw in said]


def test_an_order_nobody_heard_of_is_brought_from_the_shop(run: Run, shop: Storefront, now: datetime) -> None:
    mother = market.buyer(market.apply_programme(now))
    sale = mother.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    shop.sells(sale)
    code, said = run("orders", "show", sale.tid)
    assert (code, "pondctl orders look" in said) == (1, True)
    assert run("orders", "look", sale.tid) == (0, f"{sale.tid}: changed\n")
    assert run("orders", "show", sale.tid)[0] == 0


def test_what_is_parked_is_listed_taken_again_and_dismissed(run: Run, shop: Storefront, now: datetime) -> None:
    _, sale = bought(now)
    Post(sale.refund_pushes("R1", 9_999, "")[3]).go()
    code, said = run("orders", "parked")
    assert (code, sale.tid in said, "order.refund_too_large" in said) == (0, True, True)
    code, said = run("orders", "retry", sale.tid)
    assert (code, said) == (1, f"{sale.tid}: still parked: order.refund_too_large\n")
    assert run("orders", "dismiss", sale.tid) == (0, f"{sale.tid}: dismissed\n")
    assert run("orders", "retry", sale.tid) == (0, f"{sale.tid}: taken\n")
    assert run("orders", "retry", "E0")[0] == 1


def test_a_buyer_is_looked_for_again_here_and_at_the_shop(run: Run, shop: Storefront, now: datetime) -> None:
    mother, sale = bought(now, "yz_open_id", register=False)
    shop.sells(sale)
    assert run("orders", "rematch", sale.tid)[1].endswith(f"{sale.tid}: nobody known\n")
    mother.register()
    shop.users.append(user(sale, unionid=mother.unionid))
    assert run("orders", "rematch", sale.tid) == (0, f"{sale.tid}: {mother.member_id}\n")
    assert stored(sale).booked_fen == 890


def test_everything_is_compared_with_the_shop(run: Run, shop: Storefront, now: datetime) -> None:
    mother = market.buyer(market.apply_programme(now))
    sale = mother.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    shop.sells(sale)
    store_marks._Row(reconciliation.MARK, read_through=CREATED - timedelta(hours=1)).save()
    assert run("orders", "reconcile", at=CREATED + timedelta(hours=9)) == (0, "orders changed: 1\n")
    assert stored(sale).order.payment_fen == 8_900
