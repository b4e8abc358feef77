"""One-off schedules of EventBridge Scheduler, each under a name that makes creating it twice harmless.

A schedule is a help and not the truth: it comes at least once, to the minute; whoever it calls claims what is due by a
conditional write, and the caretaker finds what no schedule called for.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from pond.kernel.aws import client
from pond.kernel.settings import settings

_ATTEMPTS, _SECONDS = 10, 3600  # then the caretaker does it


def create(name: str, at: datetime, queue_arn: str, message: Mapping[str, object]) -> None:
    """Have `message` put on the queue at that time, once; the schedule removes itself."""
    scheduler = client("scheduler")
    try:
        scheduler.create_schedule(
            GroupName=settings().schedule_group,
            Name=name,
            ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone="UTC",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": queue_arn,
                "RoleArn": settings().schedule_role_arn,
                "Input": json.dumps(message),
                "RetryPolicy": {"MaximumRetryAttempts": _ATTEMPTS, "MaximumEventAgeInSeconds": _SECONDS},
            },
        )
    except scheduler.exceptions.ConflictException:
        return  # it is there already
