"""The shop: what buyer and seller do with orders. Pushes tell of each step, and details some seconds behind them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from sandbox.youzan_orders import (
    AGREED,
    CLOSE_TYPES,
    GOODS,
    POSTAGE_FEN,
    REFUSED,
    WAITING,
    WITHDRAWN,
    Sold,
    WrongStep,
    china,
    detail,
    yuan,
)
from sandbox.youzan_pushes import Pusher

if TYPE_CHECKING:
    from sandbox.people import Account
    from sandbox.state import World

Json = dict[str, Any]
FULL = ("trade_TradeCreate", "trade_TradePaid", "trade_TradeBuyerPay")


class Shop:
    """All orders of one world, and what happens to them. Every step raises `WrongStep` where it can't be."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pusher = Pusher(world)
        self.orders: dict[str, Sold] = {}
        self.token = ""
        self.token_until = 0.0

    def order(self, account: Account, wanted: list[tuple[int, int]]) -> Sold:
        """Place an order of (item_id, quantity); goods that are shipped cost postage once."""
        goods = {good["item_id"]: good for good in GOODS}
        if not wanted or any(item_id not in goods or not 1 <= number <= 99 for item_id, number in wanted):
            raise WrongStep("goods")
        digits = self._world.ids.random("order")
        now = self._world.clock.seconds()
        items = [
            {
                "oid": str(2_790_000_000_000_000_000 + digits.randrange(10**15)),
                "item_id": item_id,
                "title": goods[item_id]["title"],
                "num": number,
                "payment_fen": int(goods[item_id]["price_fen"]) * number,
                "sent": False,
            }
            for item_id, number in wanted
        ]
        virtual = all(goods[item_id]["virtual"] for item_id, _ in wanted)
        tid = f"E{china(now).translate(str.maketrans('', '', '- :'))}{digits.randrange(10**9):09}"
        sold = Sold(tid, account.account_id, items, 0 if virtual else POSTAGE_FEN, virtual, created=now)
        self.orders[tid] = sold
        self._push(sold, "trade_TradeCreate")
        return sold

    def pay(self, sold: Sold) -> None:
        """Pay. Virtual goods are never waiting to be sent: no BuyerPay, shipped in the same second."""
        self._must_be(sold, "WAIT_BUYER_PAY")
        sold.paid = self._world.clock.seconds()
        sold.status = "TRADE_PAID"
        self._push(sold, "trade_TradePaid")
        if sold.virtual:
            sold.status = "WAIT_BUYER_CONFIRM_GOODS"
            self._push(sold, "trade_TradeSellerShip")
        else:
            sold.status = "WAIT_SELLER_SEND_GOODS"
            self._push(sold, "trade_TradeBuyerPay")

    def ship(self, sold: Sold, oids: list[str] | None = None) -> None:
        """Send these items (else all that are left) in one parcel: told as a part first, also when it is the last."""
        self._must_be(sold, "WAIT_SELLER_SEND_GOODS")
        waiting = {item["oid"]: item for item in sold.items if not item["sent"]}
        parcel = list(waiting) if oids is None else oids
        if not parcel or not set(parcel) <= set(waiting):
            raise WrongStep("oids")
        for oid in parcel:
            waiting[oid]["sent"] = True
        self._push(sold, "trade_TradePartlySellerShip", oids=",".join(parcel), express_id=1, express_no="SF0001")
        if all(item["sent"] for item in sold.items):
            sold.sent = self._world.clock.seconds()
            sold.status = "WAIT_BUYER_CONFIRM_GOODS"
            self._push(sold, "trade_TradeSellerShip")

    def confirm(self, sold: Sold) -> None:
        """The buyer has it."""
        self._must_be(sold, "WAIT_BUYER_CONFIRM_GOODS")
        sold.received = self._world.clock.seconds()
        sold.status = "TRADE_SUCCESS"
        self._push(sold, "trade_TradeSuccess")

    def cancel(self, sold: Sold) -> None:
        """Unpaid: cancelled by the buyer."""
        self._must_be(sold, "WAIT_BUYER_PAY")
        self._close(sold, "buyer")

    def close(self, sold: Sold) -> None:
        """By the seller: unpaid, it just closes; paid, the system gives back what is left, item by item."""
        if sold.status == "TRADE_CLOSED" or sold.refunds_fen(WAITING):
            raise WrongStep("it is closed, or a refund waits for an answer")
        if not sold.paid:
            self._close(sold, "seller")
            return
        for number, item in enumerate(sold.items, 1):
            kept = int(item["payment_fen"]) - sold.refunds_fen(AGREED, oid=item["oid"])
            fen = sold.left_fen if number == len(sold.items) else min(max(kept, 0), sold.left_fen)
            if fen:
                self._done(sold, self._new_refund(sold, fen, item["oid"]), "SysRefund", "RefundSuccess")

    def refund(self, sold: Sold, fen: int, oid: str) -> str:
        """Ask for a refund that the seller agrees to at once; its id."""
        refund_id = self.ask(sold, fen, oid)
        self.agree(sold, refund_id)
        return refund_id

    def ask(self, sold: Sold, fen: int, oid: str) -> str:
        """The buyer asks for so much back; the refund's id."""
        if not sold.paid or sold.status == "TRADE_CLOSED" or not 0 < fen <= sold.left_fen:
            raise WrongStep("refund")
        if oid not in {item["oid"] for item in sold.items}:
            raise WrongStep("oid")
        one = self._new_refund(sold, fen, oid)
        self._push_refund(sold, one, "BuyerCreated", "RefundCreated")
        return str(one["refund_id"])

    def agree(self, sold: Sold, refund_id: str) -> None:
        """The seller agrees: a refund of money alone is done with that. All refunded closes the order."""
        self._done(sold, self._waiting(sold, refund_id), "RefundSellerAgree", "RefundSellerAgree")

    def refuse(self, sold: Sold, refund_id: str) -> None:
        """The seller refuses. No push tells of it; only the refund's own detail does."""
        self._waiting(sold, refund_id)["status"] = REFUSED

    def withdraw(self, sold: Sold, refund_id: str) -> None:
        """The buyer gives up asking, also after a refusal."""
        one = sold.refunds.get(refund_id, {})
        if one.get("status") not in (WAITING, REFUSED):
            raise WrongStep("refund")
        one["status"] = WITHDRAWN
        self._push_refund(sold, one, "RefundClosed", "RefundClosed")

    def lagged(self, sold: Sold) -> Json | None:
        """The detail as the API shows it now: as it was some seconds ago."""
        until = self._world.clock.now() - self._world.switches["youzan.detail_lag_seconds"]
        seen = [shown for at, shown in sold.shown if at <= until]
        return deepcopy(seen[-1]) if seen else None

    def _must_be(self, sold: Sold, status: str) -> None:
        if sold.status != status:
            raise WrongStep(sold.status)

    def _waiting(self, sold: Sold, refund_id: str) -> Json:
        one = sold.refunds.get(refund_id, {})
        if one.get("status") != WAITING:
            raise WrongStep("refund")
        return one

    def _new_refund(self, sold: Sold, fen: int, oid: str) -> Json:
        refund_id = f"{self._world.clock.seconds()}{self._world.ids.random('refund').randrange(10**9):09}"
        sold.refunds[refund_id] = {"refund_id": refund_id, "fen": fen, "oid": oid, "status": WAITING}
        return sold.refunds[refund_id]

    def _done(self, sold: Sold, one: Json, old: str, new: str) -> None:
        one["status"] = AGREED
        self._push_refund(sold, one, old, new)
        if sold.refunded_fen == sold.payment_fen:
            self._close(sold, "refund")

    def _close(self, sold: Sold, by: str) -> None:
        sold.closed, sold.status = by, "TRADE_CLOSED"
        self._push(sold, "trade_TradeClose", close_type=CLOSE_TYPES[by], close_reason="demo")

    def _touch(self, sold: Sold) -> None:
        """Note a change: its second is the pushes' version, unless a switch keeps the order's first one."""
        now = self._world.clock.now()
        if not (sold.updated and self._world.switches["youzan.same_second_versions"]):
            sold.updated = int(now)
        sold.shown.append((now, detail(self._world, sold)))

    def _push(self, sold: Sold, type_: str, **thin: Any) -> None:
        self._touch(sold)
        whole = sold.shown[-1][1]
        msg = whole if type_ in FULL else {"tid": sold.tid, "update_time": china(sold.updated)} | thin
        status = "" if type_ == "trade_TradePartlySellerShip" else sold.status
        self.pusher.push(type_, sold.tid, status, sold.updated, msg)

    def _push_refund(self, sold: Sold, one: Json, old: str, new: str) -> None:
        """Both sets of messages, or one: the old url-encoded, the new an object with a version in milliseconds."""
        self._touch(sold)
        sets = self._world.switches["youzan.refund_messages"]
        msg: Json = {
            "tid": sold.tid,
            "oids": one["oid"],
            "refund_id": one["refund_id"],
            "refund_type": "REFUND_ONLY",
            "refund_reason": "11",
            "refunded_fee": yuan(one["fen"]),
            "update_time": china(sold.updated),
        }
        if sets != "new":
            self.pusher.push(f"trade_refund_{old}", sold.tid, sold.status, sold.updated, msg)
        if sets != "old":
            version = sold.updated * 1000 + int(self._world.clock.now() * 1000) % 1000
            self.pusher.push(f"youzan_trade_{new}", sold.tid, "", version, msg | {"version": version}, as_object=True)
