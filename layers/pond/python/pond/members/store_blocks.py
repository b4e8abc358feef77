"""The `blocks` table: which blocks stand, and why. What they turn away is marked on the rows of phones and accounts."""

from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.tables import Table, TimeAttribute
from pond.members.model_blocks import Block, BlockKind


class _BlockRow(Table):
    class Meta:
        table_name = "blocks"

    kind = UnicodeAttribute(hash_key=True)
    value = UnicodeAttribute(range_key=True)
    reason = UnicodeAttribute()
    blocked_at = TimeAttribute()


def put(block: Block) -> None:
    """Keep the block, in place of an earlier one against the same."""
    _BlockRow(block.kind, block.value, reason=block.reason, blocked_at=block.blocked_at).save()


def drop(kind: BlockKind, value: str) -> None:
    """Forget the block."""
    _BlockRow(kind, value).delete()


def of_kind(kind: BlockKind) -> Iterator[Block]:
    """The blocks of a kind."""
    for row in _BlockRow.query(kind, consistent_read=True):
        yield Block(kind, row.value, row.reason, row.blocked_at)
