"""The table `callbacks`: every callback as received, sealed, once under its business key, for 14 days."""

import zlib
from dataclasses import dataclass, field
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.kernel.sealing import seal, unseal
from pond.kernel.tables import ExpiryAttribute, Table, TimeAttribute, index, refused


class _Row(Table):
    class Meta:
        table_name = "callbacks"

    callback_id = UnicodeAttribute(hash_key=True)
    source = UnicodeAttribute()
    kind = UnicodeAttribute()
    has_welcome_code = BooleanAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    received_at = TimeAttribute()
    expires_at = ExpiryAttribute()
    subject = UnicodeAttribute(null=True)
    by_subject = index("by_subject", subject=UnicodeAttribute(hash_key=True), received_at=TimeAttribute(range_key=True))


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A row with its body opened."""

    callback_id: str
    source: str
    kind: str
    has_welcome_code: bool
    body: bytes = field(repr=False)
    received_at: datetime
    expires_at: datetime
    subject: str = ""


def add(callback: Stored) -> bool:
    """Write the row if its id is new; whether it was."""
    sealed = seal(zlib.compress(callback.body), _context(callback.callback_id))  # a shop's push: a third fewer units
    row = _Row(
        callback.callback_id,
        source=callback.source,
        kind=callback.kind,
        has_welcome_code=callback.has_welcome_code,
        body=sealed,
        received_at=callback.received_at,
        expires_at=callback.expires_at,
        subject=callback.subject or None,
    )
    # No two sealed bodies are alike: finding ours there means that the library repeated a write whose answer was lost.
    try:
        row.save(_Row.callback_id.does_not_exist() | (_Row.body == sealed))
    except PutError as error:
        if refused(error):
            return False
        raise
    return True


def find(callback_id: str) -> Stored | None:
    """The row, or None. It never changes: the cheap look that finds it is as good as the sure one."""
    row = _look(callback_id, sure=False) or _look(callback_id, sure=True)
    if row is None:
        return None
    return Stored(
        callback_id=callback_id,
        source=row.source,
        kind=row.kind,
        has_welcome_code=row.has_welcome_code,
        body=zlib.decompress(unseal(row.body, _context(callback_id))),
        received_at=row.received_at,
        expires_at=row.expires_at,
    )


def about(subject: str) -> list[str]:
    """The ids of the callbacks about a subject, the oldest first, as the index shows them."""
    return [row.callback_id for row in _Row.by_subject.query(subject)]


def _look(callback_id: str, sure: bool) -> _Row | None:
    try:
        return _Row.get(callback_id, consistent_read=sure)
    except _Row.DoesNotExist:
        return None


def _context(callback_id: str) -> str:
    return f"callbacks/{callback_id}"
