"""Reading DynamoDB stream records as plain values, for rooms to say which events they mean."""

from dataclasses import dataclass
from typing import Any

from pond.kernel.correlation import FIELD

Image = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A row's change: the table (without the deployment's prefix), what it was, what it became, and its cause."""

    table: str
    old: Image | None
    new: Image | None
    correlation_id: str


def read(record: dict[str, Any], prefix: str) -> Change:
    """The change in a stream record (new and old images)."""
    table = record["eventSourceARN"].split(":table/")[1].split("/")[0].removeprefix(f"{prefix}-")
    change = record["dynamodb"]
    new = _image(change.get("NewImage"))
    cause = (new or {}).get(FIELD) or record.get("eventID", "")  # a change that nobody claims is a cause itself
    return Change(table, _image(change.get("OldImage")), new, str(cause))


def _image(raw: dict[str, Any] | None) -> Image | None:
    return None if raw is None else {name: _value(value) for name, value in raw.items()}


def _value(typed: dict[str, Any]) -> Any:
    """A typed attribute value as Python sees it. Pond's numbers are whole; binary values stay as they came."""
    kind, value = next(iter(typed.items()))
    match kind:
        case "N":
            return int(value)
        case "NULL":
            return None
        case "M":
            return _image(value)
        case "L":
            return [_value(item) for item in value]
        case _:
            return value
