"""Hears what became of broadcasts: asks WeCom about tasks, takes them back, and notes what people did after them."""

from typing import Any

from pond.broadcasts import hearing
from pond.kernel import clock, queues
from pond.kernel.logs import logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of chunks to ask about and of links opened, seats taken, orders paid."""
    return queues.work(event, lambda message: hearing.hear(message, clock.now()))
