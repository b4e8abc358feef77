"""The `targets` table: sheets of targets, each written once and never changed, and the lists of chunks that gather
targets from several sheets.

A row holds up to some hundred targets as lines of text, so a thousand targets cost some 40 write units to plan instead
of a thousand.
"""

from collections.abc import Iterator, Sequence

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.broadcasts.model_targets import Sheet, Target
from pond.kernel.tables import Table, refused

_SHEET, _LIST, _CONTACTS = "sheet", "list", "contacts"


class TargetRow(Table):
    """A sheet, a chunk's list, or its contacts."""

    class Meta:
        table_name = "targets"

    broadcast_id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    after = UnicodeAttribute(null=True)
    next = UnicodeAttribute(null=True)
    lines = UnicodeAttribute(null=True)


def put_sheet(sheet: Sheet) -> bool:
    """Write the next page of targets; False when another stands there: somebody else expands it too."""
    lines = "\n".join(map(_line, sheet.targets)) or None
    return _put(TargetRow(sheet.broadcast_id, _sheet(sheet.number), after=sheet.after, next=sheet.next, lines=lines))


def last_sheet(broadcast_id: str) -> Sheet | None:
    """The last page written so far: where expanding goes on."""
    rows = TargetRow.query(
        broadcast_id, TargetRow.part.startswith(f"{_SHEET}~"), consistent_read=True, scan_index_forward=False, limit=1
    )
    return next(map(_read, rows), None)


def sheet(broadcast_id: str, number: int) -> Sheet:
    """One page of targets; it is there."""
    return _read(TargetRow.get(broadcast_id, _sheet(number), consistent_read=True))


def sheets(broadcast_id: str, since: int = 0) -> Iterator[Sheet]:
    """All pages of targets (or those from one on), in order, a few at a time."""
    condition = TargetRow.part.between(_sheet(since), f"{_SHEET}~~")
    rows = TargetRow.query(broadcast_id, condition, consistent_read=True, page_size=20)
    return map(_read, rows)


def put_list(broadcast_id: str, chunk_id: str, recipient_ids: Sequence[str]) -> None:
    """Write a chunk's own list of targets, once."""
    _put(TargetRow(broadcast_id, f"{_LIST}~{chunk_id}", lines="\n".join(recipient_ids)))


def list_of(broadcast_id: str, chunk_id: str) -> list[str]:
    """A chunk's own list of targets; it is there."""
    return (TargetRow.get(broadcast_id, f"{_LIST}~{chunk_id}").lines or "").split("\n")


def put_contacts(broadcast_id: str, chunk_id: str, contact_ids: Sequence[str]) -> None:
    """Write by which contact (a pseudonym, or "") each target of a chunk is reached, as known last."""
    TargetRow(broadcast_id, f"{_CONTACTS}~{chunk_id}", lines="\n".join(contact_ids)).save()


def contacts_of(broadcast_id: str, chunk_id: str) -> list[str]:
    """What `put_contacts` wrote; nothing where it did not."""
    try:
        row = TargetRow.get(broadcast_id, f"{_CONTACTS}~{chunk_id}", consistent_read=True)
    except TargetRow.DoesNotExist:
        return []
    return (row.lines or "").split("\n")


def _put(row: TargetRow) -> bool:
    try:
        row.save(condition=TargetRow.part.does_not_exist())
    except PutError as error:
        if refused(error):
            return False
        raise
    return True


def _sheet(number: int) -> str:
    return f"{_SHEET}~{number:06d}"


def _line(target: Target) -> str:
    variant = "" if target.variant is None else str(target.variant)
    return f"{target.recipient_id}\t{variant}\t{target.sender or ''}\t{target.reason or ''}".rstrip("\t")


def _read(row: TargetRow) -> Sheet:
    return Sheet(
        broadcast_id=row.broadcast_id,
        number=int(row.part.partition("~")[2]),
        after=row.after,
        next=row.next,
        targets=tuple(map(_target, (row.lines or "").split("\n"))) if row.lines else (),
    )


def _target(line: str) -> Target:
    recipient_id, variant, sender, reason = [*line.split("\t"), "", "", ""][:4]
    return Target(
        recipient_id=recipient_id,
        variant=int(variant) if variant else None,
        sender=sender or None,
        reason=reason or None,
    )
