"""Reads Youzan's messages and details into what they say of an order.

What always holds: what is not there is not made up: a missing or unknown status says nothing, an empty time is no
time. What is there and makes no sense is refused with its reason. Youzan's times are China times without a zone.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from pond.kernel.errors import Refused
from pond.orders.model_money import read_yuan
from pond.orders.model_order import (
    AGREED,
    ASKED,
    DONE,
    RANKS,
    WITHDRAWN,
    Buyer,
    Detail,
    Item,
    Known,
    Push,
    Refund,
)

_CHINA = timezone(timedelta(hours=8))
_MILLISECONDS_FROM = 10**11  # as seconds this would be the year 5138
_STATUS_BY_TYPE = {
    "trade_TradeCreate": "WAIT_BUYER_PAY",
    "trade_TradePaid": "TRADE_PAID",
    "trade_TradeBuyerPay": "WAIT_SELLER_SEND_GOODS",
    "trade_TradePartlySellerShip": "WAIT_SELLER_SEND_GOODS",  # also of a single item, which SellerShip then follows
    "trade_TradeSellerShip": "WAIT_BUYER_CONFIRM_GOODS",
    "trade_TradeSuccess": "TRADE_SUCCESS",
    "trade_TradeClose": "TRADE_CLOSED",
}
_REFUND_TYPE = re.compile(r"(?:trade_refund_|youzan_trade_)(BuyerCreated|Refund[A-Z]\w+|SysRefund)")
_REFUND_STATE_BY_KIND = {
    "BuyerCreated": ASKED,
    "RefundCreated": ASKED,
    "RefundSellerAgree": AGREED,
    "RefundClosed": WITHDRAWN,
    "RefundSuccess": DONE,
    "SysRefund": DONE,
}
_REFUND_STATE_BY_STATUS = {
    "WAIT_SELLER_AGREE": ASKED,
    "SELLER_REFUSE_BUYER": ASKED,
    "WAIT_BUYER_RETURN_GOODS": AGREED,
    "WAIT_SELLER_CONFIRM_GOODS": AGREED,
    "SELLER_REFUSE_BUYER_RETURN_GOODS": AGREED,
    "CLOSED": WITHDRAWN,
    "SUCCESS": DONE,
}
_OID = re.compile(r"[0-9]+")
_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


def read_push(type_: str, id_: str, status: str, version: int, msg: Mapping[str, Any]) -> Push | None:
    """What a push says; None when its type is none of orders (it is kept all the same, by whoever received it).

    Raises:
        Refused: `order.unreadable`, `order.amount`, `order.currency`, `order.other`.
    """
    if found := _REFUND_TYPE.fullmatch(type_):
        state = _REFUND_STATE_BY_KIND.get(found[1])
        return None if state is None else _refund_push(msg, state, version)
    if type_.startswith("trade_refund_") or not (type_.startswith("trade_") or "full_order_info" in msg):
        return None
    said = max(_known_status(status), _STATUS_BY_TYPE.get(type_, ""), key=RANKS.__getitem__)
    if "full_order_info" in msg:
        push = _full(msg, said, version)
    else:
        stamp = _seconds(version) or _epoch(_time(msg, "update_time"))
        push = Push(tid=_tid(msg.get("tid") or id_), version=stamp, status=said)
    if id_ and push.tid != id_:
        raise Refused("order.other", "the envelope names another order")
    return push


def read_detail(data: Mapping[str, Any]) -> Push:
    """What `youzan.trade.get` or a row of `youzan.trades.sold.get` says.

    Raises:
        Refused: as `read_push` does.
    """
    return _full(data, "", 0)


def read_refund(data: Mapping[str, Any]) -> Push:
    """What `youzan.trade.refund.get` says.

    Raises:
        Refused: as `read_push` does.
    """
    state = _REFUND_STATE_BY_STATUS.get(str(data.get("status")))
    if state is None:
        raise Refused("order.unreadable", "unknown status of a refund")
    exchange = str(data.get("demand")) == "3"
    fields = {
        "tid": data.get("tid"),
        "refund_id": data.get("refund_id"),
        "refunded_fee": data.get("refund_fee"),
        "refund_type": "EXCHANGE_GOODS_FLOW" if exchange else "REFUND_AND_RETURN",
        "oids": data.get("oid") or "",
    }
    return _refund_push(fields, state, _whole(data, "version"))


def read_phone(text: str) -> str | None:
    """A mobile number as "+86…"; None when it is missing, foreign or ciphertext: then it is none to match by."""
    found = _PHONE.fullmatch(text.strip())
    return f"+86{found[1]}" if found else None


def _full(msg: Mapping[str, Any], said: str, version: int) -> Push:
    whole = _part(msg, "full_order_info")
    info, pay = _part(whole, "order_info"), _part(whole, "pay_info")
    if {str(part.get("currency") or "CNY").upper() for part in (info, pay)} != {"CNY"}:
        raise Refused("order.currency", "not in CNY")
    status = max(said, _known_status(str(info.get("status") or "")), key=RANKS.__getitem__)
    stamp = _seconds(version) or _epoch(_time(info, "update_time"))
    rank = RANKS[status]
    payment, post = read_yuan(pay.get("payment"), "payment"), read_yuan(pay.get("post_fee") or "0", "post_fee")
    if post > payment:
        raise Refused("order.amount", "post_fee is more than payment")
    rows = whole.get("orders")
    if not isinstance(rows, list) or not rows:
        raise Refused("order.unreadable", "orders is no list of items")
    return Push(
        tid=_tid(info.get("tid")),
        version=stamp,
        status=status,
        detail=Detail(
            version=stamp,
            rank=rank,
            payment_fen=payment,
            post_fen=post,
            refund_state=_whole(info, "refund_state"),
            items=tuple(sorted(_item(row) for row in rows)),
        ),
        buyer=_buyer(whole.get("buyer_info"), stamp, rank),
        pay_time=_time(info, "pay_time"),
    )


def _item(row: object) -> Item:
    if not isinstance(row, Mapping) or not row.get("oid"):
        raise Refused("order.unreadable", "an item without oid")
    return Item(
        oid=str(row["oid"]),
        item_id=str(row.get("item_id") or ""),
        outer_item_id=str(row.get("outer_item_id") or ""),
        title=str(row.get("title") or ""),
        quantity=_whole(row, "num"),
        payment_fen=read_yuan(row.get("payment"), "an item's payment"),
    )


def _buyer(info: object, version: int, rank: int) -> Buyer:
    """Its ids as far as they are there."""
    if not isinstance(info, Mapping):
        return Buyer()

    def known(value: object) -> Known | None:
        return Known(version, rank, value) if isinstance(value, str) and value else None

    return Buyer(
        yz_open_id=known(info.get("yz_open_id")),
        phone=known(read_phone(str(info.get("buyer_phone") or ""))),
        openid=known(info.get("outer_user_id")),
    )


def _refund_push(msg: Mapping[str, Any], state: int, version: int) -> Push:
    kind = str(msg.get("refund_type") or "")
    refund_id = msg.get("refund_id")
    if not refund_id:
        raise Refused("order.unreadable", "a refund without refund_id")
    if state == AGREED and kind == "REFUND_ONLY":
        state = DONE  # nothing comes back, so nothing follows the seller's consent
    amount = 0 if kind == "EXCHANGE_GOODS_FLOW" else read_yuan(msg.get("refunded_fee"), "refunded_fee")
    stamp = _seconds(version or _whole(msg, "version")) or _epoch(_time(msg, "update_time"))
    oids = tuple(sorted(set(_OID.findall(str(msg.get("oids") or "")))))
    refund = Refund(state=state, version=stamp, amount_fen=amount, oids=oids, refund_id=str(refund_id))
    return Push(tid=_tid(msg.get("tid")), refunds=(refund,))


def _known_status(status: str) -> str:
    return status if status in RANKS else ""


def _tid(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Refused("order.unreadable", "no tid")
    return value


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    if not isinstance(value, Mapping):
        raise Refused("order.unreadable", f"{name} is no object")
    return value


def _whole(of: Mapping[str, Any], name: str) -> int:
    value = of.get(name)
    if value is None or value == "":
        return 0
    try:
        return int(str(value))
    except ValueError:
        raise Refused("order.unreadable", f"{name} is no whole number") from None


def _time(of: Mapping[str, Any], name: str) -> datetime | None:
    value = of.get(name)
    if not value:
        return None
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA).astimezone(UTC)
    except ValueError:
        raise Refused("order.unreadable", f"{name} is no time") from None


def _epoch(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def _seconds(version: int) -> int:
    return version // 1000 if version >= _MILLISECONDS_FROM else version
