"""What programmes pay, as other use cases ask for it: applied from a document, looked up for an order."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pond.kernel.clock import china_day
from pond.kernel.errors import Refused
from pond.orders import store_rates
from pond.orders.model_attribution import Role
from pond.orders.model_ledger import Terms, agree
from pond.orders.model_order import Order
from pond.orders.model_rates import Rates, check_change, parse
from pond.programmes import service as programmes
from pond.volunteers import service as volunteers


@dataclass(frozen=True)
class Applied:
    """What applying a document did."""

    outcome: Literal["created", "changed", "same"]
    programme_id: str
    version: int


def apply(document: dict[str, Any], by: str, now: datetime) -> Applied:
    """Make a programme pay as the document says, from now on; the same document again changes nothing.

    Raises:
        NotFound: `programme.unknown`.
        Refused: `rates.invalid`, `rates.overlap`, `levels.invalid`, `rates.past`; `levels.elsewhere` when another
            programme has levels: a distributor has one level, whatever they sell.
        Transient: `rates.contended`.
    """
    rates = parse(document)
    programmes.get(rates.programme_id)
    held = store_rates.load(rates.programme_id)
    version = held[1] if held else 0
    if held and held[0] == document:
        return Applied("same", rates.programme_id, version)
    if held:
        check_change(parse(*held), rates, china_day(now))
    others = (other for other in programmes.all_ids() if other != rates.programme_id)
    if rates.levels and any(found.levels for other in others if (found := get(other))):
        raise Refused("levels.elsewhere", "another programme's rates hold levels")
    store_rates.add(rates.programme_id, version + 1, document, by, now)
    return Applied("changed" if held else "created", rates.programme_id, version + 1)


def get(programme_id: str) -> Rates | None:
    """What a programme pays, as it is now; None before anything was applied."""
    held = store_rates.load(programme_id)
    return parse(*held) if held else None


def terms_for(order: Order, person_id: str, role: Role, paid_on: date, programme_id: str) -> Terms | None:
    """The terms on which somebody earns on an order of a programme: by the rates of the day it was paid and the level
    they had then. None while the programme has no rates, or the order no detail: there is nothing to agree on yet.
    """
    rates = get(programme_id)
    if rates is None or order.detail is None:
        return None
    standing = volunteers.role_and_level(person_id, paid_on, role)
    level = standing[1] if standing else ""
    return agree(person_id, role, level, order.detail.items, rates.group_of, rates.rates, paid_on)
