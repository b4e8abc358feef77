"""What orders come to by day, for each channel, group, volunteer, earner, product, programme, and all together.

An order's contribution is computed from the order alone; sums are what contributions add up to. Orders, buyers and
revenue count on the day it was paid; a refund on the day it was through (`refunds_fen`), and once more on the day the
order was paid (`returned_fen`), so that a day's revenue less what was returned is what the day brought in the end.

What always holds: revenue less all refunds is what the shop keeps, postage included; of a product it is what is kept
of the product. What cannot be told is counted under the order itself: an order of nobody known has a buyer too.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from pond.orders.model_attribution import Attribution
from pond.orders.model_order import CLOSED, DONE, Order

ALL = "all~"  # everything, whomever it counts for
_OPEN = "TRADE_SUCCESS"
_LATEST = 4_102_444_800  # 2100: no version is later, in seconds
DIMENSIONS = ("all", "programme", "channel", "group", "volunteer", "earner", "product")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What something comes to on a day, in fen but for `orders`."""

    orders: int = 0
    revenue_fen: int = 0
    refunds_fen: int = 0
    returned_fen: int = 0

    @property
    def kept_fen(self) -> int:
        """What those orders brought in the end, as far as is known."""
        return self.revenue_fen - self.returned_fen

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(**{name: getattr(self, name) + getattr(other, name) for name in _NAMES})

    def __sub__(self, other: "Figures") -> "Figures":
        return Figures(**{name: getattr(self, name) - getattr(other, name) for name in _NAMES})


_NAMES = tuple(field.name for field in fields(Figures))
NOTHING = Figures()


@dataclass(frozen=True)
class Slot:
    """Where a figure stands: whose, and on which day. With `buyer` it is how many orders they made there that day."""

    sum_id: str
    day: str
    buyer: str = ""


Contribution = Mapping[Slot, Figures]


def sum_id(dimension: str, name: str = "") -> str:
    """Whose sums: "group~wrDEMO1"."""
    return f"{dimension}~{name}"


def contribution(
    order: Order, attribution: Attribution | None, member_id: str | None, day_of: Callable[[datetime], date]
) -> Contribution:
    """What an order adds, slot by slot; nothing until it is paid and its detail known. `day_of`: the day in China."""
    if order.paid_at is None or order.detail is None:
        return {}
    paid_on, steps = day_of(order.paid_at), _steps(order, day_of)
    buyer = _buyer(order, member_id)
    found: dict[Slot, Figures] = {}

    def count(name: str, paid_fen: int, kept: Iterable[tuple[date, int]]) -> None:
        days = {paid_on: Figures(orders=1, revenue_fen=paid_fen)}
        before = paid_fen
        for day, fen in kept:
            days[paid_on] += Figures(returned_fen=before - fen)
            days[day] = days.get(day, NOTHING) + Figures(refunds_fen=before - fen)
            before = fen
        found.update({Slot(name, day.isoformat()): figures for day, figures in days.items()})
        found[Slot(name, paid_on.isoformat(), buyer)] = Figures(orders=1)

    for name in _whose(attribution):
        count(name, order.payment_fen, [(day, _left(then)) for day, then in steps])
    products = [(day, _by_product(then)) for day, then in steps]
    for item_id, fen in _by_product(replace(order, refunds=(), status=_OPEN)).items():
        count(sum_id("product", item_id), fen, [(day, kept[item_id]) for day, kept in products])
    return {slot: figures for slot, figures in found.items() if figures != NOTHING}


def difference(before: Contribution, after: Contribution) -> dict[Slot, Figures]:
    """What must be added where the one was counted, so that the other is."""
    slots = dict.fromkeys((*before, *after))
    changed = {slot: after.get(slot, NOTHING) - before.get(slot, NOTHING) for slot in slots}
    return {slot: figures for slot, figures in changed.items() if figures != NOTHING}


def write(counted: Contribution) -> str:
    """As one text."""
    rows = [
        [slot.sum_id, slot.day, slot.buyer, *(getattr(figures, name) for name in _NAMES)]
        for slot, figures in sorted(counted.items(), key=lambda one: (one[0].sum_id, one[0].day, one[0].buyer))
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Contribution:
    """What `write` wrote."""
    rows: list[list[Any]] = json.loads(text)
    return {Slot(*row[:3]): Figures(**dict(zip(_NAMES, row[3:], strict=True))) for row in rows}


def _whose(attribution: Attribution | None) -> list[str]:
    if attribution is None:
        return [ALL]
    named = {
        "programme": attribution.programme_id,
        "channel": attribution.channel_id,
        "group": attribution.chat_id,
        "volunteer": attribution.volunteer_id,
        "earner": attribution.earner_id,
    }
    return [ALL, *(sum_id(dimension, name) for dimension, name in named.items() if name)]


def _buyer(order: Order, member_id: str | None) -> str:
    known = (order.buyer.yz_open_id, order.buyer.phone, order.buyer.openid)
    return member_id or next((one.value for one in known if one), f"order {order.tid}")


def _steps(order: Order, day_of: Callable[[datetime], date]) -> list[tuple[date, Order]]:
    """The order as it was left by each day on which something went back. Of a closed order all did: what no refund
    tells, on the day of the last that was told of it."""
    assert order.paid_at is not None
    paid_at = order.paid_at

    def told_on(version: int) -> date:
        return day_of(max(paid_at, datetime.fromtimestamp(min(version, _LATEST), UTC)))

    done = [(told_on(refund.version), refund) for refund in order.refunds if refund.state == DONE]
    found = [
        (day, replace(order, status=_OPEN, refunds=tuple(one for on, one in done if on <= day)))
        for day in sorted({day for day, _ in done})
    ]
    return [*found, (told_on(order.version), order)] if order.status == CLOSED else found


def _left(order: Order) -> int:
    """What the shop keeps, postage included; a refund beyond that takes no more."""
    return 0 if order.status == CLOSED else max(0, order.payment_fen - order.refunded_fen)


def _by_product(order: Order) -> dict[str, int]:
    found: dict[str, int] = {}
    for item, fen in order.kept_items:
        found[item.item_id] = found.get(item.item_id, 0) + fen
    return found


def add_up(contributions: Iterable[Contribution]) -> dict[Slot, Figures]:
    """What contributions come to together: sums as they must be."""
    found: dict[Slot, Figures] = {}
    for one in contributions:
        for slot, figures in one.items():
            found[slot] = found.get(slot, NOTHING) + figures
    return {slot: figures for slot, figures in found.items() if figures != NOTHING}
