"""Dead letters are looked at without being taken, and sent again to where they belong, each once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from pond.kernel.aws import client
from pond.kernel.settings import forget
from pondctl.main import main
from support.cloud import Cloud

Run = Callable[..., tuple[int, str]]


@dataclass(frozen=True)
class Queues:
    """A dead-letter queue of a deployment of this test's own, and the queues whose dead come there."""

    dead: str
    sources: dict[str, str]

    def park(self, body: dict[str, Any], **attributes: str) -> None:
        client("sqs").send_message(
            QueueUrl=self.dead,
            MessageBody=json.dumps(body, ensure_ascii=False),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )


Make = Callable[..., Queues]


def bodies(url: str) -> list[dict[str, Any]]:
    """What lies in a queue; it is taken."""
    found = []
    while messages := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def arn(url: str) -> str:
    answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


@pytest.fixture
def make(cloud: Cloud, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes the queues of a unit: its dead-letter queue, and the named ones before it."""
    prefix = unique("fresh")
    monkeypatch.setenv("POND_PREFIX", prefix)
    forget()

    def queues(unit: str, *names: str) -> Queues:
        dead = client("sqs").create_queue(QueueName=f"{prefix}-{unit}-dead")["QueueUrl"]
        redrive = json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1})
        return Queues(
            dead,
            {
                name: client("sqs").create_queue(
                    QueueName=f"{prefix}-{name}", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"}
                )["QueueUrl"]
                for name in names
            },
        )

    yield queues
    monkeypatch.undo()
    forget()


@pytest.fixture
def run(now: datetime, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; its exit code and what it said."""

    def call(*arguments: str) -> tuple[int, str]:
        code = main(["dead-letters", *arguments], now)
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def test_they_are_shown_with_their_reason_and_stay(make: Make, run: Run) -> None:
    queues = make("allocation", "allocation")
    body = {"detail-type": "member.registered", "detail": {"member_id": "m1", "name": "王小美"}}
    queues.park(body, reason="x.y: why")
    for _ in range(2):
        code, said = run("show")
        assert code == 0
        assert "allocation" in said and "x.y: why" in said and "member.registered member_id=m1" in said
        assert "王小美" not in said
    assert run("show", "allocation-dead")[0] == 0
    assert len(bodies(queues.dead)) == 1


def test_nothing_dead_is_said_so(make: Make, run: Run) -> None:
    make("allocation", "allocation")
    assert run("show") == (0, "no dead letters\n")
    assert run("resend") == (0, "sent again: 0, stayed: 0\n")


def test_they_go_back_to_the_only_queue_they_can_come_from(make: Make, run: Run) -> None:
    queues = make("allocation", "allocation")
    for number in range(23):
        queues.park({"detail": {"number": number}}, reason="x")
    assert run("resend", "allocation") == (0, "sent again: 23, stayed: 0\n")
    assert sorted(one["detail"]["number"] for one in bodies(queues.sources["allocation"])) == list(range(23))
    assert bodies(queues.dead) == []


def test_a_message_that_died_in_its_queue_goes_back_there(make: Make, run: Run) -> None:
    queues = make("admission", "admission", "notices")
    client("sqs").send_message(QueueUrl=queues.sources["notices"], MessageBody='{"kind": "notices"}')
    for _ in range(3):  # the second attempt finds it received once already and moves it
        client("sqs").receive_message(QueueUrl=queues.sources["notices"])
    code, said = run("resend")
    assert (code, said) == (0, "sent again: 1, stayed: 0\n")
    assert bodies(queues.sources["notices"]) == [{"kind": "notices"}]


def test_a_letter_says_where_it_belongs_or_stays_until_told(make: Make, run: Run) -> None:
    queues = make("greeting", "greetings", "welcomes")
    queues.park({"n": 1}, reason="x", queue=arn(queues.sources["welcomes"]))
    queues.park({"n": 2}, ERROR_CODE="NO_PERMISSIONS", TARGET_ARN=arn(queues.sources["greetings"]))
    queues.park({"n": 3}, reason="x")
    code, said = run("resend")
    assert code == 1
    assert "1 do not say where they belong; choose the queue with --to" in said
    assert "sent again: 2, stayed: 1" in said
    assert bodies(queues.sources["welcomes"]) == [{"n": 1}]
    assert bodies(queues.sources["greetings"]) == [{"n": 2}]
    assert run("resend", "--to", "welcomes") == (0, "sent again: 1, stayed: 0\n")
    assert bodies(queues.sources["welcomes"]) == [{"n": 3}]


def test_a_streams_batch_is_shown_and_never_sent_to_a_queue(make: Make, run: Run) -> None:
    queues = make("relay")
    queues.park({"requestContext": {"condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": {"shardId": "s"}})
    assert "stream batch: RetryAttemptsExhausted" in run("show", "relay")[1]
    code, said = run("resend")
    assert (code, "name records of a stream" in said) == (1, True)
    assert len(bodies(queues.dead)) == 1
