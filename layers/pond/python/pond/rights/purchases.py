"""What somebody bought, for the document an operator gives them. Orders are found by reading all: never on a page."""

from typing import Any

from pond.kernel.clock import china_day
from pond.orders import reading
from pond.orders.model_money import yuan


def of(member_id: str) -> list[dict[str, Any]]:
    """Each order of a member, by the day it was paid; keys in Chinese, amounts in yuan."""
    found = sorted(reading.orders_of(member_id), key=lambda stored: (str(stored.order.paid_at), stored.tid))
    return [
        {
            "订单号": stored.tid,
            "状态": stored.order.status,
            "付款日": china_day(stored.order.paid_at).isoformat() if stored.order.paid_at else None,
            "实付": yuan(stored.order.payment_fen),
            "已退": yuan(stored.order.refunded_fen),
            "商品": [f"{item.title} × {item.quantity}" for item, _ in stored.order.kept_items],
        }
        for stored in found
    ]
