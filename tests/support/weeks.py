"""A week that passes in a minute: the functions of broadcasts run in this process, by a clock that is moved, with the
deployed tables, queues and schedules, and the sandbox's clock goes along.

`python -m support.weeks SANDBOX_URL DAYS 10:00 20:00 …` (China time), while the deployed workers rest: theirs is the
real time.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

from pond.broadcasts import agenda
from pond.kernel import clock
from pond.kernel.aws import client
from pond.kernel.clock import CHINA, china_day
from pond.kernel.settings import forget, settings
from support.sandbox import Sandbox
from support.web import CONTEXT, load

Handler = Callable[[dict[str, Any], object], dict[str, Any]]
WORKERS = {"broadcast_courier": "broadcasts", "broadcast_results": "broadcast-results"}  # and their queues
VARIABLES = {
    "POND_BROADCAST_QUEUE_URL": "broadcasts",
    "POND_RESULT_QUEUE_URL": "broadcast-results",
    "POND_DEAD_LETTER_QUEUE_URL": "broadcast_courier-dead",
}


def pass_by(sandbox: Sandbox, days: int, at: list[time]) -> None:
    """Let so many days pass, in steps to these times of each. In each step plans are planned, what is due is worked
    through, and staff send their tasks."""
    os.environ.update({variable: _url(queue) for variable, queue in VARIABLES.items()})
    forget()
    planner = load("broadcast_planner")
    workers = {_url(queue): load(function).handler for function, queue in WORKERS.items()}
    for now in _moments(clock.now(), days, at):
        sandbox.do("POST", "/clock", {"now": now.timestamp(), "freeze": True})
        with patch.object(clock, "now", return_value=now):
            planner.handler({}, CONTEXT)
            agenda.tend(now)  # of the caretaker's duties only this: others would end holds and openings elsewhere
            while sum(_work(url, handler) for url, handler in workers.items()):
                pass
        sandbox.do("POST", "/masses/send", {})


def _moments(began: datetime, days: int, at: list[time]) -> list[datetime]:
    first = china_day(began)
    found = [datetime.combine(first + timedelta(days=day), one, CHINA) for day in range(days + 1) for one in at]
    return [moment.astimezone(UTC) for moment in sorted(found) if moment > began]


def _work(url: str, handler: Handler) -> int:
    """Hand a queue's next messages to its worker; how many there were."""
    answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    held = {one["MessageId"]: one for one in answer.get("Messages", [])}
    records = [
        {"messageId": message_id, "body": one["Body"], "eventSourceARN": url, "attributes": {}}
        for message_id, one in held.items()
    ]
    failed = handler({"Records": records}, CONTEXT)["batchItemFailures"] if records else []
    assert not failed, [held[one["itemIdentifier"]]["Body"] for one in failed]
    for one in held.values():
        client("sqs").delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return len(held)


def _url(queue: str) -> str:
    url: str = client("sqs").get_queue_url(QueueName=f"{settings().prefix}-{queue}")["QueueUrl"]
    return url


if __name__ == "__main__":
    pass_by(Sandbox(sys.argv[1]), int(sys.argv[2]), [time.fromisoformat(one) for one in sys.argv[3:]])
