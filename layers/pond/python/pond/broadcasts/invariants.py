"""What must always hold about broadcasts (design §5, 7), as one check over the tables. Reads everything, so it belongs
on nobody's path.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from pond.broadcasts import locating, moving, store_broadcasts, store_chunks, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import PASSED_ON
from pond.groups.invariants import Breach

STUCK = timedelta(hours=1)  # a look that is so late has been forgotten


def check(now: datetime) -> list[Breach]:
    """Every breach found; empty when all invariants hold."""
    return [breach for broadcast in store_broadcasts.everyone() for breach in of(broadcast, now)]


def of(broadcast: Broadcast, now: datetime) -> Iterator[Breach]:
    """The breaches of one broadcast."""
    about = broadcast.broadcast_id
    if broadcast.state in ("scheduled", "dispatching") and (broadcast.next_at or broadcast.created_at) + STUCK < now:
        yield Breach("broadcast", about, f"{broadcast.state}, and nobody looked at it since {broadcast.next_at}")
    written: Counter[str] = Counter()
    meant: Counter[str] = Counter()
    for sheet in store_targets.sheets(about):
        written.update(target.recipient_id for target in sheet.targets)
        meant.update(target.recipient_id for target in sheet.targets if target.reason is None)
    for recipient_id in (one for one, times in written.items() if times > 1):
        yield Breach("targeted", recipient_id, f"{written[recipient_id]} times in {about}")
    if broadcast.dealt_at is None:
        return
    dealt: Counter[str] = Counter()
    for chunk in store_chunks.of(about):
        recipients = locating.recipients(chunk)
        dealt.update(one for one, mark in zip(recipients, chunk.marks, strict=False) if mark != PASSED_ON)
        if len(chunk.marks) != len(recipients):
            yield Breach("targeted", about, f"chunk {chunk.chunk_id}: {len(chunk.marks)} marks of {len(recipients)}")
        if broadcast.state == "sent" and (chunk.is_open or not chunk.over):
            yield Breach("broadcast", about, f"sent, and chunk {chunk.chunk_id} is {chunk.state}")
    if dealt != meant:
        yield Breach("targeted", about, f"{meant.total()} targets, {dealt.total()} dealt")
    if broadcast.moved:
        moved = Counter(one for _part, ids in moving.those(broadcast.moved, broadcast.kind) for one in ids)
        if moved != written:
            yield Breach(
                "targeted", about, f"{moved.total()} moved out of {broadcast.moved.of}, {written.total()} here"
            )
