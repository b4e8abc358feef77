"""Tells people: who added a member of staff (within 20 seconds); and through the account who took a seat, waits for
one, was called up, loses theirs soon, or was accepted or refused by an operator."""

from typing import Any

from pond.groups import greeting, reminders
from pond.groups.events import SeatHeld, SeatTaken, SeatWaiting
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics
from pond.members.events import RegistrationDecided
from pond.platforms import inbox
from pond.platforms.events import CallbackReceived


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of `callback.received` with a welcome code, or of what is said through the account."""
    return queues.work(event, _greet)


def _greet(envelope: queues.Envelope) -> None:
    logger.info("told", extra={"kind": envelope.get("detail-type"), "outcome": _outcome(envelope)})


def _outcome(envelope: queues.Envelope) -> str | dict[str, int]:
    now = clock.now()
    match envelope.get("detail-type"):
        case SeatTaken.name:
            return greeting.welcome_member(SeatTaken.read(envelope), now)
        case RegistrationDecided.name:
            return greeting.tell_decision(RegistrationDecided.read(envelope), now)
        case SeatWaiting.name:
            return reminders.tell_waiting(SeatWaiting.read(envelope), now)
        case SeatHeld.name:
            return reminders.tell_called(SeatHeld.read(envelope), now)
        case reminders.HoldEnding.name:
            return reminders.remind(reminders.HoldEnding.read(envelope), now)
    return greeting.greet_contact(inbox.load(CallbackReceived.read(envelope).callback_id).fields)
