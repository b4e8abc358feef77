"""From an audience to targets, each written once.

Targets are written in sheets, numbered from 0; a sheet says between which cursors it lies, so the chain of sheets is
all there is to know about how far expanding came. Whoever goes on reads the last sheet and writes the next, if it is
not there: two who do so at once write it once, and whatever they died at, the next goes on from what stands there.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pond.broadcasts import audiences, gatekeeping, moving, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_audience import Expand
from pond.broadcasts.model_targets import Sheet

TO_MEMBERS, TO_GROUPS = 100, 500  # targets of a sheet; a member's sheet is what one worker sends in one go
_PAGES = 40  # read at most for one sheet, however few of them it takes


def sheets(broadcast: Broadcast, now: datetime, most: int, expand: Expand | None = None) -> bool:
    """Write the next sheets, at most so many; whether all are written. What follows another broadcast has the targets
    that were moved out of that one; else `expand` tells who is meant."""
    if expand is None:
        expand = moving.expand(broadcast.moved) if broadcast.moved else audiences.expand
    last = store_targets.last_sheet(broadcast.broadcast_id)
    gate = gatekeeping.gate(broadcast, now)
    for _ in range(most):
        if last is not None and last.next is None:
            return True
        number, after = (0, None) if last is None else (last.number + 1, last.next)
        found, cursor = _gather(broadcast, after, now, expand)
        sheet = Sheet(broadcast.broadcast_id, number, after, cursor, tuple(gate(found)))
        last = sheet if store_targets.put_sheet(sheet) else store_targets.last_sheet(broadcast.broadcast_id)
    return last is not None and last.next is None


def _gather(broadcast: Broadcast, after: str | None, now: datetime, expand: Expand) -> tuple[Sequence[str], str | None]:
    """Recipients from a cursor on, about a sheet full, and the cursor after them."""
    size = TO_GROUPS if broadcast.kind == "group" else TO_MEMBERS
    found: list[str] = []
    for _ in range(_PAGES):
        page, after = expand(broadcast.programme_id, broadcast.audience, broadcast.kind, after, size - len(found), now)
        found += [recipient.recipient_id for recipient in page]
        if after is None or len(found) >= size:
            break
    return found, after


def targets_of(broadcast_id: str) -> Iterator[Sheet]:
    """All sheets of a broadcast, in order, a few at a time."""
    return store_targets.sheets(broadcast_id)
