"""Groups that have another owner than when their broadcast was expanded: they go over into a task of whoever owns them
now.

A group leaves one chunk and comes into another in one transaction, and only while no task stands before its former
owner: so it is always in one, and nobody is asked twice.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import batched

from pond.broadcasts import locating, store_chunks, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import PASSED_ON, PENDING, Chunk
from pond.groups import setup
from pond.kernel.ids import pseudonym

_AT_ONCE = 50  # owners in a transaction


def to_present_owners(broadcast: Broadcast, chunk: Chunk) -> Chunk | None:
    """Leave in a chunk only what its sender still owns, as far as we know; the chunk then, or None when somebody else
    changed it."""
    if broadcast.route != "wecom_group":
        return chunk
    recipients = locating.recipients(chunk)
    pending = {place: recipients[place] for place, mark in enumerate(chunk.marks) if mark == PENDING}
    groups = setup.several(pending.values())
    owners = {place: groups[chat_id].owner for place, chat_id in pending.items() if chat_id in groups}
    return pass_on(chunk, chunk, {place: one for place, one in owners.items() if one and one != chunk.sender})


def pass_on(old: Chunk, new: Chunk, owners: Mapping[int, str]) -> Chunk | None:
    """Write what became of a chunk, and give some of its groups, by their places, to others; the chunk then, or None
    when somebody else changed it."""
    if not owners:
        return new if new is old else store_chunks.swap(old, new)
    recipients, mine = locating.recipients(old), defaultdict[str, list[int]](list)
    for place, owner in sorted(owners.items()):
        mine[owner].append(place)
    for some in batched(mine.items(), _AT_ONCE, strict=False):
        given = {place for _owner, places in some for place in places}
        marks = "".join(PASSED_ON if place in given else mark for place, mark in enumerate(new.marks))
        others = [_given(old, owner, [recipients[place] for place in places]) for owner, places in some]
        after = store_chunks.divide(old, replace(new, marks=marks), others)
        if after is None:
            return None
        old = new = after
    return new


def _given(chunk: Chunk, owner: str, chat_ids: list[str]) -> Chunk:
    """A chunk for another owner; its name says out of which state of which chunk it comes, with what."""
    told = "\n".join([chunk.chunk_id, str(chunk.revision), *chat_ids])
    chunk_id = f"{pseudonym('staff', owner)}.{chunk.variant}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    store_targets.put_list(chunk.broadcast_id, chunk_id, chat_ids)
    return Chunk(
        broadcast_id=chunk.broadcast_id,
        chunk_id=chunk_id,
        variant=chunk.variant,
        sender=owner,
        marks=PENDING * len(chat_ids),
    )
