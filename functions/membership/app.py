"""Acts on what WeCom says about groups: joins and leaves, compared with the group itself."""

from time import sleep
from typing import Any

from pond.groups import membership
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics
from pond.platforms import inbox
from pond.platforms.events import CallbackReceived


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of `callback.received`."""
    return queues.work(event, _hear)


def _hear(envelope: queues.Envelope) -> None:
    callback = inbox.load(CallbackReceived.read(envelope).callback_id)
    membership.hear(callback.fields, callback.received_at, clock.now(), pause=sleep)
