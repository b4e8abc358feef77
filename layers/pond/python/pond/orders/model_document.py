"""An order, whom it counts for and its terms as JSON, as they stand in a row; read back they are the same values.

What always holds: empty parts are left out, so that a row is small; names are those of the values' own fields.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pond.orders.model_attribution import Attribution
from pond.orders.model_ledger import Terms
from pond.orders.model_order import Buyer, Detail, Item, Known, Order, Refund
from pond.orders.model_stored import Parked


def write_order(order: Order) -> str:
    """The order as JSON."""
    document = _full({name: value for name, value in asdict(order).items() if name not in ("tid", "paid_at")})
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def read_order(tid: str, paid_at: datetime | None, text: str) -> Order:
    """The order that `write_order` wrote."""
    held = json.loads(text)
    detail = held.get("detail")
    return Order(
        tid=tid,
        version=held.get("version", 0),
        status=held.get("status", ""),
        detail=_detail(detail) if detail else None,
        buyer=Buyer(**{name: _known(known) for name, known in held.get("buyer", {}).items()}),
        paid_at=paid_at,
        refunds=tuple(
            Refund(**{"amount_fen": 0, "version": 0} | one | {"oids": tuple(one.get("oids", ()))})
            for one in held.get("refunds", ())
        ),
    )


def write_attribution(attribution: Attribution) -> str:
    """Whom it counts for, as JSON."""
    return json.dumps(_full(asdict(attribution)), separators=(",", ":"))


def read_attribution(text: str) -> Attribution:
    """What `write_attribution` wrote."""
    empty: dict[str, Any] = dict.fromkeys(Attribution.__dataclass_fields__)
    return Attribution(**empty | {"programme_id": "", "rules_version": 0} | json.loads(text))


def write_terms(terms: Terms) -> str:
    """The terms as JSON."""
    return json.dumps(asdict(terms), separators=(",", ":"))


def read_terms(text: str) -> Terms:
    """What `write_terms` wrote."""
    held = json.loads(text)
    return Terms(**held | {"points": tuple((oid, points) for oid, points in held["points"])})


def write_parked(parked: tuple[Parked, ...]) -> str:
    """What could not be taken, as JSON."""
    rows = [[one.source, one.code, one.at.astimezone(UTC).isoformat()] for one in parked]
    return json.dumps(rows, separators=(",", ":"))


def read_parked(text: str) -> tuple[Parked, ...]:
    """What `write_parked` wrote."""
    rows = json.loads(text)
    return tuple(Parked(source=source, code=code, at=datetime.fromisoformat(at)) for source, code, at in rows)


def _known(held: dict[str, Any]) -> Known:
    return Known(held.get("version", 0), held.get("rank", 0), held["value"])


def _detail(held: dict[str, Any]) -> Detail:
    numbers = dict.fromkeys(("version", "rank", "payment_fen", "post_fen", "refund_state"), 0)
    items = tuple(Item(**{"payment_fen": 0, "item_id": "", "quantity": 0} | item) for item in held.get("items", ()))
    return Detail(**numbers | held | {"items": items})


def _full(value: Any) -> Any:
    """Without what is empty: None, 0, "" and empty parts."""
    if isinstance(value, dict):
        return {name: full for name, one in value.items() if (full := _full(one)) not in (None, 0, "", [], {})}
    if isinstance(value, list | tuple):
        return [_full(one) for one in value]
    return value
