"""Domain events: small, versioned, without personal data. Only the relay publishes them, from what tables
really became."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import batched
from typing import Any, ClassVar, Self

from pond.kernel.aws import client
from pond.kernel.correlation import FIELD
from pond.kernel.errors import Permanent, Transient

SOURCE = "pond"
_PUT_EVENTS_MAX = 10  # EventBridge: entries a call


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base of the rooms' events. Fields are JSON values: ids, pseudonyms, counts, ISO times."""

    name: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    def metric(cls) -> str:
        """The metric that counts events of this kind: "SeatTaken" for `seat.taken`."""
        return cls.name.replace("_", ".").title().replace(".", "")

    def detail(self) -> dict[str, Any]:
        """What consumers read; golden files in the tests hold its shape."""
        return {"version": self.version, **asdict(self)}

    @classmethod
    def read(cls, envelope: dict[str, Any]) -> Self:
        """The event in an EventBridge envelope. Fields of a later version are left out.

        Raises:
            Permanent: `event.unreadable` when the envelope is another event's or lacks a field.
        """
        if envelope.get("detail-type") != cls.name:
            raise Permanent("event.unreadable", f"expected {cls.name}, got {envelope.get('detail-type')}")
        detail = envelope.get("detail") or {}
        try:
            return cls(**{field.name: detail[field.name] for field in fields(cls)})
        except KeyError as error:
            raise Permanent("event.unreadable", f"{cls.name} lacks {error}") from error


def publish(bus_name: str, events: Iterable[tuple[DomainEvent, str]]) -> None:
    """Put events on the bus, each with the id of its cause (see `correlation`), which goes into its detail.

    Raises:
        Transient: `events.not_published` when EventBridge took some or none (it says so in a 200 answer);
        publishing again
            repeats those it took, which consumers bear.
    """
    for some in batched(events, _PUT_EVENTS_MAX, strict=False):
        answer = client("events").put_events(Entries=_entries(bus_name, some))
        if answer["FailedEntryCount"]:
            codes = sorted({entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry})
            raise Transient("events.not_published", f"{answer['FailedEntryCount']} refused: {', '.join(codes)}")


def _entries(bus_name: str, events: Sequence[tuple[DomainEvent, str]]) -> list[dict[str, str]]:
    return [
        {
            "Source": SOURCE,
            "DetailType": event.name,
            "Detail": json.dumps(event.detail() | {FIELD: cause}, ensure_ascii=False, separators=(",", ":")),
            "EventBusName": bus_name,
        }
        for event, cause in events
    ]
