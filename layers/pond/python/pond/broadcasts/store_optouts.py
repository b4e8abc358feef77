"""The `optouts` table: a row for each member who wants no broadcasts."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.tables import Table, TimeAttribute


class _Row(Table):
    class Meta:
        table_name = "optouts"

    member_id = UnicodeAttribute(hash_key=True)
    since_at = TimeAttribute()


def put(member_id: str, now: datetime) -> None:
    """Note that they want none; again, since when is overwritten."""
    _Row(member_id, since_at=now).save()


def remove(member_id: str) -> None:
    """Forget it."""
    _Row(member_id).delete()


def among(member_ids: Iterable[str]) -> set[str]:
    """Which of these stand there."""
    return {row.member_id for row in _Row.batch_get(list(member_ids))}
