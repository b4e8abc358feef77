"""Entries that people or a month's figures make, beside what is due on orders: each once, into the first open month."""

import hashlib
from datetime import datetime

from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound, Refused, Transient
from pond.orders import store_months, store_settlement
from pond.orders.model_ledger import Entry, adjust
from pond.orders.model_money import ABSURD_FEN
from pond.orders.model_settlement import booking_month
from pond.orders.store_settlement import Written
from pond.volunteers import service as volunteers

_ROUNDS = 4


def by_hand(person_id: str, amount_fen: int, reason: str, by: str, now: datetime) -> Written:
    """A person's correction. The same by the same on one day is one; a second one needs another reason.

    Raises:
        NotFound: `volunteer.unknown`.
        Refused: `ledger.no_reason`, `ledger.nothing`, `ledger.absurd`, `ledger.nobody`.
        Transient: `ledger.contended`.
    """
    if volunteers.get(person_id) is None:
        raise NotFound("volunteer.unknown", person_id)
    if not by.strip():
        raise Refused("ledger.nobody", "a named person adjusts")
    if abs(amount_fen) > ABSURD_FEN:
        raise Refused("ledger.absurd", f"{amount_fen} fen")
    if not reason.strip():
        raise Refused("ledger.no_reason", "an adjustment needs a reason")
    day = china_day(now).isoformat()
    said = "\n".join((person_id, str(amount_fen), reason.strip(), by.strip(), day))
    name = f"adjusted~{hashlib.sha256(said.encode()).hexdigest()[:20]}"
    return append(name, person_id, amount_fen, f"{reason.strip()} ({by.strip()})", now)


def append(name: str, person_id: str, amount_fen: int, reason: str, now: datetime) -> Written:
    """Adjust under a name that is used once, in whatever month it is called again.

    Raises:
        Refused: `ledger.no_reason`, `ledger.nothing`.
        Transient: `ledger.contended`.
    """
    for _ in range(_ROUNDS):
        month = booking_month(china_day(now), store_months.drafted_through())
        entry: Entry = adjust(name, person_id, amount_fen, reason, month, now)
        written = store_settlement.append_once(name, entry, entry.month, now)
        if written != "closed":
            return written
    raise Transient("ledger.contended", "months are being drafted")
