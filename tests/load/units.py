"""Counting DynamoDB's capacity units: every request of this process, whichever client makes it, passes here.

Writes are what the local cloud says in `ConsumedCapacity`: it goes by the sizes of items, doubles transactions with
their condition checks, and adds indexes, as DynamoDB does. It says nothing of refused writes: one unit each, two for
each item of a refused transaction. Reads it tells flat, so they are computed here from the sizes of what came back.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
REFUSED = {"ConditionalCheckFailedException", "TransactionCanceledException"}
READ_BYTES = 4096  # a strongly consistent read unit; half as much otherwise
Place = tuple[str, str]  # step, table


@dataclass
class Units:
    """What was used, by step and table; `items` counts how often each single item was written."""

    step: str = ""
    writes: dict[Place, float] = field(default_factory=dict)
    reads: dict[Place, float] = field(default_factory=dict)
    items: Counter[str] = field(default_factory=Counter)
    requests: int = 0

    @property
    def written(self) -> float:
        """All write units."""
        return sum(self.writes.values())

    @property
    def read(self) -> float:
        """All read units."""
        return sum(self.reads.values())

    def add(self, other: "Units") -> None:
        """Take over what another process counted."""
        for mine, theirs in ((self.writes, other.writes), (self.reads, other.reads)):
            for place, units in theirs.items():
                mine[place] = mine.get(place, 0.0) + units
        self.items.update(other.items)
        self.requests += other.requests

    def note(self, operation: str, request: Mapping[str, Any], answer: Mapping[str, Any] | None) -> None:
        """Account for one request; without an answer it was refused."""
        self.requests += 1
        if operation in READS:
            for table, units in _read(operation, request, answer or {}):
                self.reads[self.step, table] = self.reads.get((self.step, table), 0.0) + units
            return
        for table, units in _told(answer) if answer else _refused(operation, request):
            self.writes[self.step, table] = self.writes.get((self.step, table), 0.0) + units
        if operation == "TransactWriteItems":
            for item in request["TransactItems"]:
                [(kind, what)] = item.items()
                if kind != "ConditionCheck":
                    self._touch(what)
        elif operation != "BatchWriteItem":
            self._touch(request)

    def _touch(self, write: Mapping[str, Any]) -> None:
        key = write.get("Key") or dict(list(write["Item"].items())[:2])
        self.items[f"{_name(write['TableName'])} {' '.join(str(next(iter(v.values()))) for v in key.values())}"] += 1


@contextmanager
def counting() -> Iterator[Units]:
    """Count what this process's clients use from here on."""
    units = Units()
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, request: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name != "dynamodb" or operation not in READS | WRITES:
            return send(client, operation, request)
        try:
            answer = send(client, operation, {**request, "ReturnConsumedCapacity": "TOTAL"})
        except ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                units.note(operation, request, None)
            raise
        units.note(operation, request, answer)
        return answer

    with patch.object(BaseClient, "_make_api_call", call):
        yield units


def item_bytes(item: Mapping[str, Any]) -> int:
    """An item's size by DynamoDB's rules: names and values in UTF-8, numbers by digits, three bytes a list or map and
    one for each member."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(typed: Mapping[str, Any]) -> int:
    [(kind, value)] = typed.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return ceil(len(value.lstrip("-").replace(".", "")) / 2) + 1
        case "B":
            return len(value)
        case "SS":
            return sum(len(one.encode()) for one in value)
        case "L":
            return 3 + sum(1 + _value_bytes(one) for one in value)
        case "M":
            return 3 + len(value) + item_bytes(value)
    return 1


def _read(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    if operation != "BatchGetItem":
        found = [answer["Item"]] if "Item" in answer else answer.get("Items", [])
        yield _name(request["TableName"]), _read_units(sum(map(item_bytes, found)), request)
        return
    for table, asked in request["RequestItems"].items():
        found = answer["Responses"].get(table, [])
        missing = len(asked["Keys"]) - len(found)
        units = sum(_read_units(item_bytes(item), asked) for item in found)
        yield _name(table), units + missing * _read_units(0, asked)


def _read_units(size: int, request: Mapping[str, Any]) -> float:
    return max(1, ceil(size / READ_BYTES)) * (1.0 if request.get("ConsistentRead") else 0.5)


def _told(answer: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    told = answer.get("ConsumedCapacity") or []
    for one in told if isinstance(told, list) else [told]:
        yield _name(one["TableName"]), float(one["CapacityUnits"])


def _refused(operation: str, request: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    if operation != "TransactWriteItems":
        yield _name(request["TableName"]), 1.0
        return
    for item in request["TransactItems"]:
        [what] = item.values()
        yield _name(what["TableName"]), 2.0


def _name(table: str) -> str:
    """A table's name without the deployment's prefix, which ends at its last hyphen."""
    return table.rpartition("-")[2]
