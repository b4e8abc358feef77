"""Keeps rosters and seats true: what WeCom says about groups, people whose seat changed, and every group by night."""

from collections import defaultdict
from time import sleep
from typing import Any

from pond.groups import membership, reconciliation
from pond.groups.events import SeatFreed, SeatHeld, SeatTaken
from pond.groups.model_rosters import Heard, read
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics
from pond.platforms import inbox
from pond.platforms.events import CallbackReceived

SEATS: dict[str, type[SeatHeld | SeatTaken | SeatFreed]] = {
    event.name: event for event in (SeatHeld, SeatTaken, SeatFreed)
}


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of `callback.received`, those of a group together; or of what makes us look again."""
    return queues.work_all(event, _work)


def _work(messages: list[tuple[str, queues.Envelope]]) -> dict[str, Exception]:
    failed: dict[str, Exception] = {}
    heard: dict[str, dict[str, Heard]] = defaultdict(dict)
    for message_id, envelope in messages:
        try:
            if envelope.get("detail-type") == CallbackReceived.name:
                callback = inbox.load(CallbackReceived.read(envelope).callback_id)
                said = read(callback.fields, callback.received_at)
                heard[said.chat_id][message_id] = said
            else:
                _look_again(envelope)
        except Exception as error:  # each message stands alone; the loop logs and accounts for every kind of failure
            failed[message_id] = error
    for chat_id, events in heard.items():
        try:
            membership.hear_all(chat_id, list(events.values()), clock.now(), pause=sleep)
        except Exception as error:  # as above, for the messages about one group
            failed |= dict.fromkeys(events, error)
    return failed


def _look_again(envelope: queues.Envelope) -> None:
    kind, now = str(envelope.get("detail-type")), clock.now()
    if kind in SEATS:
        seat = SEATS[kind].read(envelope)
        reconciliation.restand(seat.member_id, seat.programme_id, now, pause=sleep)
    elif kind == reconciliation.OwnersDue.name:
        reconciliation.plan_owners(reconciliation.OwnersDue.read(envelope))
    else:
        outcome = reconciliation.compare(reconciliation.GroupDue.read(envelope), now, pause=sleep)
        logger.info("compared", extra={"outcome": outcome})
