"""Lets people in when an opening is due, and tells each; takes the admission and the notice queue."""

from typing import Any

from pond.channels import admission
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of due openings, `opening.opened`, or ranges of numbers to tell."""
    return queues.work(event, lambda message: admission.take(message, clock.now()))
