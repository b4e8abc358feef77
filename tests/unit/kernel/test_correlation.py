"""One id from a cause to its last effect: what is logged and written inside, and what a batch makes of several."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from pynamodb.attributes import UnicodeAttribute

from pond.kernel import changes, correlation, events, queues
from pond.kernel.events import DomainEvent
from pond.kernel.logs import logger
from pond.kernel.tables import Table, Transaction

RECORD = {"eventSourceARN": "arn:aws:sqs:us-east-1:0:pond-test-work"}


class _Row(Table):
    class Meta:
        table_name = "rows"

    member_id = UnicodeAttribute(hash_key=True)
    state = UnicodeAttribute(null=True)


@dataclass(frozen=True, kw_only=True)
class _Happened(DomainEvent):
    name: ClassVar[str] = "seat.half_taken"

    member_id: str


@pytest.fixture(autouse=True)
def bound(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("POND_PREFIX", "pond-test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield
    _Row._bound = None
    _Row.Meta.table_name = "rows"


def _written(row: _Row) -> str | None:
    """The cause that a put of this row would write."""
    attribute = row.serialize().get("correlation_id")
    return attribute["S"] if attribute else None


def test_a_row_says_what_last_changed_it() -> None:
    assert _written(_Row("m")) is None
    with correlation.following("request-1"):
        assert _written(_Row("m")) == "request-1"
        with correlation.following("request-2"):
            assert _written(_Row("m")) == "request-2"
        assert _written(_Row("m")) == "request-1"


def test_an_update_says_it_too_and_leaves_no_older_cause() -> None:
    transaction = Transaction()
    with correlation.following("request-1"):
        transaction.update("row", _Row("m"), [_Row.state.set("held")])
    transaction.update("other", _Row("n"), [_Row.state.set("held")])
    (said, silent) = transaction._write._update_items
    assert {"S": "request-1"} in said["ExpressionAttributeValues"].values()
    assert "REMOVE" in silent["UpdateExpression"] and "correlation_id" in silent["ExpressionAttributeNames"].values()


def test_in_a_batch_a_row_belongs_to_who_names_its_key() -> None:
    causes = {"cause-a": {"member_id": "a"}, "cause-b": {"member_id": "b"}}
    with correlation.following_all(causes):
        assert [_written(_Row(member)) for member in "abc"] == ["cause-a", "cause-b", "cause-a"]


def test_a_change_carries_the_cause_of_its_row_or_is_one_itself() -> None:
    image = {"member_id": {"S": "m"}, "correlation_id": {"S": "request-1"}}
    record = {"eventID": "e-1", "eventSourceARN": "arn:aws:dynamodb:::table/pond-test-rows/stream/1"}
    assert changes.read({**record, "dynamodb": {"NewImage": image}}, "pond-test").correlation_id == "request-1"
    unsaid = {"member_id": {"S": "m"}}
    assert changes.read({**record, "dynamodb": {"NewImage": unsaid}}, "pond-test").correlation_id == "e-1"
    assert changes.read({**record, "dynamodb": {"OldImage": image}}, "pond-test").correlation_id == "e-1"


def test_an_event_takes_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    entries: list[dict[str, Any]] = []

    class Bus:
        def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
            entries.extend(Entries)
            return {"FailedEntryCount": 0, "Entries": []}

    monkeypatch.setattr(events, "client", lambda service: Bus())
    events.publish("bus", [(_Happened(member_id="m"), "request-1")])
    assert json.loads(entries[0]["Detail"]) == {"version": 1, "member_id": "m", "correlation_id": "request-1"}
    assert (
        _Happened.read({"detail-type": "seat.half_taken", "detail": json.loads(entries[0]["Detail"])}).member_id == "m"
    )
    assert _Happened.metric() == "SeatHalfTaken"


def test_a_worker_goes_on_under_it_and_hands_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    seen: dict[str, tuple[str | None, Any]] = {}

    class Queue:
        def send_message(self, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:
            sent.append(json.loads(MessageBody))

    def handle(envelope: queues.Envelope) -> None:
        seen[str(envelope["detail"]["member_id"])] = (
            correlation.current(),
            logger.get_current_keys()["correlation_id"],
        )
        queues.send("url", [{"detail-type": "further.work", "detail": {}}])

    monkeypatch.setattr(queues, "client", lambda service: Queue())
    bodies = {
        "1": {"detail": {"member_id": "a", "correlation_id": "from-an-event"}},
        "2": {"correlation_id": "from-a-message", "detail": {"member_id": "b"}},
        "3": {"detail": {"member_id": "c"}},
    }
    records = [{"messageId": key, "body": json.dumps(body), **RECORD} for key, body in bodies.items()]
    assert queues.work({"Records": records}, handle) == {"batchItemFailures": []}
    expected = {"a": "from-an-event", "b": "from-a-message", "c": "3"}
    assert seen == {member: (cause, cause) for member, cause in expected.items()}
    assert [message["correlation_id"] for message in sent] == list(expected.values())
    assert correlation.current() is None and "correlation_id" not in logger.get_current_keys()


def test_what_time_calls_is_its_own_cause() -> None:
    class Context:
        aws_request_id = "invocation-1"

    assert correlation.own(lambda event, context: correlation.current())({}, Context()) == "invocation-1"
