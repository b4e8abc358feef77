"""The shop's orders: what each was at every step, so that details can lag behind the pushes that told of them."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.youzan_pushes import Pusher

if TYPE_CHECKING:
    from sandbox.people import Account
    from sandbox.state import World

Json = dict[str, Any]
GOODS = (
    {"item_id": 1, "title": "孕妈营养包", "price_fen": 19900, "virtual": False},
    {"item_id": 2, "title": "婴儿湿巾（12包）", "price_fen": 8900, "virtual": False},
    {"item_id": 3, "title": "育儿课程", "price_fen": 9900, "virtual": True},
)
POSTAGE_FEN = 800
FULL = ("trade_TradeCreate", "trade_TradePaid", "trade_TradeBuyerPay")


class WrongStep(Exception):
    """The order is not where this could happen."""


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def china(epoch: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(epoch + 8 * 3600))


@dataclass
class Sold:
    """An order. `shown` is what the API shows of it from each moment on; `refunds` by refund_id."""

    tid: str
    account_id: str
    items: list[Json]
    post_fen: int
    virtual: bool
    status: str = "WAIT_BUYER_PAY"
    created: int = 0
    updated: int = 0
    paid: int = 0
    refunds: dict[str, Json] = field(default_factory=dict)
    shown: list[tuple[float, Json]] = field(default_factory=list)

    @property
    def payment_fen(self) -> int:
        return sum(int(item["payment_fen"]) for item in self.items) + self.post_fen

    @property
    def refunded_fen(self) -> int:
        return sum(int(one["fen"]) for one in self.refunds.values() if one["status"] == "SUCCESS")


class Shop:
    """All orders of one world, and what happens to them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pusher = Pusher(world)
        self.orders: dict[str, Sold] = {}
        self.token = ""
        self.token_until = 0.0

    def yz_open_id(self, account: Account) -> str:
        """The shop's own id of a buyer."""
        return f"demoYz{account.account_id.rjust(12, '0')}"

    def order(self, account: Account, wanted: list[tuple[int, int]]) -> Sold:
        """Place an order of (item_id, quantity); goods that are shipped cost postage once.

        Raises:
            WrongStep: nothing, or something the shop doesn't have.
        """
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
                "payment_fen": int(str(goods[item_id]["price_fen"])) * number,
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

    def ship(self, sold: Sold) -> None:
        """Send everything in one parcel, which is told as a part first, also of a single item."""
        self._must_be(sold, "WAIT_SELLER_SEND_GOODS")
        self._push(sold, "trade_TradePartlySellerShip")
        sold.status = "WAIT_BUYER_CONFIRM_GOODS"
        self._push(sold, "trade_TradeSellerShip")

    def confirm(self, sold: Sold) -> None:
        """The buyer has it."""
        self._must_be(sold, "WAIT_BUYER_CONFIRM_GOODS")
        sold.status = "TRADE_SUCCESS"
        self._push(sold, "trade_TradeSuccess")

    def cancel(self, sold: Sold) -> None:
        """Unpaid: cancelled by the buyer."""
        self._must_be(sold, "WAIT_BUYER_PAY")
        sold.status = "TRADE_CLOSED"
        self._push(sold, "trade_TradeClose")

    def refund(self, sold: Sold, fen: int, oid: str) -> str:
        """Ask for a refund that the seller agrees to at once; its id. All refunded closes the order."""
        if not sold.paid or sold.status == "TRADE_CLOSED" or not 0 < fen <= sold.payment_fen - sold.refunded_fen:
            raise WrongStep("refund")
        if oid not in {item["oid"] for item in sold.items}:
            raise WrongStep("oid")
        refund_id = f"{self._world.clock.seconds()}{self._world.ids.random('refund').randrange(10**9):09}"
        one: Json = {"refund_id": refund_id, "fen": fen, "oid": oid, "status": "WAIT_SELLER_AGREE"}
        sold.refunds[refund_id] = one
        self._push_refund(sold, one, "BuyerCreated", "RefundCreated")
        one["status"] = "SUCCESS"
        self._push_refund(sold, one, "RefundSellerAgree", "RefundSellerAgree")
        if sold.refunded_fen == sold.payment_fen:
            sold.status = "TRADE_CLOSED"
            self._push(sold, "trade_TradeClose")
        return refund_id

    def lagged(self, sold: Sold) -> Json | None:
        """The detail as the API shows it now: as it was some seconds ago."""
        until = self._world.clock.now() - self._world.switches["youzan.detail_lag_seconds"]
        seen = [detail for at, detail in sold.shown if at <= until]
        return deepcopy(seen[-1]) if seen else None

    def _must_be(self, sold: Sold, status: str) -> None:
        if sold.status != status:
            raise WrongStep(sold.status)

    def _push(self, sold: Sold, type_: str) -> None:
        sold.updated = self._world.clock.seconds()
        detail = self._detail(sold)
        sold.shown.append((self._world.clock.now(), detail))
        thin: Json = {"tid": sold.tid, "update_time": china(sold.updated)}
        if type_ == "trade_TradeClose":
            thin |= {"close_type": 2 if sold.refunds else 4, "close_reason": "demo"}
        if type_ == "trade_TradePartlySellerShip":
            thin |= {"oids": ",".join(item["oid"] for item in sold.items), "express_id": 1, "express_no": "SF0001"}
        status = "" if type_ == "trade_TradePartlySellerShip" else sold.status
        self.pusher.push(type_, sold.tid, status, sold.updated, detail if type_ in FULL else thin)

    def _push_refund(self, sold: Sold, one: Json, old: str, new: str) -> None:
        """Both sets of messages: the old url-encoded, the new an object with a version in milliseconds."""
        now = self._world.clock.now()
        sold.updated = int(now)
        sold.shown.append((now, self._detail(sold)))
        msg: Json = {
            "tid": sold.tid,
            "oids": one["oid"],
            "refund_id": one["refund_id"],
            "refund_type": "REFUND_ONLY",
            "refund_reason": "11",
            "refunded_fee": yuan(one["fen"]),
            "update_time": china(now),
        }
        self.pusher.push(f"trade_refund_{old}", sold.tid, sold.status, int(now), msg)
        version = int(now * 1000)
        self.pusher.push(f"youzan_trade_{new}", sold.tid, "", version, msg | {"version": version}, as_object=True)

    def _detail(self, sold: Sold) -> Json:
        account = self._world.people.accounts[sold.account_id]
        person = self._world.people.persons[account.person_id]
        told = self._world.switches["youzan.phone_told"]
        done = sold.refunded_fen
        info: Json = {
            "tid": sold.tid,
            "status": sold.status,
            "type": 0,
            "created": china(sold.created),
            "pay_time": china(sold.paid) if sold.paid else "",
            "update_time": china(sold.updated),
            "success_time": "",
            "refund_state": 0 if not done else 12 if done == sold.payment_fen else 2,
            "close_type": 0 if sold.status != "TRADE_CLOSED" else 2 if done else 4,
            "order_tags": {"is_payed": True} if sold.paid else {},
            "order_extra": {"is_from_cart": "false"},
        }
        buyer: Json = {
            "yz_open_id": self.yz_open_id(account),
            "outer_user_id": account.openid if account.following else "",
            "fans_id": 0,
            "fans_type": 1,
            "fans_nickname": "",
        }
        if told:
            buyer["buyer_phone"] = person.phone.removeprefix("+86")
        goods = yuan(sold.payment_fen - sold.post_fen)
        pay = {"total_fee": goods, "post_fee": yuan(sold.post_fen), "payment": yuan(sold.payment_fen)}
        rows = [
            {**item, "sku_id": 0, "payment": yuan(item["payment_fen"]), "outer_item_id": f"SKU{item['item_id']}"}
            for item in sold.items
        ]
        for row in rows:
            del row["payment_fen"]
        whole = {"order_info": info, "buyer_info": buyer, "pay_info": pay, "orders": rows}
        more = {"remark_info": {"buyer_message": ""}, "source_info": {"source": {"platform": "wx"}}}
        return {"full_order_info": whole | more, "order_promotion": {"item": [], "order": []}, "refund_order": []}
