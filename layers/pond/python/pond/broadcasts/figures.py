"""A broadcast in numbers, counted from what stands in its sheets, chunks and contributions: always right, never
stored."""

from pond.broadcasts import caps, locating, responses, scheduling, store_chunks, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_figures import Figures, Result


def of(broadcast_id: str) -> Result:
    """What became of a broadcast so far. Reads all its rows: for operators, never where a member waits.

    Raises:
        NotFound: `broadcast.unknown`.
    """
    broadcast = scheduling.get(broadcast_id)
    result = Result(versions={version_of(broadcast, number): Figures() for number in range(len(broadcast.variants))})
    for sheet in store_targets.sheets(broadcast_id):
        for target in sheet.targets:
            if target.reason and target.reason.startswith(caps.MOVED):
                result.total.moved += 1
            elif target.reason:
                result.total.skipped[target.reason] += 1
    receipts = responses.receipts(broadcast_id) if broadcast.route == "sms" else {}
    for chunk in store_chunks.of(broadcast_id):
        version = result.versions[version_of(broadcast, chunk.variant)]
        ids = locating.recipients(chunk) if broadcast.kind == "group" else [""] * len(chunk.marks)
        for number, (recipient_id, mark) in enumerate(zip(ids, chunk.marks, strict=True)):
            for figures in _places(result, version, recipient_id):
                figures.mark(mark, receipts.get((chunk.chunk_id, number)))
    for kind, name, place in responses.of(broadcast_id):
        version = result.versions.setdefault(name, Figures())
        for figures in _places(result, version, place if place != responses.NOWHERE else ""):
            figures.did(kind)
    return result


def version_of(broadcast: Broadcast, variant: int) -> str:
    """How a version is called in links and figures."""
    return f"{broadcast.variants[variant].content_id}~{broadcast.variants[variant].version}"


def _places(result: Result, version: Figures, chat_id: str) -> list[Figures]:
    found = [result.total, version]
    if chat_id:
        found.append(result.groups.setdefault(chat_id, Figures()))
    return found
