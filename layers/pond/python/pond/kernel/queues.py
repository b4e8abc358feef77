"""Sending to SQS, now or at a set time, and the one loop by which workers take batches from it."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pond.kernel import correlation
from pond.kernel.aws import client
from pond.kernel.errors import PondError
from pond.kernel.logs import count, logger, measure
from pond.kernel.settings import settings

_SCHEDULE_ATTEMPTS, _SCHEDULE_SECONDS = 10, 3600  # then the caretaker does it

Envelope = dict[str, Any]  # what a rule or the scheduler puts on a queue: {"id", "detail-type", "time", "detail", …}


def send(queue_url: str, bodies: Iterable[dict[str, Any]], delay_seconds: int = 0) -> None:
    """Put messages on a queue, one call each: no partial failures to read. Broken off, the same call again repeats
    some, which workers bear. They come after a delay of at most 900 seconds, and carry the cause of what is being done.
    """
    for body in bodies:
        carried = body | {correlation.FIELD: correlation.current()}
        client("sqs").send_message(
            QueueUrl=queue_url, MessageBody=json.dumps(carried, ensure_ascii=False), DelaySeconds=delay_seconds
        )


def send_at(name: str, at: datetime, queue_arn: str, message: Mapping[str, object]) -> None:
    """Have EventBridge Scheduler put `message` on the queue at that time; the name makes asking again harmless.

    A schedule is a help and not the truth: it comes at least once, to the minute; whoever it calls claims what is due
    by a conditional write, and the caretaker finds what no schedule called for.
    """
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
                "RetryPolicy": {
                    "MaximumRetryAttempts": _SCHEDULE_ATTEMPTS,
                    "MaximumEventAgeInSeconds": _SCHEDULE_SECONDS,
                },
            },
        )
    except scheduler.exceptions.ConflictException:
        return  # it is there already


def work(event: dict[str, Any], handle: Callable[[Envelope], None]) -> dict[str, Any]:
    """Handle each record of an SQS batch alone and answer which ones SQS shall deliver again.

    A retryable error fails its record. Any other is parked in the dead-letter queue with its reason, and acknowledged:
    repeating would not help, and the rest goes on.
    """

    def handle_each(records: list[tuple[str, Envelope]]) -> dict[str, Exception]:
        failed: dict[str, Exception] = {}
        for message_id, envelope in records:
            try:
                with correlation.following(_cause(message_id, envelope)):
                    handle(envelope)
            except (
                Exception
            ) as error:  # each record stands alone; every kind of failure is logged and accounted for in work_all
                failed[message_id] = error
        return failed

    return work_all(event, handle_each)


def work_all(
    event: dict[str, Any], handle: Callable[[list[tuple[str, Envelope]]], dict[str, Exception]]
) -> dict[str, Any]:
    """Handle an SQS batch as a whole; `handle` gets (message id, envelope) pairs and returns the failures by
    message id."""
    readable: list[tuple[str, Envelope]] = []
    bodies = {record["messageId"]: record["body"] for record in event["Records"]}
    origins = {record["messageId"]: record["eventSourceARN"] for record in event["Records"]}
    failures: dict[str, Exception] = {}
    for message_id, body in bodies.items():
        try:
            readable.append((message_id, _envelope(body)))
        except ValueError:
            failures[message_id] = PondError("queues.unreadable", "the message is no JSON object")
    measure("WaitedSeconds", max(map(_waited, event["Records"]), default=0))
    causes = {_cause(message_id, envelope): _detail(envelope) for message_id, envelope in readable}
    with correlation.following_all(causes):
        failures |= handle(readable) if readable else {}
        logger.info("worked", extra={"messages": len(bodies), "failed": len(failures), "correlation_ids": list(causes)})
        return {"batchItemFailures": _account_for(failures, bodies, origins)}


def _envelope(body: str) -> Envelope:
    envelope = json.loads(body)
    if not isinstance(envelope, dict):
        raise ValueError("not an object")
    return envelope


def _account_for(
    failures: dict[str, Exception], bodies: dict[str, str], origins: dict[str, str]
) -> list[dict[str, str]]:
    """Park what will not succeed; what SQS shall deliver again."""
    again = []
    for message_id, error in failures.items():
        if isinstance(error, PondError) and not error.retryable:
            _park(bodies[message_id], origins[message_id], error)
        else:
            again.append({"itemIdentifier": message_id})
            expected = isinstance(error, PondError)
            logger.warning(
                "will be tried again",
                extra={
                    "message_id": message_id,
                    "code": error.code if isinstance(error, PondError) else type(error).__name__,
                },
                exc_info=None if expected else error,
            )
    return again


def _cause(message_id: str, envelope: Envelope) -> str:
    """The id that the message carries; one that carries none (the scheduler's) is a cause itself."""
    return str(envelope.get(correlation.FIELD) or _detail(envelope).get(correlation.FIELD) or message_id)


def _waited(record: dict[str, Any]) -> float:
    """How long a message lay on the queue until it was first taken, in seconds."""
    attributes = record.get("attributes", {})
    sent, taken = (int(attributes.get(name, 0)) for name in ("SentTimestamp", "ApproximateFirstReceiveTimestamp"))
    return max(0, taken - sent) / 1000 if sent else 0


def _detail(envelope: Envelope) -> dict[str, Any]:
    detail = envelope.get("detail")
    return detail if isinstance(detail, dict) else {}


def _park(body: str, queue_arn: str, error: PondError) -> None:
    logger.error("parked", extra={"code": error.code, "reason": error.message})
    count("Parked")
    client("sqs").send_message(
        QueueUrl=settings().dead_letter_queue_url,
        MessageBody=body,
        MessageAttributes={
            "reason": {"DataType": "String", "StringValue": f"{error.code}: {error.message}"[:256]},
            "queue": {
                "DataType": "String",
                "StringValue": queue_arn,
            },  # `pondctl dead-letters resend` reads it
        },
    )
