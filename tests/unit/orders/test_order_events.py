"""What an order's row became, as events in the agreed shapes of the golden files."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pond.orders.events import from_change
from pond.orders.model_document import write_order
from pond.orders.model_order import Order
from support.selling import refund, sold

EVENTS = Path(__file__).parents[1] / "events"
TID = "E20240102030405000000002"
MEMBER = {"member_id": "n4mbsk3c4gq3h5v2r3xrxw2v6a", "programme_id": "yutang", "attribution": "{}"}


def row(order: Order, revision: int, **more: Any) -> dict[str, Any]:
    """A row's image as the stream shows it."""
    paid = {"paid_at": _iso(order.paid_at)} if order.paid_at else {}
    return {"tid": order.tid, "revision": revision, "document": write_order(order)} | paid | more


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


PAID = sold([8_900])
BACK = refund(PAID, "R1", 900)
UNPAID = replace(PAID, paid_at=None)


def told(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[str]:
    return [event.name for event in from_change("orders", old, new)]


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        (None, row(UNPAID, 1), []),
        (None, row(PAID, 1), ["order.paid", "order.changed"]),
        (row(UNPAID, 1), row(PAID, 2) | MEMBER, ["order.paid", "order.matched", "order.changed"]),
        (row(PAID, 2), row(PAID, 3) | MEMBER, ["order.matched", "order.changed"]),
        (row(PAID, 3) | MEMBER, row(BACK, 4) | MEMBER, ["order.refunded", "order.changed"]),
        (row(PAID, 3), row(PAID, 4, parked_reason="order.amount"), ["order.parked"]),
        (row(PAID, 4, parked_reason="order.amount"), row(PAID, 5, parked_reason="order.amount"), []),
        (row(PAID, 3), row(replace(PAID, status="TRADE_SUCCESS", version=9), 4), []),
        (row(PAID, 3), row(replace(PAID, status="TRADE_CLOSED"), 4), ["order.changed"]),
        (row(PAID, 3), row(PAID, 4, booked_fen=890), []),
        (row(PAID, 3), None, []),
    ],
)
def test_each_change_means_what_it_says(
    old: dict[str, Any] | None, new: dict[str, Any] | None, names: list[str]
) -> None:
    assert told(old, new) == names


def test_the_agreed_shapes() -> None:
    before, after = row(PAID, 2), row(BACK, 3, parked_reason="order.refund_too_large") | MEMBER
    events = [*from_change("orders", None, row(PAID, 2) | MEMBER), *from_change("orders", before, after)]
    by_name = {event.name: event for event in events}
    assert set(by_name) == {"order.paid", "order.matched", "order.changed", "order.refunded", "order.parked"}
    for name, event in by_name.items():
        golden = EVENTS / f"{name}.json"
        assert event.detail() == json.loads(golden.read_text())
        assert type(event).read({"detail-type": name, "detail": event.detail()}) == event


def test_other_tables_mean_nothing_here() -> None:
    assert list(from_change("seats", None, row(PAID, 1))) == []
