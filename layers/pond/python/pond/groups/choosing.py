"""Which group takes the next seats, found without reading a pool's full groups again for every batch.

What is chosen is as it is now; only where to look is remembered, for a moment: the groups that come first. When none
of them has room, the whole pool is read, so that nobody is sent to the waitlist past a group with room.
"""

import time

from pond.groups import store
from pond.groups.model import Group, choose
from pond.programmes.model import FillOrder

LOOKED_AT = 8  # groups read for a batch, however many the pool has
REMEMBERED_SECONDS = 5.0

_first: dict[str, tuple[float, list[str]]] = {}


def group_for(pool_id: str, fill_order: FillOrder) -> Group | None:
    """The group of the pool that takes the next seats; None when none has room."""
    looked, chat_ids = _first.get(pool_id, (0.0, []))
    if time.monotonic() - looked < REMEMBERED_SECONDS:
        chosen = choose(store.get_groups(chat_ids), fill_order)
        if chosen:
            return chosen
    groups = {group.chat_id: group for group in store.groups_of(pool_id)}
    first: list[str] = []
    best = choose(list(groups.values()), fill_order)
    while len(first) < LOOKED_AT and (chosen := choose(list(groups.values()), fill_order)):
        first.append(groups.pop(chosen.chat_id).chat_id)
    _first[pool_id] = time.monotonic(), first
    return best
