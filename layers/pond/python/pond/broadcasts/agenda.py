"""Having broadcasts looked at when they are due for it."""

from collections.abc import Iterable
from datetime import datetime

from pond.broadcasts import store_agenda
from pond.kernel import queues
from pond.kernel.settings import settings

LOOK = "broadcast.look"
_AT_ONCE = 200  # broadcasts looked at in a minute


def tend(now: datetime) -> int:
    """Have every broadcast looked at that is due for it; how many. The caretaker does this each minute."""
    return ask(store_agenda.due(now, _AT_ONCE))


def ask(broadcast_ids: Iterable[str]) -> int:
    """Have these broadcasts looked at; how many."""
    bodies = [{"kind": LOOK, "broadcast_id": broadcast_id} for broadcast_id in broadcast_ids]
    queues.send(settings().broadcast_queue_url, bodies)
    return len(bodies)
