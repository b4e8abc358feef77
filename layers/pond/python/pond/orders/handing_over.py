"""Before a month is closed, what the accounts of people come to who were found to be another goes over to that one.

Entries are never changed, and refunds of old orders go on being booked under the id that earned on them; so two
adjustments, in one write, take the sum from the one and give it to the other, once for a person and month. What is
booked in between goes over with the next month.
"""

from datetime import datetime

from pond.orders import store_ledger, store_settlement
from pond.orders.model_ledger import adjust
from pond.orders.model_settlement import statements
from pond.volunteers import service as volunteers


def hand_over(month: str, now: datetime) -> int:
    """Leave nothing owed, in this month, to or by who was found to be another; from how many that was taken.

    Raises:
        Transient: entries are being written at the same moment.
    """
    taken = 0
    for one in statements(store_ledger.everyone(), month):
        kept = volunteers.current(one.person_id)
        if kept == one.person_id or not one.total_fen:
            continue
        name = f"merged~{month}~{one.person_id}"
        pair = (
            adjust(f"{name}~from", one.person_id, -one.total_fen, f"goes over to {kept}", month, now),
            adjust(f"{name}~to", kept, one.total_fen, f"comes from {one.person_id}", month, now),
        )
        taken += store_settlement.append_together(name, pair, now) == "written"
    return taken
