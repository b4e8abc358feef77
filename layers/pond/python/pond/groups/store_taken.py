"""Reading many seats and groups at once, page by page: who came in when, which groups a programme has.

Pages are read as DynamoDB gives them, without a model for each row. A cursor is the last key read, as text.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.exceptions import UpdateError

from pond.groups.model import Group, Seat
from pond.groups.store import GroupRow, SeatRow, group_of, seat_of, taken_in
from pond.kernel.tables import refused

_MILLISECOND = timedelta(milliseconds=1)


def taken_between(
    programme_id: str, on: date, since: datetime, until: datetime, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """The next members who first came in on that China day from `since` up to, not including, `until`, in order, and
    the cursor to go on with. Lags by about a second."""
    answer = _raw(SeatRow).query(
        taken_in(programme_id, on),
        range_key_condition=SeatRow.taken_at.between(since, until - _MILLISECOND),
        index_name="by_taken",
        limit=limit,
        exclusive_start_key=json.loads(after) if after else None,
    )
    last = answer.get("LastEvaluatedKey")
    return [row["member_id"]["S"] for row in answer["Items"]], json.dumps(last) if last else None


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
