"""Dead letters as they lie in their queues: read without taking them away, described without personal data, sent again.

A letter says itself where it belongs: SQS notes the queue it died in, EventBridge the target it could not reach, our
workers the queue it came from. One that was sent again is deleted only then: a crash between sends it twice, which
workers bear.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pond.kernel.aws import client
from pond.kernel.settings import settings

SUFFIX = "-dead"
_PAGE = 10  # SQS: messages a call
_LOOK_SECONDS = 30  # hidden from others so long while they are read
_TAKE_SECONDS = 120
# Ids, pseudonyms and counts: nothing else of a body is shown.
_SHOWN = (
    *("kind", "source", "programme_id", "pool_id", "opening_id", "chat_id", "member_id", "follower_id", "channel_id"),
    *("callback_id", "hold_id", "number", "first", "last", "first_number", "last_number", "reason", "version"),
)


@dataclass(frozen=True)
class Letter:
    """One dead letter. `target` is the URL of the queue it belongs to, if it says so."""

    queue: str
    message_id: str
    receipt: str
    body: str
    reason: str
    since: datetime
    target: str | None


def queues() -> dict[str, str]:
    """The deployment's dead-letter queues: short name → URL."""
    start = f"{settings().prefix}-"
    names = {url.rsplit("/", 1)[1]: url for url in _all_queues()}
    found = {name.removeprefix(start).removesuffix(SUFFIX): url for name, url in names.items() if name.endswith(SUFFIX)}
    return dict(sorted(found.items()))


def count(url: str) -> int:
    """About how many lie there, read by somebody just now or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"].get(name, 0)) for name in names)


def look(name: str, url: str, at_most: int) -> list[Letter]:
    """Up to so many letters; they stay where they are."""
    found = list(_receive(name, url, at_most, _LOOK_SECONDS))
    for letter in found:
        client("sqs").change_message_visibility(QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)
    return found


def take(name: str, url: str) -> Iterator[Letter]:
    """All letters, each once, hidden from others meanwhile."""
    return _receive(name, url, count(url), _TAKE_SECONDS)


def put_back(url: str, letter: Letter) -> None:
    """Let it lie."""
    client("sqs").change_message_visibility(QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)


def send_again(url: str, letter: Letter, target: str) -> None:
    """Send it to the queue `target`, then delete it here."""
    client("sqs").send_message(QueueUrl=target, MessageBody=letter.body)
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=letter.receipt)


def sources(url: str) -> list[str]:
    """URLs of the deployment's queues whose dead come here."""
    (here,) = _attributes(url, "QueueArn")
    policies = {one: _attributes(one, "RedrivePolicy") for one in _all_queues() if one != url}
    return [one for one, held in policies.items() if held and json.loads(held[0])["deadLetterTargetArn"] == here]


def queue_url(name: str) -> str:
    """The URL of one of the deployment's queues, by short or full name."""
    start = f"{settings().prefix}-"
    url: str = client("sqs").get_queue_url(QueueName=name if name.startswith(start) else start + name)["QueueUrl"]
    return url


def describe(body: str) -> str:
    """What a letter is about: its kind and its ids; no other value of it."""
    try:
        message = json.loads(body)
    except ValueError:
        return "not JSON"
    if not isinstance(message, dict):
        return "not an object"
    detail = message.get("detail")
    about = detail if isinstance(detail, dict) else message
    parts = [str(message["detail-type"])] if "detail-type" in message else []
    parts += [f"{key}={about[key]}" for key in _SHOWN if isinstance(about.get(key), str | int)]
    return " ".join(parts) or f"fields: {' '.join(sorted(about))}"


def _all_queues() -> list[str]:
    pages = client("sqs").get_paginator("list_queues").paginate(QueueNamePrefix=f"{settings().prefix}-")
    return [url for page in pages for url in page.get("QueueUrls", [])]


def _attributes(url: str, name: str) -> list[str]:
    answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return [value for key, value in answer.get("Attributes", {}).items() if key == name]


def _receive(name: str, url: str, at_most: int, hidden_seconds: int) -> Iterator[Letter]:
    seen: set[str] = set()
    while len(seen) < at_most:
        answer = client("sqs").receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(_PAGE, at_most - len(seen)),
            VisibilityTimeout=hidden_seconds,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not fresh:
            return
        for message in fresh:
            seen.add(message["MessageId"])
            yield _letter(name, message)


def _letter(name: str, message: dict[str, Any]) -> Letter:
    system = message.get("Attributes", {})
    ours = {key: value.get("StringValue", "") for key, value in message.get("MessageAttributes", {}).items()}
    from_arn = system.get("DeadLetterQueueSourceArn") or ours.get("queue") or ours.get("TARGET_ARN") or ""
    reason = ours.get("reason") or ours.get("ERROR_CODE") or ours.get("ErrorCode")
    if not reason:
        reason = _lambda_condition(message["Body"]) or "given up after every try"
    return Letter(
        queue=name,
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        reason=reason,
        since=datetime.fromtimestamp(int(system.get("SentTimestamp", 0)) / 1000, UTC),
        target=queue_url(from_arn.rsplit(":", 1)[1]) if ":sqs:" in from_arn else None,
    )


def _lambda_condition(body: str) -> str:
    """Why Lambda gave up a stream's batch; such a letter names records and does not hold them."""
    try:
        message = json.loads(body)
    except ValueError:
        return ""
    if isinstance(message, dict) and "DDBStreamBatchInfo" in message:
        return f"stream batch: {message.get('requestContext', {}).get('condition', 'failed')}"
    return ""
