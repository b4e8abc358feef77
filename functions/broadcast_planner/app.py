"""Plans what plans want within a day, every ten minutes; a run that broke off is finished by the next."""

from typing import Any

from pond.broadcasts import planning
from pond.kernel import clock, correlation
from pond.kernel.logs import logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@correlation.own
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Plan all plans; one that fails does not keep the others from being planned, and fails the run."""
    decided = planning.tend(clock.now())
    logger.info("planned", extra={"decided": decided})
    return {"decided": decided}
