"""The `chunks` table: how each call or task of a broadcast stands. Every write is of the whole row, which is small, and
only over the revision that was read."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from pynamodb.attributes import ListAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.broadcasts import store_broadcasts
from pond.broadcasts.model_targets import Chunk
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused, refused


class _Row(Table):
    class Meta:
        table_name = "chunks"

    broadcast_id = UnicodeAttribute(hash_key=True)
    chunk_id = UnicodeAttribute(range_key=True)
    variant = IntegerAttribute()
    marks = UnicodeAttribute()
    sender = UnicodeAttribute(null=True)
    sheet = IntegerAttribute(null=True)
    state = UnicodeAttribute()
    revision = IntegerAttribute()
    msgids: ListAttribute[str] = ListAttribute(default=list)
    called_at = TimeAttribute(null=True)
    created_at = TimeAttribute(null=True)
    polls = IntegerAttribute(default=0)
    reminders = IntegerAttribute(default=0)
    due_at = TimeAttribute(null=True)
    reason = UnicodeAttribute(null=True)


def put(chunk: Chunk) -> bool:
    """Write a new chunk; False when it stands there."""
    return _save(_row(chunk), None)


def load(broadcast_id: str, chunk_id: str) -> Chunk | None:
    """A chunk as last written."""
    try:
        return _chunk(_Row.get(broadcast_id, chunk_id, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def of(broadcast_id: str, since: str = "") -> Iterator[Chunk]:
    """All chunks of a broadcast (or those from one on, by their ids) as last written, page by page."""
    condition = _Row.chunk_id >= since if since else None
    return map(_chunk, _Row.query(broadcast_id, condition, consistent_read=True, page_size=100))


def swap(old: Chunk, new: Chunk) -> Chunk | None:
    """Write what became of `old`; None when it was changed by somebody else meanwhile. The chunk as it stands then."""
    new = _next(old, new)
    return new if _save(_row(new), old.revision) else None


def swap_while_dispatching(old: Chunk, new: Chunk) -> Chunk | None:
    """As `swap`, and only while the broadcast is being dispatched: nothing is claimed after a stop."""
    new = _next(old, new)
    transaction = Transaction()
    store_broadcasts.require(transaction, old.broadcast_id, "dispatching")
    transaction.put("chunk", _row(new), _Row.revision == old.revision)
    try:
        transaction.commit()
    except TransactionRefused:
        return None
    return new


def divide(old: Chunk, new: Chunk, others: Iterable[Chunk]) -> Chunk | None:
    """As `swap`, and with chunks that stand for a part of it from then on: all or nothing."""
    new = _next(old, new)
    transaction = Transaction()
    transaction.put("chunk", _row(new), _Row.revision == old.revision)
    for number, other in enumerate(others):
        transaction.put(f"other {number}", _row(other), _Row.chunk_id.does_not_exist())
    try:
        transaction.commit()
    except TransactionRefused:
        return None
    return new


def _next(old: Chunk, new: Chunk) -> Chunk:
    return replace(new, revision=old.revision + 1)


def _save(row: _Row, revision: int | None) -> bool:
    condition = _Row.chunk_id.does_not_exist() if revision is None else _Row.revision == revision
    try:
        row.save(condition=condition)
    except PutError as error:
        if refused(error):
            return False
        raise
    return True


_FIELDS = tuple(field.name for field in fields(Chunk))


def _row(chunk: Chunk) -> _Row:
    given = {name: getattr(chunk, name) for name in _FIELDS}
    return _Row(**(given | {"msgids": list(chunk.msgids)}))


def _chunk(row: _Row) -> Chunk:
    return Chunk(**{name: getattr(row, name) for name in _FIELDS} | {"msgids": tuple(row.msgids)})
