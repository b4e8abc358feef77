"""The outbox: what tables became, as events on the bus. The only publisher there is.

A batch that cannot be published is tried again as a whole (the mapping halves it to find a bad record);
publishing an event twice is what consumers bear, losing one is not.
"""

from collections import Counter
from typing import Any

from pond.broadcasts import events as broadcasts
from pond.channels import events as channels
from pond.groups import events as groups
from pond.kernel import changes
from pond.kernel.events import DomainEvent, publish
from pond.kernel.logs import count, logger, metrics
from pond.kernel.settings import settings
from pond.members import events as members
from pond.orders import events as orders
from pond.platforms import events as platforms

ROOMS = (platforms, channels, members, groups, orders, broadcasts)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Publish the events that a batch of stream records means."""
    meant: list[tuple[DomainEvent, str]] = []
    for record in event["Records"]:
        change = changes.read(record, settings().prefix)
        for room in ROOMS:
            events = room.from_change(change.table, change.old, change.new)
            meant.extend((event, change.correlation_id) for event in events)
    publish(settings().bus_name, meant)
    for name, times in Counter(type(event).metric() for event, _ in meant).items():
        count(name, times)  # what happened, whatever room it is of: "SeatTaken", "FollowerFollowed"
    causes = sorted({cause for _, cause in meant})
    logger.info("relayed", extra={"records": len(event["Records"]), "events": len(meant), "correlation_ids": causes})
    return {"batchItemFailures": []}
