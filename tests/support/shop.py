"""What Youzan pushes and shows of an order, in the shapes of real captures, with invented values.

`Sale` is the truth of one order; from it come the pushes on its way and its detail at any step.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
CREATED = datetime(2024, 1, 1, 19, 4, 5, tzinfo=UTC)  # 2024-01-02 03:04:05 in China
WAY = ("WAIT_BUYER_PAY", "TRADE_PAID", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_SUCCESS")
TYPES = {
    "WAIT_BUYER_PAY": "trade_TradeCreate",
    "TRADE_PAID": "trade_TradePaid",
    "WAIT_CONFIRM": "trade_TradePaid",
    "WAIT_SELLER_SEND_GOODS": "trade_TradeBuyerPay",
    "WAIT_BUYER_CONFIRM_GOODS": "trade_TradeSellerShip",
    "TRADE_SUCCESS": "trade_TradeSuccess",
    "TRADE_CLOSED": "trade_TradeClose",
}


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def china(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class Pushed:
    """A push as `youzan_pushes` opens it, as far as an order is read from it."""

    type: str
    id: str
    status: str
    version: int
    msg: dict[str, Any]

    @property
    def read(self) -> tuple[str, str, str, int, dict[str, Any]]:
        return self.type, self.id, self.status, self.version, self.msg


@dataclass
class Sale:
    """One order: items as (oid, fen), postage, when each status was reached, refunds as (id, fen, oid)."""

    tid: str = "E20240102030405000000002"
    items: list[tuple[str, int]] = field(default_factory=lambda: [("2790000000000000001", 8900)])
    post_fen: int = 0
    virtual: bool = False
    steps: list[tuple[str, datetime]] = field(default_factory=list)
    refunds: list[tuple[str, int, str]] = field(default_factory=list)
    buyer: dict[str, Any] = field(
        default_factory=lambda: {
            "yz_open_id": "demoYzOpenId000001",
            "outer_user_id": "oDEMOopenid1",
            "buyer_phone": "13800000000",
            "fans_id": 0,
            "fans_type": 1,
            "fans_nickname": "",
        }
    )

    @property
    def payment_fen(self) -> int:
        return sum(fen for _, fen in self.items) + self.post_fen

    def went(self, *statuses: str, seconds: int = 60) -> "Sale":
        """Go on to these statuses, so many seconds apart."""
        for status in statuses:
            last = self.steps[-1][1] if self.steps else CREATED - timedelta(seconds=seconds)
            self.steps.append((status, last + timedelta(seconds=seconds)))
        return self

    def full(self, step: int = -1) -> dict[str, Any]:
        """The detail as of a step: `youzan.trade.get`'s data, and the `msg` of full pushes."""
        status, at = self.steps[step]
        reached = self.steps[: step + 1] if step >= 0 else self.steps
        paying = [when for name, when in reached if name not in ("WAIT_BUYER_PAY", "TRADE_CLOSED")]
        paid_at = min(paying, default=None)
        info = {
            "tid": self.tid,
            "status": status,
            "type": 0,
            "created": china(self.steps[0][1]),
            "pay_time": china(paid_at) if paid_at else "",
            "success_time": "",
            "update_time": china(at),
            "refund_state": 0,
            "close_type": 2 if status == "TRADE_CLOSED" else 0,
            "order_tags": {"is_payed": True} if paid_at else {},
            "order_extra": {"is_from_cart": "false"},
        }
        total = yuan(self.payment_fen)
        pay = {"total_fee": total, "post_fee": yuan(self.post_fen), "payment": total, "deduction_pay": 0}
        rows = [
            {"oid": oid, "item_id": number, "sku_id": 0, "title": "demo item", "num": 1, "payment": yuan(fen)}
            for number, (oid, fen) in enumerate(self.items, 1)
        ]
        whole = {"order_info": info, "buyer_info": dict(self.buyer), "pay_info": pay, "orders": rows}
        return {"full_order_info": whole, "order_promotion": {"item": [], "order": []}, "refund_order": []}

    @property
    def changed_at(self) -> datetime:
        """When it changed last; refunds come an hour after the last step."""
        at = self.steps[-1][1] if self.steps else CREATED
        return at + timedelta(hours=1) if self.refunds else at

    def shown(self) -> dict[str, Any]:
        """The detail as the shop shows it now: with whether refunds were made, and when it changed last."""
        detail = self.full()
        refunded = sum(fen for _, fen, _ in self.refunds)
        info = detail["full_order_info"]["order_info"]
        if refunded:
            info["refund_state"] = 12 if refunded == self.payment_fen else 2
        info["update_time"] = china(self.changed_at)
        return detail

    def pushes(self) -> list[Pushed]:
        """All pushes in the order of what happened; of virtual goods, BuyerPay is not among them."""
        found: list[Pushed] = []
        for step, (status, at) in enumerate(self.steps):
            type_ = TYPES[status]
            if self.virtual and type_ == "trade_TradeBuyerPay":
                continue
            version, thin = int(at.timestamp()), {"tid": self.tid, "update_time": china(at)}
            if type_ == "trade_TradeSellerShip":
                oids = json.dumps([oid for oid, _ in self.items])
                found.append(Pushed("trade_TradePartlySellerShip", self.tid, "", version, thin | {"oids": oids}))
            full = type_ in ("trade_TradeCreate", "trade_TradePaid", "trade_TradeBuyerPay")
            found.append(Pushed(type_, self.tid, status, version, self.full(step) if full else thin))
        for refund in self.refunds:
            found += self.refund_pushes(*refund)
        return found

    def refund_pushes(self, refund_id: str, fen: int, oid: str) -> list[Pushed]:
        """A refund's pushes in both sets of messages: the old without version, the new as objects in milliseconds."""
        at = (self.steps[-1][1] if self.steps else CREATED) + timedelta(hours=1)
        msg = {
            "tid": self.tid,
            "oids": oid,
            "refund_id": refund_id,
            "refund_type": "REFUND_AND_RETURN",
            "refund_reason": "11",
            "refunded_fee": yuan(fen),
            "update_time": china(at),
        }
        version = int(at.timestamp() * 1000)
        new = msg | {"version": version}
        return [
            Pushed("trade_refund_BuyerCreated", self.tid, "", version // 1000, msg),
            Pushed("youzan_trade_RefundCreated", self.tid, "", version, new),
            Pushed("trade_refund_RefundSellerAgree", self.tid, "", version // 1000, msg),
            Pushed("trade_refund_RefundSuccess", self.tid, "", version // 1000, msg),
            Pushed("youzan_trade_RefundSuccess", self.tid, "", version, new),
        ]

    def refund_detail(self, refund_id: str, fen: int, oid: str) -> dict[str, Any]:
        """`youzan.trade.refund.get`'s data once the refund is through."""
        at = (self.steps[-1][1] if self.steps else CREATED) + timedelta(hours=1)
        version = int(at.timestamp() * 1000)
        fields = {"tid": self.tid, "oid": oid, "refund_id": refund_id, "refund_fee": yuan(fen), "demand": 2}
        return fields | {"status": "SUCCESS", "version": version}
