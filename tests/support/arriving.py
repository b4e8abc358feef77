"""Members who came into groups, as rosters, seats and lists show it afterwards."""

from datetime import datetime

from pond.groups import store_arrivals, store_rosters
from pond.groups.store import SeatRow, came_in


def came(member_id: str, programme_id: str, chat_id: str, at: datetime) -> None:
    """They first came into a group then, and took their seat."""
    store_arrivals.note(programme_id, chat_id, at)
    seat = SeatRow(member_id, programme_id)
    seat.update([SeatRow.state.set("taken"), SeatRow.chat_id.set(chat_id), *came_in(chat_id, at)])
    store_rosters.put(chat_id, f"contact-{member_id}", member_id, "seated", at, "scan")
