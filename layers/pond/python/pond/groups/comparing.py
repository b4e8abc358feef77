"""One process at a time compares a group with its roster: two that read WeCom at different moments would undo
each other's work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pond.groups import store_rosters
from pond.groups.model_rosters import Chain
from pond.kernel.errors import Transient
from pond.kernel.ids import new_id

WAITS = 8
WAIT_SECONDS = 1.0


@dataclass
class Comparison:
    """The right to compare; set `chain` to how far the roster is true afterwards."""

    chain: Chain


@contextmanager
def alone(chat_id: str, now: datetime, pause: Callable[[float], None]) -> Iterator[Comparison]:
    """Wait for the right to compare this group, and give it back with what was reached.

    Raises:
        Transient: `membership.busy` when another worker keeps comparing, or died doing so: deliver again.
    """
    lease_id = new_id(now)
    for attempt in range(WAITS):
        chain = store_rosters.lease(chat_id, lease_id, now)
        if chain is not None:
            break
        if attempt < WAITS - 1:
            pause(WAIT_SECONDS)
    else:
        raise Transient("membership.busy", "another worker is comparing this group")
    comparison = Comparison(chain)
    try:
        yield comparison
    except Exception:
        store_rosters.release(chat_id, lease_id, chain)
        raise
    store_rosters.release(chat_id, lease_id, comparison.chain)
