"""Welcomes people: who added a member of staff (within 20 seconds), and who took a seat."""

from typing import Any

from pond.groups import greeting
from pond.groups.events import SeatTaken
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics
from pond.platforms import inbox
from pond.platforms.events import CallbackReceived


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of `callback.received` with a welcome code, or of `seat.taken`."""
    return queues.work(event, _greet)


def _greet(envelope: queues.Envelope) -> None:
    if envelope.get("detail-type") == SeatTaken.name:
        outcome = greeting.welcome_member(SeatTaken.read(envelope), clock.now())
    else:
        outcome = greeting.greet_contact(inbox.load(CallbackReceived.read(envelope).callback_id).fields)
    logger.info("greeted", extra={"outcome": outcome})
