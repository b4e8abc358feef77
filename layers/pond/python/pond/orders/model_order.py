"""An order as a value, put together from what the shop's pushes and its detail say.

What always holds: each part of an order takes the greatest of what was told of it, in an order of its own. So pushes
may come in any sequence, repeated, or partly not at all, and what was told decides, not when it came. An order never
goes back: the furthest status stays; CLOSED ends all but refunds. A refund is one, by its id, whatever set of messages
told of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pond.kernel.errors import Refused
from pond.orders.model_money import divide

RANKS = {
    "": 0,
    "WAIT_BUYER_PAY": 10,
    "TRADE_PAID": 20,
    "WAIT_CONFIRM": 25,
    "WAIT_SELLER_SEND_GOODS": 30,
    "WAIT_BUYER_CONFIRM_GOODS": 40,
    "TRADE_SUCCESS": 50,
    "TRADE_CLOSED": 60,
}
PAID_RANK = RANKS["TRADE_PAID"]
CLOSED = "TRADE_CLOSED"
ASKED, AGREED, WITHDRAWN, DONE = 1, 2, 3, 4  # `Refund.state`; one that was withdrawn comes again under another id
_PARTLY_REFUNDED, _REFUNDED = 2, 12  # Youzan: order_info.refund_state

Missing = Literal["detail", "pay_time", "refunds"]


@dataclass(frozen=True, order=True, kw_only=True)
class Item:
    """One line of an order. `payment_fen` is what was paid for all `quantity` of it, after discounts."""

    oid: str
    item_id: str
    outer_item_id: str = ""
    title: str = ""
    quantity: int = 1
    payment_fen: int


@dataclass(frozen=True, order=True, kw_only=True)
class Detail:
    """The full structure as of one version; of two with one version, the further status counts."""

    version: int
    rank: int
    payment_fen: int
    post_fen: int
    refund_state: int
    items: tuple[Item, ...]


@dataclass(frozen=True, order=True, kw_only=True)
class Refund:
    """One refund. Compared by how far it is, then by version."""

    state: int
    version: int
    amount_fen: int
    oids: tuple[str, ...] = ()
    refund_id: str


@dataclass(frozen=True, order=True)
class Known:
    """An id of the buyer as told by one version, since not every push tells all of them."""

    version: int
    rank: int
    value: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who bought: the shop's id, the phone if it is one, the WeChat openid; raw in a push, pseudonyms in what is
    stored."""

    yz_open_id: Known | None = None
    phone: Known | None = None
    openid: Known | None = None

    def hidden(self, pseudonym: Callable[[str, str], str]) -> "Buyer":
        """The same with pseudonyms; the kinds are those of `kernel.ids.pseudonym`."""

        def one(kind: str, known: Known | None) -> Known | None:
            return known and replace(known, value=pseudonym(kind, known.value))

        return Buyer(
            yz_open_id=one("yz_open_id", self.yz_open_id),
            phone=one("phone", self.phone),
            openid=one("openid", self.openid),
        )


@dataclass(frozen=True, kw_only=True)
class Push:
    """What one push, or one look at the detail, says of an order: some of these, never all."""

    tid: str
    version: int = 0
    status: str = ""
    detail: Detail | None = None
    buyer: Buyer = Buyer()
    pay_time: datetime | None = None
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is known of an order. `paid_at`: the first time of payment told by a status that means paid."""

    tid: str
    version: int = 0
    status: str = ""
    detail: Detail | None = None
    buyer: Buyer = Buyer()
    paid_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def payment_fen(self) -> int:
        """What was paid, postage included; 0 while it is not paid or its detail not known."""
        return self.detail.payment_fen if self.detail and self.paid_at else 0

    @property
    def refunded_fen(self) -> int:
        """What went back, in all refunds that are through."""
        return sum(refund.amount_fen for refund in self.refunds if refund.state == DONE)

    @property
    def overdrawn(self) -> bool:
        """More would have gone back than was paid: somebody must look at it."""
        return self.detail is not None and self.paid_at is not None and self.refunded_fen > self.payment_fen

    @property
    def kept_items(self) -> tuple[tuple[Item, int], ...]:
        """Each item with what the shop keeps of its payment, postage left out: what commission is due on.

        A refund is taken from its items, what it has over from the postage, then from the other items. A closed
        order keeps nothing, also while its refunds are not told yet.
        """
        if not self.detail or not self.paid_at:
            return ()
        items = self.detail.items
        if self.status == CLOSED:
            return tuple((item, 0) for item in items)
        paid = [item.payment_fen for item in items]
        # Items' payments add up to the order's, or to it without the postage: the documents leave it open.
        goods = min(sum(paid), self.detail.payment_fen - self.detail.post_fen)
        left, postage = divide(goods, paid), self.detail.payment_fen - goods
        for refund in self.refunds:
            if refund.state != DONE:
                continue
            named = [i for i, item in enumerate(items) if item.oid in refund.oids] or list(range(len(items)))
            others = [i for i in range(len(items)) if i not in named]
            over = _take(left, named, refund.amount_fen)
            over, postage = max(0, over - postage), max(0, postage - over)
            _take(left, others, over)
        return tuple(zip(items, left, strict=True))

    @property
    def missing(self) -> frozenset[Missing]:
        """What a look at the shop would bring, because it must be there and was not told."""
        found: set[Missing] = set()
        if self.detail is None:
            found.add("detail")
        if RANKS[self.status] >= PAID_RANK and self.status != CLOSED and self.paid_at is None:
            found.add("pay_time")
        if self.detail and self.paid_at:
            whole = self.detail.refund_state == _REFUNDED or self.status == CLOSED
            some = self.detail.refund_state == _PARTLY_REFUNDED
            if (whole and self.refunded_fen < self.detail.payment_fen) or (some and not self.refunded_fen):
                found.add("refunds")
        return frozenset(found)


def apply(order: Order | None, push: Push) -> Order:
    """The order with what a push says. Applying pushes in any sequence, also repeatedly, gives the same order.

    Raises:
        Refused: `order.refund_too_large` when a refund would give back more than was paid (one that came before the
            detail is found out by it: the order is `overdrawn` then); `order.other` when the push is another order's.
    """
    old = order or Order(tid=push.tid)
    if old.tid != push.tid:
        raise Refused("order.other", "a push of another order")
    times = [at for at in (old.paid_at, _paid_at(push)) if at]
    new = Order(
        tid=old.tid,
        version=max(old.version, push.version),
        status=max(old.status, push.status, key=RANKS.__getitem__),
        detail=_greater(old.detail, push.detail),
        buyer=Buyer(
            yz_open_id=_greater(old.buyer.yz_open_id, push.buyer.yz_open_id),
            phone=_greater(old.buyer.phone, push.buyer.phone),
            openid=_greater(old.buyer.openid, push.buyer.openid),
        ),
        paid_at=min(times, default=None),
        refunds=_merged((*old.refunds, *push.refunds)),
    )
    if push.refunds and new.overdrawn and new.refunded_fen > old.refunded_fen:
        raise Refused("order.refund_too_large", f"{new.refunded_fen} of {new.payment_fen} fen")
    return new


def _paid_at(push: Push) -> datetime | None:
    """Youzan: paid = the first of TradePaid, TradeBuyerPay, TradeSuccess with a pay_time; BuyerPay may never come."""
    return push.pay_time if RANKS[push.status] >= PAID_RANK else None


def _greater[T: (Detail, Known)](one: T | None, other: T | None) -> T | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def _merged(refunds: Iterable[Refund]) -> tuple[Refund, ...]:
    by_id: dict[str, Refund] = {}
    for refund in refunds:
        held = by_id.get(refund.refund_id)
        by_id[refund.refund_id] = max(held, refund) if held else refund
    return tuple(by_id[refund_id] for refund_id in sorted(by_id))


def _take(left: list[int], places: list[int], amount: int) -> int:
    """Take `amount` from these places in proportion to what is left there; what could not be taken."""
    there = sum(left[i] for i in places)
    taken = min(amount, there)
    for i, part in zip(places, divide(taken, [left[i] for i in places]), strict=True):
        left[i] -= part
    return amount - taken
