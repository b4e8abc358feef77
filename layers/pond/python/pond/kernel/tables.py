"""The one connection to DynamoDB, the base of every table's model, and the one transaction wrapper.

Rules held here: short timeouts; integers stay integers; times are ISO strings that sort; `TransactWrite`
refusals are told by the label of the item that refused, whatever order the library sends them in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import new_class
from typing import Any, ClassVar

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.connection.base import MetaTable
from pynamodb.constants import NUMBER, STRING
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from pond.kernel import correlation
from pond.kernel.errors import Transient
from pond.kernel.settings import settings

CONNECT_SECONDS = 1
READ_SECONDS = 2
RETRIES = 2
TRANSACTION_MAX = 100  # items in one TransactWriteItems


@cache
def connection() -> Connection:
    """The connection every table shares: one botocore client a process (each further one costs about 130 ms)."""
    return Connection(
        connect_timeout_seconds=CONNECT_SECONDS, read_timeout_seconds=READ_SECONDS, max_retry_attempts=RETRIES
    )


class Table(Model):
    """Base of a table's model. A subclass says `class Meta: table_name = "seats"`; the deployment's prefix is
    put before it."""

    _bound: ClassVar[TableConnection | None] = None

    correlation_id = UnicodeAttribute(null=True)  # of what last changed the row; set here, whoever writes

    def update(self, actions: list[Action], condition: Condition | None = None, **options: Any) -> Any:
        return super().update([*actions, self._cause()], condition, **options)

    def get_update_kwargs_from_instance(
        self, actions: list[Action], condition: Condition | None = None, *given: Any, **options: Any
    ) -> dict[str, Any]:
        return super().get_update_kwargs_from_instance([*actions, self._cause()], condition, *given, **options)

    def serialize(self, *given: Any, **options: Any) -> dict[str, dict[str, Any]]:
        self.correlation_id = correlation.current(*self._keys())
        return super().serialize(*given, **options)

    def _cause(self) -> Action:
        cause = correlation.current(*self._keys())
        attribute = type(self).correlation_id
        return attribute.set(cause) if cause else attribute.remove()

    def _keys(self) -> list[object]:
        names = (self._hash_keyname, self._range_keyname)
        return [getattr(self, name) for name in names if name]

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls.__dict__.get("_bound") is None:
            schema = cls._get_schema()
            name = f"{settings().prefix}-{cls.Meta.table_name}"
            cls.Meta.table_name = name  # PynamoDB looks answers of batches up by it
            bound = TableConnection(name)
            bound.connection = connection()
            bound.connection.add_meta_table(
                MetaTable(
                    {
                        "TableName": name,
                        "KeySchema": schema["key_schema"],
                        "AttributeDefinitions": schema["attribute_definitions"],
                        "GlobalSecondaryIndexes": [
                            {"IndexName": index["index_name"], "KeySchema": index["key_schema"]}
                            for index in schema["global_secondary_indexes"]
                        ],
                        "LocalSecondaryIndexes": [],
                    }
                )
            )
            cls._bound = bound
        bound_now = cls._bound
        assert bound_now is not None
        return bound_now


class IntegerAttribute(Attribute[int]):
    """A whole number, never a float on the way."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class TimeAttribute(Attribute[datetime]):
    """An aware UTC time as ISO text with milliseconds, so that texts sort as times do and conditions compare."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return iso(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


class ExpiryAttribute(Attribute[datetime]):
    """When DynamoDB may delete the row (its TTL attribute, epoch seconds). It deletes late: readers still
    filter by time."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        return str(int(value.timestamp()))

    def deserialize(self, value: str) -> datetime:
        return datetime.fromtimestamp(int(value), UTC)


def iso(moment: datetime) -> str:
    """`2026-11-23T05:00:00.000Z`: how times stand in tables and events."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Refusal:
    """Why one item of a transaction was refused; `item` is what stood there, when the item asked for it (raw
    attributes)."""

    code: str
    item: dict[str, Any] | None = None


def index(name: str, *, whole: bool = False, **keys: Attribute[Any]) -> Any:
    """A secondary index of a table by these keys, the hash key first. What it lists is read from the table by key, or
    stands in it `whole`. A row without the keys is not in it, and costs nothing there."""
    projection = AllProjection() if whole else KeysOnlyProjection()
    meta = type("Meta", (), {"index_name": name, "projection": projection})
    return new_class(name, (GlobalSecondaryIndex,), exec_body=lambda body: body.update(Meta=meta, **keys))()


class TransactionRefused(Exception):
    """At least one condition of a transaction did not hold; nothing was written. `refusals` are by the items'
    labels."""

    def __init__(self, refusals: dict[str, Refusal]) -> None:
        super().__init__(", ".join(f"{label}: {refusal.code}" for label, refusal in sorted(refusals.items())))
        self.refusals = refusals


class Transaction:
    """Collects labelled writes and commits them together, at most 100."""

    def __init__(self) -> None:
        self._write = TransactWrite(connection=connection())
        self._labels: dict[str, list[str]] = {"check": [], "delete": [], "put": [], "update": []}

    def __len__(self) -> int:
        return sum(map(len, self._labels.values()))

    def check(
        self, label: str, model: type[Table], hash_key: Any, range_key: Any = None, *, condition: Condition
    ) -> None:
        """The item must satisfy `condition`; it is not written (and costs two write units all the same)."""
        self._write.condition_check(model, hash_key, range_key, condition=condition)
        self._labels["check"].append(label)

    def delete(self, label: str, item: Table, condition: Condition | None = None) -> None:
        """Delete the item if `condition` holds."""
        self._write.delete(item, condition=condition)
        self._labels["delete"].append(label)

    def put(self, label: str, item: Table, condition: Condition | None = None) -> None:
        """Write the whole item if `condition` holds; a refusal carries what stood there."""
        self._write.save(item, condition=condition, return_values="ALL_OLD")
        self._labels["put"].append(label)

    def update(self, label: str, item: Table, actions: Sequence[Action], condition: Condition | None = None) -> None:
        """Change attributes of the item if `condition` holds; a refusal carries what stood there."""
        self._write.update(item, actions=list(actions), condition=condition, return_values="ALL_OLD")
        self._labels["update"].append(label)

    def update_alike(
        self, items: Mapping[str, Table], actions: Sequence[Action], condition: Condition | None = None
    ) -> None:
        """As `update` for each of these items of one table, by label, with the very same change and condition: written
        out once, which for a batch of seats is most of a worker's own time."""
        first, *others = items
        self.update(first, items[first], actions, condition)
        written = self._write._update_items[-1]
        for label in others:
            key, sort_key = items[label]._get_hash_range_key_serialized_values()
            named = connection().get_identifier_map(written["TableName"], key, sort_key)
            self._write._update_items.append({**written, **named})
            self._labels["update"].append(label)

    def commit(self) -> None:
        """Write all or nothing.

        Raises:
            TransactionRefused: a condition did not hold.
            Transient: `tables.contended` when another writer touched an item at the same moment or DynamoDB throttled;
                nothing was written.
        """
        try:
            self._write._commit()
        except TransactWriteError as error:
            labels = [label for kind in ("check", "delete", "put", "update") for label in self._labels[kind]]
            refusals = {
                label: Refusal(reason.code, reason.raw_item)
                for label, reason in zip(labels, error.cancellation_reasons, strict=False)
                if reason is not None and reason.code != "None"
            }
            if any(refusal.code == "ConditionalCheckFailed" for refusal in refusals.values()):
                raise TransactionRefused(refusals) from error
            if refusals or error.cause_response_code in _PASSING:
                raise Transient("tables.contended", ", ".join(sorted({r.code for r in refusals.values()}))) from error
            raise


_PASSING = {
    "TransactionConflictException",
    "TransactionInProgressException",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
}


def refused(error: PutError | UpdateError | DeleteError) -> bool:
    """Whether a single write failed because its condition did not hold (an expected outcome), not for another
    reason."""
    return error.cause_response_code == "ConditionalCheckFailedException"
