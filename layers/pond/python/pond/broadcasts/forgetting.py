"""Forgetting a member in broadcasts: a made-up name stands where theirs stood, so that each target keeps its place and
each figure its count. A broadcast that is still to be sent reaches nobody under it.
"""

import secrets
from collections import Counter
from collections.abc import Collection

from pond.broadcasts import store_forgetting, store_optouts, store_targets
from pond.kernel.errors import Transient


def forget(member_id: str) -> Counter[str]:
    """Forget that a member wanted no broadcasts; how many rows that took."""
    known = store_optouts.among([member_id])
    store_optouts.remove(member_id)
    return Counter({"optouts": len(known)})


def sweep(names: Collection[str]) -> Counter[str]:
    """Take these members, and the contacts they are known by, out of targets and responses; how many rows that changed.
    Reads all of both tables: by night.

    Raises:
        Transient: `broadcast.expanding`: a page that is written now begins at one of them; do it again.
    """
    made_up = {name: f"~{secrets.token_hex(8)}" for name in sorted(names)}
    taken: Counter[str] = Counter()
    for row in list(store_forgetting.rows_naming(names)):
        if _goes_on_from(row.broadcast_id, names):
            raise Transient("broadcast.expanding", f"{row.broadcast_id} is being expanded just there")
        taken["targets"] += store_forgetting.rename(row, made_up)
    for response in list(store_forgetting.responses_of(names)):
        name = response.response_id.rpartition("/")[2]
        taken["responses"] += store_forgetting.rename_response(response, made_up[name])
    return taken


def _goes_on_from(broadcast_id: str, names: Collection[str]) -> bool:
    """Whether the next page of targets begins after one of these: then it must still be known by its name."""
    last = store_targets.last_sheet(broadcast_id)
    return last is not None and last.next is not None and any(name in last.next for name in names)
