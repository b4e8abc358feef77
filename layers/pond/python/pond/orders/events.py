"""What the table of orders tells the world, derived from a row's old and new image. Amounts are in the tables; events
carry ids only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pond.kernel.events import DomainEvent
from pond.orders.model_document import read_order
from pond.orders.model_order import CLOSED, DONE

Image = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class OrderEvent(DomainEvent):
    """Base of what happens to an order."""

    tid: str


@dataclass(frozen=True, kw_only=True)
class OrderChanged(OrderEvent):
    """A paid order counts differently now: for another sum, another person, or for the first time."""

    name = "order.changed"
    revision: int


@dataclass(frozen=True, kw_only=True)
class OrderPaid(OrderEvent):
    """Payment became known. `member_id`: who bought, if that is known by now; `programme_id` may be empty."""

    name = "order.paid"
    member_id: str | None
    programme_id: str


@dataclass(frozen=True, kw_only=True)
class OrderMatched(OrderEvent):
    """Its buyer became known, with payment or later."""

    name = "order.matched"
    member_id: str
    programme_id: str


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(OrderEvent):
    """More of what was paid went back."""

    name = "order.refunded"
    member_id: str | None
    programme_id: str


@dataclass(frozen=True, kw_only=True)
class OrderParked(OrderEvent):
    """Something told of it could not be taken; `reason` is the refusal's code. A person must look."""

    name = "order.parked"
    reason: str


def from_change(table: str, old: Image | None, new: Image | None) -> Iterator[DomainEvent]:
    """The events that a change of a row means; none for most changes before payment."""
    if table != "orders" or new is None:
        return
    before = old or {}
    who = {"tid": new["tid"], "member_id": new.get("member_id"), "programme_id": new.get("programme_id") or ""}
    if new.get("parked_reason") and new["parked_reason"] != before.get("parked_reason"):
        yield OrderParked(tid=new["tid"], reason=new["parked_reason"])
    if not new.get("paid_at"):
        return
    counted = _counted(new)
    if not before.get("paid_at"):
        yield OrderPaid(**who)
    if new.get("member_id") and not before.get("member_id"):
        yield OrderMatched(**who)
    if before.get("paid_at") and _counted(before)[0] != counted[0]:
        yield OrderRefunded(**who)
    if not before.get("paid_at") or _counted(before) != counted:
        yield OrderChanged(tid=new["tid"], revision=new["revision"])


def _counted(image: Image) -> tuple[object, ...]:
    """What sums are made of (`model_sums.contribution`); first what went back."""
    paid_at = image.get("paid_at")
    order = read_order(image["tid"], datetime.fromisoformat(paid_at) if paid_at else None, image["document"])
    detail, buyer = order.detail, order.buyer
    return (
        order.refunded_fen,
        tuple(refund for refund in order.refunds if refund.state == DONE),
        order.status == CLOSED and order.version,
        detail and (detail.payment_fen, detail.post_fen, detail.items),
        tuple(known and known.value for known in (buyer.yz_open_id, buyer.phone, buyer.openid)),
        *(image.get(name) for name in ("paid_at", "member_id", "attribution")),
    )
