"""The table `marks`: how far something that goes on for ever was read."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError

from pond.kernel.tables import Table, TimeAttribute, refused


class _Row(Table):
    class Meta:
        table_name = "marks"

    mark_id = UnicodeAttribute(hash_key=True)
    read_through = TimeAttribute(null=True)


def read(mark_id: str) -> datetime | None:
    """How far it was read; None before the first time."""
    try:
        return _Row.get(mark_id, consistent_read=True).read_through
    except _Row.DoesNotExist:
        return None


def advance(mark_id: str, through: datetime) -> None:
    """It was read up to here; a mark never goes back."""
    try:
        _Row(mark_id).update(
            [_Row.read_through.set(through)],
            condition=_Row.read_through.does_not_exist() | (_Row.read_through < through),
        )
    except UpdateError as error:
        if not refused(error):
            raise
