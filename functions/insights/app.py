"""Every month: the backup of everyone. Run again, it goes on where the last one stopped."""

from typing import Any

from pond.insights import backups
from pond.insights.model import ROUTES
from pond.kernel import clock, correlation
from pond.kernel.logs import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@correlation.own
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Have today's backup made."""
    tally = backups.make(None, clock.now()).tally
    over = {str(number): tally.over(number) for number in range(len(ROUTES) + 1)}
    count("MembersBackedUp", tally.members)
    logger.info("backed up", extra={"members": tally.members, "over_routes": over})
    return {"members": tally.members}
