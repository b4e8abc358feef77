"""Orders that were paid before their programme had rates get their terms, and their entry, once it has some.

What always holds: an order that has terms keeps them; one paid on a day on which no rate holds waits on. What is booked
goes into the first month that is open, as everything does. Broken off, it goes on when called again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pond.kernel.clock import china_day
from pond.orders import changing, rates, reading
from pond.orders.model_rates import Rates
from pond.orders.model_stored import StoredOrder

_PAGE = 200


@dataclass(frozen=True)
class CaughtUp:
    """How many orders were looked at so far, how many of them got terms, and what was booked for those."""

    looked_at: int = 0
    agreed: int = 0
    booked_fen: int = 0


def catch_up(programme_id: str, now: datetime) -> Iterator[CaughtUp]:
    """Go through all orders, page by page; how far it is after each. Reads everything: for operators.

    Raises:
        Transient: `orders.contended`; calling again goes on.
    """
    found, done, cursor = rates.get(programme_id), CaughtUp(), None
    while found:
        page, cursor = reading.orders_from(cursor, _PAGE)
        changed = [changing.look_again(one.tid, now) for one in page if _waits(one, found)]
        agreed = [one.after for one in changed if one.written and one.after.terms]
        done = CaughtUp(
            looked_at=done.looked_at + len(page),
            agreed=done.agreed + len(agreed),
            booked_fen=done.booked_fen + sum(one.booked_fen for one in agreed),
        )
        yield done
        if cursor is None:
            return


def _waits(stored: StoredOrder, found: Rates) -> bool:
    if stored.terms or stored.programme_id != found.programme_id or stored.order.paid_at is None:
        return False
    paid_on = china_day(stored.order.paid_at)
    return any(rate.holds_on(paid_on) for rate in found.rates)
