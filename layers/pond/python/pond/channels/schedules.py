"""One-off schedules that say when an opening starts: one each, under a name that makes creating it twice harmless."""

import json

from pond.channels.model import Opening
from pond.kernel.aws import client
from pond.kernel.settings import settings

KIND = "opening.due"
_ATTEMPTS, _SECONDS = 10, 3600  # then the caretaker opens it


def create(opening: Opening) -> None:
    """Have EventBridge Scheduler put `opening.due` on the admission queue at the start."""
    scheduler = client("scheduler")
    message = {"kind": KIND, "programme_id": opening.programme_id, "opening_id": opening.opening_id}
    try:
        scheduler.create_schedule(
            GroupName=settings().schedule_group,
            Name=f"{opening.programme_id}.{opening.opening_id}",
            ScheduleExpression=f"at({opening.starts_at:%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone="UTC",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": settings().admission_queue_arn,
                "RoleArn": settings().schedule_role_arn,
                "Input": json.dumps(message),
                "RetryPolicy": {"MaximumRetryAttempts": _ATTEMPTS, "MaximumEventAgeInSeconds": _SECONDS},
            },
        )
    except scheduler.exceptions.ConflictException:
        return  # it is there already
