"""Reading many seats and groups at once: whose seats they are, which groups a programme has, which are full."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pynamodb.exceptions import UpdateError

from pond.groups.model import Group, Seat
from pond.groups.store import GroupRow, SeatRow, group_of, seat_of
from pond.kernel.tables import refused


def seats(programme_id: str, member_ids: Iterable[str]) -> list[Seat]:
    """The seats of several members, as written a moment ago at the latest."""
    return [seat_of(row) for row in SeatRow.batch_get([(member_id, programme_id) for member_id in member_ids])]


def groups(programme_id: str, after: str | None, limit: int) -> tuple[list[Group], str | None]:
    """The next of a programme's groups in a scan's order, and after which chat_id to go on; None at the end."""
    start = {"chat_id": {"S": after}} if after else None
    answer = _raw(GroupRow).scan(GroupRow.programme_id == programme_id, limit=limit, exclusive_start_key=start)
    found = [group_of(GroupRow.from_raw_data(item)) for item in answer["Items"]]
    last = answer.get("LastEvaluatedKey")
    return found, last["chat_id"]["S"] if last else None


def unfilled() -> list[str]:
    """The groups that are full and not known to be; a scan."""
    full = GroupRow.filled_at.does_not_exist() & (GroupRow.live_seats >= GroupRow.capacity)
    return [row.chat_id for row in GroupRow.scan(full)]


def set_filled(chat_id: str, at: datetime) -> bool:
    """Note when a group was first full; False when that is known."""
    try:
        GroupRow(chat_id).update(
            [GroupRow.filled_at.set(at)], condition=GroupRow.chat_id.exists() & GroupRow.filled_at.does_not_exist()
        )
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def _raw(model: Any) -> Any:
    return model._get_connection()
