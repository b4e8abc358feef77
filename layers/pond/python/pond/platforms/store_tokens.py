"""The table `tokens`: one row per partner's account with its sealed token and the lease of who renews it."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from pond.kernel.sealing import seal, unseal
from pond.kernel.tables import Table, TimeAttribute, refused


class _Row(Table):
    class Meta:
        table_name = "tokens"

    token_id = UnicodeAttribute(hash_key=True)
    token = BinaryAttribute(legacy_encoding=False, null=True)
    expires_at = TimeAttribute(null=True)
    renewing_until = TimeAttribute(null=True)
    renewed_by = UnicodeAttribute(null=True)


@dataclass(frozen=True)
class Kept:
    """A token and when it ends. An empty token stands for one that can no longer be unsealed."""

    token: str = field(repr=False)
    expires_at: datetime


def read(token_id: str) -> Kept | None:
    """What is kept, or None before the first fetch."""
    try:
        row = _Row.get(token_id, consistent_read=True)
    except _Row.DoesNotExist:
        return None
    if "token" not in row.attribute_values:  # so far only leased
        return None
    try:
        return Kept(unseal(row.token, _context(token_id)).decode(), row.expires_at)
    except (ValueError, InvalidTag):
        return Kept("", row.expires_at)


def lease(token_id: str, owner: str, now: datetime, until: datetime, seen: Kept | None) -> bool:
    """Become the one who renews, if nobody is and the row still holds what was `seen`."""
    free = _Row.renewing_until.does_not_exist() | (_Row.renewing_until < now)
    unchanged = (_Row.expires_at == seen.expires_at) if seen else _Row.expires_at.does_not_exist()
    try:
        _Row(token_id).update([_Row.renewing_until.set(until), _Row.renewed_by.set(owner)], condition=free & unchanged)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


def keep(token_id: str, owner: str, new: Kept, *, leased_until: datetime | None = None) -> None:
    """Write a fetched token if `owner` still holds the lease; a late one is dropped. The lease ends, or as said."""
    actions: list[Action] = [
        _Row.token.set(seal(new.token.encode(), _context(token_id))),
        _Row.expires_at.set(new.expires_at),
        _Row.renewing_until.set(leased_until) if leased_until else _Row.renewing_until.remove(),
    ]
    try:
        _Row(token_id).update(actions, condition=_Row.renewed_by == owner)
    except UpdateError as error:
        if not refused(error):
            raise


def _context(token_id: str) -> str:
    return f"tokens/{token_id}"
