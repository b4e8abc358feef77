"""What real pushes look like (captures' peculiarities, invented values), and what each says of an order."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from pond.kernel.errors import Refused
from pond.orders.model_order import AGREED, ASKED, DONE, WITHDRAWN, Push, apply
from pond.orders.model_pushes import read_detail, read_push, read_refund
from support.shop import WAY, Pushed, Sale

PAID_AT = datetime(2024, 1, 1, 19, 5, 5, tzinfo=UTC)


def read(pushed: Pushed) -> Push:
    push = read_push(*pushed.read)
    assert push is not None
    return push


@pytest.fixture
def sale() -> Sale:
    return Sale().went(*WAY)


def test_a_full_push_says_all(sale: Sale) -> None:
    push = read(sale.pushes()[1])
    assert (push.tid, push.status, push.version) == (sale.tid, "TRADE_PAID", int(PAID_AT.timestamp()))
    assert push.pay_time == PAID_AT
    assert push.detail is not None
    assert (push.detail.payment_fen, push.detail.post_fen) == (8900, 0)
    (item,) = push.detail.items
    assert (item.oid, item.item_id, item.payment_fen) == ("2790000000000000001", "1", 8900)
    assert push.buyer.phone is not None
    assert push.buyer.phone.value == "+8613800000000"


def test_a_detail_says_what_the_push_of_its_version_says(sale: Sale) -> None:
    assert read_detail(sale.full(1)) == read(sale.pushes()[1])


def test_empty_times_are_none(sale: Sale) -> None:
    assert read(sale.pushes()[0]).pay_time is None


def test_a_parcel_of_a_single_item_has_no_status_and_claims_no_more_than_paid(sale: Sale) -> None:
    parcel = sale.pushes()[3]
    assert (parcel.type, parcel.status) == ("trade_TradePartlySellerShip", "")
    assert read(parcel).status == "WAIT_SELLER_SEND_GOODS"


@pytest.mark.parametrize("phone", ["", None, "$ciphertext==$1$", "021-5555555", "12345", 13800000000.5])
def test_a_phone_that_is_none_is_left_out(sale: Sale, phone: object) -> None:
    sale.buyer["buyer_phone"] = phone
    assert read_detail(sale.full()).buyer.phone is None


def test_a_buyer_may_be_unknown_in_part_or_whole(sale: Sale) -> None:
    sale.buyer = {"outer_user_id": "", "yz_open_id": "demoYzOpenId000001"}
    buyer = read_detail(sale.full()).buyer
    assert buyer.openid is None
    assert buyer.yz_open_id is not None
    data = sale.full()
    del data["full_order_info"]["buyer_info"]
    assert read_detail(data).buyer.yz_open_id is None


def test_an_old_replay_and_an_unknown_status_say_nothing_new(sale: Sale) -> None:
    order = None
    for pushed in sale.pushes():
        order = apply(order, read(pushed))
    for pushed in sale.pushes():
        assert apply(order, read(pushed)) == order
    memo = Pushed("trade_TradeMemoModified", sale.tid, "SOMETHING_NEW", 1704135900, {"tid": sale.tid})
    assert apply(order, read(memo)) == order


@pytest.mark.parametrize(
    "type_", ["SCRM_CUSTOMER_EVENT", "POINTS", "trade_refund_New", "youzan_trade_MessagesTheChangeAddressesByBuyer"]
)
def test_other_pushes_say_nothing_of_orders(type_: str) -> None:
    assert read_push(type_, "77", "", 0, {"tid": "E1"}) is None


REFUND = {"tid": "E1", "oids": "1,2", "refund_id": "R1", "refunded_fee": "5.00", "update_time": "2024-01-02 03:04:05"}


@pytest.mark.parametrize(
    ("type_", "kind", "state"),
    [
        ("trade_refund_BuyerCreated", "REFUND_ONLY", ASKED),
        ("trade_refund_RefundSellerAgree", "REFUND_ONLY", DONE),
        ("trade_refund_RefundSellerAgree", "REFUND_AND_RETURN", AGREED),
        ("trade_refund_RefundSuccess", "REFUND_AND_RETURN", DONE),
        ("trade_refund_RefundClosed", "REFUND_AND_RETURN", WITHDRAWN),
        ("trade_refund_SysRefund", "", DONE),
        ("youzan_trade_RefundCreated", "REFUND_ONLY", ASKED),
        ("youzan_trade_RefundSellerAgree", "REFUND_ONLY", DONE),
        ("youzan_trade_RefundSuccess", "REFUND_AND_RETURN", DONE),
        ("youzan_trade_RefundClosed", "REFUND_ONLY", WITHDRAWN),
    ],
)
def test_both_sets_of_refund_messages(type_: str, kind: str, state: int) -> None:
    for version in (1704135845, 1704135845678):
        push = read_push(type_, "E1", "", version, REFUND | {"refund_type": kind})
        assert push is not None
        (refund,) = push.refunds
        assert (refund.state, refund.amount_fen, refund.oids) == (state, 500, ("1", "2"))
        assert refund.version == 1704135845
        assert push.status == ""


def test_an_exchange_gives_no_money_back() -> None:
    msg = REFUND | {"refund_type": "EXCHANGE_GOODS_FLOW"}
    push = read_push("youzan_trade_RefundSuccess", "E1", "", 1, msg)
    assert push is not None
    assert push.refunds[0].amount_fen == 0


def test_a_refund_as_the_shop_shows_it() -> None:
    shown = {"tid": "E1", "oid": "2790000000000000001", "refund_id": "R1", "refund_fee": "5.00", "demand": 1}
    (refund,) = read_refund(shown | {"status": "SUCCESS", "version": 1704135845678}).refunds
    assert (refund.state, refund.amount_fen, refund.oids) == (DONE, 500, ("2790000000000000001",))
    assert refund == read_push_refund()
    with pytest.raises(Refused):
        read_refund(shown | {"status": "NEW"})


def read_push_refund() -> object:
    msg = REFUND | {"oids": "2790000000000000001"}
    push = read_push("trade_refund_RefundSuccess", "E1", "", 0, msg | {"version": 1704135845000})
    assert push is not None
    return push.refunds[0]


def broken(path: str, value: object) -> dict[str, Any]:
    data = deepcopy(Sale().went(*WAY).full())
    *parents, last = path.split(".")
    part: Any = data["full_order_info"]
    for name in parents:
        part = part[int(name)] if name.isdecimal() else part[name]
    part[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("pay_info.payment", "-1.00", "order.amount"),
        ("pay_info.payment", "99999999.00", "order.amount"),
        ("pay_info.payment", None, "order.amount"),
        ("pay_info.post_fee", "90.00", "order.amount"),
        ("orders.0.payment", "free", "order.amount"),
        ("pay_info.currency", "USD", "order.currency"),
        ("order_info.pay_time", "yesterday", "order.unreadable"),
        ("order_info.refund_state", "some", "order.unreadable"),
        ("order_info.tid", None, "order.unreadable"),
        ("order_info", [], "order.unreadable"),
        ("orders", [], "order.unreadable"),
        ("orders", ["x"], "order.unreadable"),
        ("orders.0.oid", "", "order.unreadable"),
    ],
)
def test_what_makes_no_sense_is_refused(path: str, value: object, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_detail(broken(path, value))
    assert refused.value.code == code


def test_an_envelope_of_another_order_is_refused(sale: Sale) -> None:
    with pytest.raises(Refused) as refused:
        read_push("trade_TradePaid", "E9", "TRADE_PAID", 1, sale.full())
    assert refused.value.code == "order.other"


def test_refunds_without_what_makes_them_one_are_refused() -> None:
    for change in ({"refund_id": ""}, {"tid": None}, {"refunded_fee": "-5.00"}):
        with pytest.raises(Refused):
            read_push("trade_refund_SysRefund", "E1", "", 1, REFUND | change)
