"""From sheets to chunks: who sends what to whom, in as few calls as the partners allow.

Chunks are a function of the sheets, which never change: dealing again, from wherever it broke off, writes the same.
Members who are written to one by one stay in their sheet; what staff send is gathered by who has to tap, so that each
has one task for a version; only words that name the group need a task for each group.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from pond.broadcasts import locating, moving, store_broadcasts, store_chunks, store_targets, wording
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import PENDING, Chunk, Sheet, parts
from pond.kernel.ids import pseudonym

MOST = {
    "wecom_group": 2_000,
    "wecom_customer": 10_000,
    "duty": 200,
}  # WeCom's limits of a task; a list one can work off


def deal(broadcast: Broadcast, now: datetime) -> None:
    """Write all chunks and what follows for the groups that were moved, then that all is there."""
    sheets = store_targets.sheets(broadcast.broadcast_id)
    for chunk in _by_sender(broadcast, sheets) if broadcast.route in MOST else _by_sheet(broadcast, sheets):
        store_chunks.put(chunk)
    if broadcast.kind == "group":
        moving.follow(broadcast, moving.moved_groups(broadcast), now)
    store_broadcasts.note(broadcast.broadcast_id, ("dispatching", "stopped"), dealt_at=now, next_at=now)


def _by_sheet(broadcast: Broadcast, sheets: Iterable[Sheet]) -> Iterator[Chunk]:
    for sheet in sheets:
        for variant in range(len(broadcast.variants)):
            if here := locating.of_version(sheet, variant):
                yield Chunk(
                    broadcast_id=broadcast.broadcast_id,
                    chunk_id=f"{sheet.number:06d}.{variant}",
                    variant=variant,
                    sheet=sheet.number,
                    marks=PENDING * len(here),
                )


def _by_sender(broadcast: Broadcast, sheets: Iterable[Sheet]) -> Iterator[Chunk]:
    tasks: dict[tuple[str, int], list[str]] = defaultdict(list)
    for sheet in sheets:
        for target in sheet.targets:
            if target.reason is None and target.sender and target.variant is not None:
                tasks[target.sender, target.variant].append(target.recipient_id)
    for (sender, variant), mine in tasks.items():
        most = 1 if wording.is_personal(broadcast, variant) else MOST[broadcast.route]
        for number, part in enumerate(parts(sorted(mine), most)):
            chunk_id = f"{pseudonym('staff', sender)}.{variant}.{number}"
            store_targets.put_list(broadcast.broadcast_id, chunk_id, part)
            yield Chunk(
                broadcast_id=broadcast.broadcast_id,
                chunk_id=chunk_id,
                variant=variant,
                sender=sender,
                marks=PENDING * len(part),
            )
