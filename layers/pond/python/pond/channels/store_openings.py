"""The `openings` table. A row goes planned → open → closed, or planned → missed; never back."""

from collections.abc import Iterator
from typing import Any, cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from pond.channels.model import Opening, OpeningState
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, refused


class _Row(Table):
    class Meta:
        table_name = "openings"

    programme_id = UnicodeAttribute(hash_key=True)
    opening_id = UnicodeAttribute(range_key=True)
    starts_at = TimeAttribute()
    ends_at = TimeAttribute()
    quota = IntegerAttribute()
    state = UnicodeAttribute()
    first_number = IntegerAttribute(null=True)
    last_number = IntegerAttribute(null=True)
    waited_through = IntegerAttribute(null=True)


def put(opening: Opening) -> bool:
    """Write a planned opening; False when one with that start stands there."""
    row = _Row(
        opening.programme_id,
        opening.opening_id,
        starts_at=opening.starts_at,
        ends_at=opening.ends_at,
        quota=opening.quota,
        state=opening.state,
    )
    try:
        row.save(condition=_Row.opening_id.does_not_exist())
    except PutError as error:
        if refused(error):
            return False
        raise
    return True


def load(programme_id: str, opening_id: str) -> Opening | None:
    """The opening as last written."""
    try:
        return _opening(_Row.get(programme_id, opening_id, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def between(programme_id: str, first_id: str, last_id: str | None = None) -> Iterator[Opening]:
    """The openings whose ids lie between both, in order of their start."""
    condition = _Row.opening_id >= first_id if last_id is None else _Row.opening_id.between(first_id, last_id)
    return (_opening(row) for row in _Row.query(programme_id, condition, page_size=25))


def set_open(opening: Opening, first_number: int, last_number: int, waited_through: int) -> bool:
    """planned → open, with the numbers it lets in; False when it is not planned any more."""
    numbers: list[Action] = [
        _Row.first_number.set(first_number),
        _Row.last_number.set(last_number),
        _Row.waited_through.set(waited_through),
    ]
    return _move(opening.programme_id, opening.opening_id, "planned", "open", numbers)


def set_closed(programme_id: str, opening_id: str) -> bool:
    """open → closed."""
    return _move(programme_id, opening_id, "open", "closed", [])


def set_missed(programme_id: str, opening_id: str) -> bool:
    """planned → missed: a later one opened before it."""
    return _move(programme_id, opening_id, "planned", "missed", [])


def _move(programme_id: str, opening_id: str, before: OpeningState, after: OpeningState, more: list[Action]) -> bool:
    try:
        _Row(programme_id, opening_id).update([_Row.state.set(after), *more], condition=_Row.state == before)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


def _opening(row: Any) -> Opening:
    return Opening(
        programme_id=row.programme_id,
        opening_id=row.opening_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        quota=row.quota,
        state=cast(OpeningState, row.state),
        first_number=row.first_number,
        last_number=row.last_number,
    )
