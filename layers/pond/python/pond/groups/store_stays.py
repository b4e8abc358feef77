"""Where members were when: each seat's row keeps its moves, since its state says only how things stand now."""

from datetime import datetime

from pynamodb.expressions.update import Action

from pond.groups.model import Stay, stays_from
from pond.groups.store import SeatRow
from pond.kernel.tables import iso


def moved(now: datetime, chat_id: str | None = None) -> Action:
    """Note that the member is in a group from now on; without one, that they are not any more."""
    move = f"in~{iso(now)}~{chat_id}" if chat_id else f"out~{iso(now)}"
    action: Action = SeatRow.moves.set((SeatRow.moves | []).append([move]))
    return action


def of_member(member_id: str) -> list[Stay]:
    """Where and when a member was, in all programmes, as it is now."""
    rows = SeatRow.query(member_id, consistent_read=True)
    return [stay for row in rows for stay in stays_from(row.programme_id, row.moves or ())]
