"""From tables' streams to queues, in this process: the real streams, the real relay, the rules of the template.

What is on a queue here stays until a test has it delivered, in whatever order and however often, or lets it be lost.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3

from pond.kernel import changes
from pond.kernel.changes import Change
from pond.kernel.events import DomainEvent
from support.template import of_type, read

Envelope = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """Something on a queue, since when."""

    number: int
    queue: str
    body: Envelope = field(hash=False)
    at: datetime

    @property
    def kind(self) -> str:
        """The event's name, or what else the message calls itself."""
        return str(self.body.get("detail-type") or self.body.get("kind"))

    def record(self) -> dict[str, Any]:
        """As SQS gives it to a function."""
        arn = f"arn:aws:sqs:us-east-1:000000000000:{self.queue}"
        return {"messageId": str(self.number), "body": json.dumps(self.body), "eventSourceARN": arn, "attributes": {}}


class Streams:
    """The streams of these tables, read on from where they are now."""

    def __init__(self, prefix: str, tables: tuple[str, ...]) -> None:
        self._prefix, self._api = prefix, boto3.client("dynamodbstreams")
        self._next: dict[str, str] = {}
        self._arns: dict[str, str] = {}
        database = boto3.client("dynamodb")
        for table in tables:
            arn = database.describe_table(TableName=f"{prefix}-{table}")["Table"]["LatestStreamArn"]
            [shard] = self._api.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
            found = self._api.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST")
            self._arns[table], self._next[table] = arn, found["ShardIterator"]

    def read(self) -> list[dict[str, Any]]:
        """The records since the last look, as the relay gets them; each table's in order."""
        records = []
        for table, arn in self._arns.items():
            answer = self._api.get_records(ShardIterator=self._next[table])
            self._next[table] = answer["NextShardIterator"]
            records += [record | {"eventSourceARN": arn} for record in answer["Records"]]
        return records


class Bus:
    """Which queue takes which event, by the template's rules."""

    def __init__(self) -> None:
        rules = of_type(read("infra/messaging.yaml"), "AWS::Events::Rule").values()
        self._rules = [
            (rule["EventPattern"], target["Arn"]["Fn::GetAtt"][0].removesuffix("Queue").lower())
            for rule in (found.get("Properties", found) for found in rules)
            for target in rule["Targets"]
        ]

    def queues(self, body: Envelope) -> list[str]:
        """The queues on which an event is put."""
        return [queue for pattern, queue in self._rules if _matches(pattern, {"source": "pond", **body})]


def changes_in(records: list[dict[str, Any]], prefix: str) -> list[Change]:
    """What the records say."""
    return [changes.read(record, prefix) for record in records]


def envelope(event: DomainEvent) -> Envelope:
    """As EventBridge hands an event on."""
    return {"detail-type": event.name, "detail": json.loads(json.dumps(event.detail()))}


def _matches(pattern: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return all(
        _matches(wanted, value.get(name) or {}) if isinstance(wanted, dict) else value.get(name) in wanted
        for name, wanted in pattern.items()
    )
