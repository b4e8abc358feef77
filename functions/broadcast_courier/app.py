"""Takes broadcasts to their targets: begins what is due, writes targets, creates tasks, writes to members."""

from typing import Any

from pond.broadcasts import courier
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of broadcasts to look at and chunks to send."""
    return queues.work(event, lambda message: courier.take(message, clock.now()))
