"""One-off schedules that say when an opening starts: one each, under a name that makes creating it twice harmless."""

from pond.channels.model import Opening
from pond.kernel import queues
from pond.kernel.settings import settings

KIND = "opening.due"


def create(opening: Opening) -> None:
    """Have EventBridge Scheduler put `opening.due` on the admission queue at the start."""
    message = {"kind": KIND, "programme_id": opening.programme_id, "opening_id": opening.opening_id}
    name = f"{opening.programme_id}.{opening.opening_id}"
    queues.send_at(name, opening.starts_at, settings().admission_queue_arn, message)
