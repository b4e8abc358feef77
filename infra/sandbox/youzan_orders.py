"""An order of the shop, what it costs, and how Youzan writes it: yuan in text, empty times as `""`, only true flags."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.people import Account
    from sandbox.state import World

Json = dict[str, Any]
GOODS: list[Json] = json.loads(Path(__file__).with_name("goods.json").read_text("utf-8"))
POSTAGE_FEN = 800
WAITING, AGREED, REFUSED, WITHDRAWN = "WAIT_SELLER_AGREE", "SUCCESS", "SELLER_REFUSE_BUYER", "CLOSED"
CLOSE_TYPES = {"": 0, "refund": 2, "buyer": 4, "seller": 5}


class WrongStep(Exception):
    """The order is not where this could happen."""


def yuan(fen: int) -> str:
    """Fen as Youzan writes amounts."""
    return f"{fen // 100}.{fen % 100:02}"


def china(epoch: float) -> str:
    """A time as Youzan writes it; `""` for none."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(epoch + 8 * 3600)) if epoch else ""


def yz_open_id(account: Account) -> str:
    """The shop's own id of a buyer."""
    return f"demoYz{account.account_id.rjust(12, '0')}"


@dataclass
class Sold:
    """An order. `shown`: what the API shows from each moment on; `refunds` by refund_id; `closed`: by whom."""

    tid: str
    account_id: str
    items: list[Json]
    post_fen: int
    virtual: bool
    status: str = "WAIT_BUYER_PAY"
    created: int = 0
    updated: int = 0
    paid: int = 0
    sent: int = 0
    received: int = 0
    closed: str = ""
    refunds: dict[str, Json] = field(default_factory=dict)
    shown: list[tuple[float, Json]] = field(default_factory=list)

    @property
    def payment_fen(self) -> int:
        return sum(int(item["payment_fen"]) for item in self.items) + self.post_fen

    def refunds_fen(self, *states: str, oid: str = "") -> int:
        """The refunds in these states, of all items or of one."""
        chosen = (one for one in self.refunds.values() if one["status"] in states and oid in ("", one["oid"]))
        return sum(int(one["fen"]) for one in chosen)

    @property
    def refunded_fen(self) -> int:
        return self.refunds_fen(AGREED)

    @property
    def left_fen(self) -> int:
        """What can still be asked back."""
        return self.payment_fen - self.refunds_fen(AGREED, WAITING)


def detail(world: World, sold: Sold) -> Json:
    """The full structure, in pushes and in `youzan.trade.get`. What it tells of the buyer follows the switches."""
    done = sold.refunded_fen
    info: Json = {
        "tid": sold.tid,
        "status": sold.status,
        "type": 0,
        "created": china(sold.created),
        "pay_time": china(sold.paid),
        "consign_time": china(sold.sent),
        "update_time": china(sold.updated),
        "success_time": china(sold.received),
        "refund_state": 0 if not done else 12 if done == sold.payment_fen else 2,
        "close_type": CLOSE_TYPES[sold.closed],
        "order_tags": ({"is_payed": True} if sold.paid else {}) | ({"is_virtual": True} if sold.virtual else {}),
        "order_extra": {"is_from_cart": "false"},
    }
    goods = yuan(sold.payment_fen - sold.post_fen)
    pay = {"total_fee": goods, "post_fee": yuan(sold.post_fen), "payment": yuan(sold.payment_fen)}
    rows = [
        {
            "oid": item["oid"],
            "item_id": item["item_id"],
            "title": item["title"],
            "num": item["num"],
            "sku_id": 0,
            "payment": yuan(item["payment_fen"]),
            "outer_item_id": f"SKU{item['item_id']}",
        }
        for item in sold.items
    ]
    whole = {"order_info": info, "buyer_info": _buyer(world, sold), "pay_info": pay, "orders": rows}
    more = {"remark_info": {"buyer_message": ""}, "source_info": {"source": {"platform": "wx"}}}
    return {"full_order_info": whole | more, "order_promotion": {"item": [], "order": []}, "refund_order": []}


def _buyer(world: World, sold: Sold) -> Json:
    account, switches = world.people.accounts[sold.account_id], world.switches
    told = account.following and switches["youzan.openid_told"]
    buyer: Json = {
        "yz_open_id": yz_open_id(account) if switches["youzan.yz_open_id_told"] else "",
        "outer_user_id": account.openid if told else "",
        "fans_id": 0,
        "fans_type": 1 if told else 0,
        "fans_nickname": "",
    }
    if switches["youzan.phone_told"]:
        buyer["buyer_phone"] = world.people.persons[account.person_id].phone.removeprefix("+86")
    return buyer
