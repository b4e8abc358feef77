"""Four ways to give people their seats, each serving one batch in a worker's process.

`pond` is the allocation function as Lambda calls it. The others go through bare boto3: `floor` is the least that can
be done, one conditional put a person; `absolute` and `unbatched` are models of what other systems do, not their code:
reading a total and writing it back increased; and one conditional count plus one put for each person.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import Any

from botocore.exceptions import ClientError

from load.hush import hush
from load.units import Units, counting
from pond.kernel.aws import client
from pond.kernel.clock import now
from pond.kernel.settings import settings
from pond.kernel.tables import iso
from pond.members import store as members
from pond.members.events import MemberRegistered
from support.places import Place
from support.web import CONTEXT, load

DELIVERIES = 5  # SQS: a message is dead after so many


@dataclass
class Served:
    """What serving one batch came to."""

    people: int
    seconds: list[float] = field(default_factory=list)  # each call of the worker
    units: Units = field(default_factory=Units)
    unserved: int = 0


Way = Callable[[Place, list[str], Served], None]


def begin() -> None:
    """Prepare a worker's process: no logs among the tables."""
    hush()
    allocation()


@cache
def allocation() -> Any:
    """The allocation function's module."""
    return load("allocation")


def serve(way: str, place: Place, member_ids: list[str]) -> Served:
    """Serve one batch that way, and count."""
    served = Served(len(member_ids))
    with counting() as units:
        WAYS[way](place, member_ids, served)
    served.units = units
    return served


def register(place: Place, member_ids: list[str]) -> None:
    """Write the registrations of people, in bulk."""
    at = now()
    with members.RegistrationRow.batch_write() as batch:
        for member_id in member_ids:
            batch.save(
                members.RegistrationRow(
                    member_id=member_id,
                    programme_id=place.programme_id,
                    pool_id=place.pool_id,
                    stage_id="pregnancy",
                    city="杭州",
                    consent_version="1",
                    consented_at=at,
                    registered_at=at,
                    follower_id=member_id,
                )
            )


def pond(place: Place, member_ids: list[str], served: Served) -> None:
    """The function, with the messages that the rule puts on its queue; what failed is delivered again."""
    at = iso(now())
    records = [
        {
            "messageId": str(number),
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:allocation",
            "body": json.dumps(
                {
                    "detail-type": MemberRegistered.name,
                    "detail": MemberRegistered(
                        member_id=member_id,
                        programme_id=place.programme_id,
                        pool_id=place.pool_id,
                        registered_at=at,
                    ).detail(),
                }
            ),
        }
        for number, member_id in enumerate(member_ids)
    ]
    for _ in range(DELIVERIES):
        began = perf_counter()
        failed = allocation().handler({"Records": records}, CONTEXT)["batchItemFailures"]
        served.seconds.append(perf_counter() - began)
        again = {failure["itemIdentifier"] for failure in failed}
        records = [record for record in records if record["messageId"] in again]
        if not records:
            return
    served.unserved = len(records)


def floor(place: Place, member_ids: list[str], served: Served) -> None:
    """A seat row for each, if there is none: no group, no count, no waitlist."""
    for member_id in member_ids:
        with _timed(served):
            _put(_seat(place, member_id, place.programme_id, place.chat_ids[0]), if_new=True)


def absolute(place: Place, member_ids: list[str], served: Served) -> None:
    """Look whether they have a seat, read the group's total, add a seat's row, write the total that it makes."""
    for member_id in member_ids:
        with _timed(served):
            if _has_seat(place, member_id):
                continue
            for chat_id in place.chat_ids[_start(place) :]:
                group = {"chat_id": {"S": chat_id}}
                row = _client().get_item(TableName=_table("groups"), Key=group)["Item"]
                total, capacity = int(row["live_seats"]["N"]), int(row["capacity"]["N"])
                if total < capacity:
                    _put(_seat(place, member_id, f"{place.programme_id}#{secrets.token_hex(4)}", chat_id))
                    _count(chat_id, "SET live_seats = :n", {":n": {"N": str(total + 1)}})
                    break
                _full[place.pool_id] = place.chat_ids.index(chat_id) + 1
            else:
                _put(_seat(place, member_id, f"{place.programme_id}#wait", None))


def unbatched(place: Place, member_ids: list[str], served: Served) -> None:
    """Count one up where there is room, then write the seat; a second write if it was there already."""
    for member_id in member_ids:
        with _timed(served):
            for chat_id in place.chat_ids[_start(place) :]:
                if _count(chat_id, "ADD live_seats :one", {":one": {"N": "1"}}, "live_seats < #capacity"):
                    _put(_seat(place, member_id, place.programme_id, chat_id), if_new=True)
                    break
                _full[place.pool_id] = place.chat_ids.index(chat_id) + 1
            else:
                _put(_seat(place, member_id, place.programme_id, None), if_new=True)


WAYS: dict[str, Way] = {"pond": pond, "floor": floor, "absolute": absolute, "unbatched": unbatched}
_full: dict[str, int] = {}  # which groups of a pool this process found full: nobody asks them again


class _timed:
    """Notes how long a person took."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def __enter__(self) -> None:
        self._began = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._served.seconds.append(perf_counter() - self._began)


def _start(place: Place) -> int:
    return _full.get(place.pool_id, 0)


def _client() -> Any:
    return client("dynamodb")


def _table(name: str) -> str:
    return f"{settings().prefix}-{name}"


def _seat(place: Place, member_id: str, programme_id: str, chat_id: str | None) -> dict[str, Any]:
    """A row like Pond's."""
    at = iso(datetime.now(UTC))
    seat = {
        "member_id": member_id,
        "programme_id": programme_id,
        "pool_id": place.pool_id,
        "state": "held" if chat_id else "waiting",
        "held_until": at,
        "hold_id": f"{at}~{member_id}",
        "changed_at": at,
    }
    return {name: {"S": value} for name, value in {**seat, **({"chat_id": chat_id} if chat_id else {})}.items()}


def _has_seat(place: Place, member_id: str) -> bool:
    found = _client().query(
        TableName=_table("seats"),
        KeyConditionExpression="member_id = :m AND begins_with(programme_id, :p)",
        ExpressionAttributeValues={":m": {"S": member_id}, ":p": {"S": place.programme_id}},
    )
    return bool(found["Items"])


def _put(row: dict[str, Any], if_new: bool = False) -> None:
    condition = {"ConditionExpression": "attribute_not_exists(member_id)"} if if_new else {}
    _unless_refused(lambda: _client().put_item(TableName=_table("seats"), Item=row, **condition))


def _count(chat_id: str, change: str, values: dict[str, Any], condition: str = "") -> bool:
    only = {"ConditionExpression": condition, "ExpressionAttributeNames": {"#capacity": "capacity"}}
    return _unless_refused(
        lambda: _client().update_item(
            TableName=_table("groups"),
            Key={"chat_id": {"S": chat_id}},
            UpdateExpression=change,
            ExpressionAttributeValues=values,
            **(only if condition else {}),
        )
    )


def _unless_refused(write: Callable[[], object]) -> bool:
    try:
        write()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True
