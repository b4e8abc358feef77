"""The `limits` table: what was done today, counted."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, refused


class _LimitRow(Table):
    class Meta:
        table_name = "limits"

    limit_id = UnicodeAttribute(hash_key=True)
    used = IntegerAttribute(null=True)
    expires_at = ExpiryAttribute()


def use(limit_id: str, at_most: int, expires_at: datetime, amount: int = 1) -> bool:
    """Count a use (for so many) if fewer than `at_most` were counted."""
    allowed = _LimitRow.used.does_not_exist() | (_LimitRow.used < at_most)
    return _write(limit_id, [_LimitRow.used.add(amount), _LimitRow.expires_at.set(expires_at)], allowed)


def give_back(limit_id: str, amount: int) -> None:
    """Take back a counted use that came to nothing."""
    _write(limit_id, [_LimitRow.used.add(-amount)], _LimitRow.used >= amount)


def drop(limit_id: str) -> None:
    """Forget what was counted."""
    _LimitRow(limit_id).delete()


def _write(limit_id: str, actions: list[Action], condition: Condition) -> bool:
    try:
        _LimitRow(limit_id).update(actions=actions, condition=condition)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True
