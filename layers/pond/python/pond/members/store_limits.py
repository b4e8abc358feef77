"""The `limits` table: what was done today, counted, or which different ones it was done to."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, refused


class _LimitRow(Table):
    class Meta:
        table_name = "limits"

    limit_id = UnicodeAttribute(hash_key=True)
    used = IntegerAttribute(null=True)
    names = UnicodeSetAttribute(null=True)
    expires_at = ExpiryAttribute()


def use(limit_id: str, at_most: int, expires_at: datetime, name: str | None = None, names_at_most: int = 0) -> bool:
    """Count one use if fewer than `at_most` were counted; with a name (a pseudonym) only if that was noted before, or
    fewer different ones than `names_at_most` were."""
    allowed: Condition = _LimitRow.used.does_not_exist() | (_LimitRow.used < at_most)
    actions: list[Action] = [_LimitRow.used.add(1), _LimitRow.expires_at.set(expires_at)]
    if name:
        few: Condition = size(_LimitRow.names) < names_at_most  # type: ignore[no-untyped-call]
        allowed = allowed & (_LimitRow.names.does_not_exist() | _LimitRow.names.contains(name) | few)
        actions.append(_LimitRow.names.add({name}))
    return _write(limit_id, actions, allowed)


def give_back(limit_id: str) -> None:
    """Take back one counted use that came to nothing."""
    _write(limit_id, [_LimitRow.used.add(-1)], _LimitRow.used > 0)


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
