"""What could not be taken of orders: listed for a person, and taken again when they say so."""

from dataclasses import dataclass
from datetime import datetime

from pond.kernel.errors import NotFound, Refused
from pond.orders import changing, intake, lookups, store_orders
from pond.orders.model_stored import SHOP, StoredOrder


@dataclass(frozen=True)
class Retried:
    """What became of each thing that was parked of an order: by where it is from."""

    tid: str
    outcomes: dict[str, str]
    reason: str  # why it still is parked; empty when it is not


def listed() -> list[StoredOrder]:
    """The orders that a person must look at, by number."""
    return sorted(store_orders.several(store_orders.listed("parked")), key=lambda one: one.tid)


def retry(tid: str, now: datetime) -> Retried:
    """Take again what was parked of an order, pushes as they were kept and else the shop's detail.

    Raises:
        NotFound: `order.unknown`.
        PartnerBusy, PartnerRefused: as the call does.
    """
    outcomes: dict[str, str] = {}
    for one in _known(tid).parked:
        outcomes[one.source] = _again(tid, one.source, now)
    if not outcomes:
        outcomes[SHOP] = _look(tid, now)
    return Retried(tid, outcomes, _known(tid).parked_reason)


def dismiss(tid: str, now: datetime) -> None:
    """Leave what was parked of an order as it is: somebody looked at it and nothing is to be taken.

    Raises:
        NotFound: `order.unknown`.
        Refused: `order.overdrawn`: more went back than was paid, as the order itself says.
    """
    if _known(tid).order.overdrawn:
        raise Refused("order.overdrawn", "more went back than was paid: the shop's own record must be put right")
    changing.unpark(tid, None, now)


def _again(tid: str, source: str, now: datetime) -> str:
    if source == SHOP:
        return _look(tid, now)
    try:
        return intake.take(source, now)
    except NotFound:  # its days are over: the shop still knows what it said
        outcome = _look(tid, now)
        if outcome in ("changed", "same"):
            changing.unpark(tid, source, now)
        return outcome


def _look(tid: str, now: datetime) -> str:
    return lookups.look(tid, now, anyway=True)


def _known(tid: str) -> StoredOrder:
    stored = store_orders.find(tid)
    if stored is None:
        raise NotFound("order.unknown", tid)
    return stored
