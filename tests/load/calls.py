"""What a worker's process does in the callback bench: calls the functions as API Gateway and SQS call them."""

import json
from datetime import datetime
from functools import cache
from time import monotonic, perf_counter
from typing import Any

from load.hush import hush
from load.journey import seal_wecom, to_xml
from load.units import Units, counting
from pond.groups.store import SeatRow
from pond.groups.store_rosters import RosterRow
from pond.kernel.ids import pseudonym
from pond.kernel.settings import settings
from pond.platforms import inbox, xml
from pond.platforms.events import CallbackReceived
from support.places import Place
from support.web import CONTEXT, load

DELIVERIES = 5  # SQS: a message is dead after so many
Fields = dict[str, str]


def begin() -> None:
    """Prepare a worker's process: no logs among the tables, functions imported."""
    hush()
    for name in ("wecom", "membership", "greeting"):
        function(name)
    pseudonym("warm", settings().prefix)


@cache
def function(name: str) -> Any:
    """A function's module."""
    return load(name)


def acknowledge(fields: Fields) -> tuple[int, float]:
    """Deliver a callback to the function behind API Gateway: the answer's status, and the seconds it took."""
    query, body = seal_wecom(fields)
    headers = {"content-type": "text/xml"}
    event = {
        "resource": "/wecom",
        "path": "/wecom",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
        "pathParameters": None,
        "stageVariables": None,
        "body": body.decode(),
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": "/wecom",
            "httpMethod": "POST",
            "path": "/live/wecom",
            "identity": {"sourceIp": "192.0.2.1"},
            "stage": "live",
        },
    }
    began = perf_counter()
    answer = function("wecom").handler(event, CONTEXT)
    return int(answer["statusCode"]), perf_counter() - began


def work(name: str, many: list[Fields]) -> tuple[Units, int]:
    """Let a worker take kept callbacks from its queue until they are done: its units, and how many it gave up."""
    records = [
        {
            "messageId": str(number),
            "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{name}",
            "body": json.dumps({"detail-type": CallbackReceived.name, "detail": _received(fields).detail()}),
        }
        for number, fields in enumerate(many)
    ]
    with counting() as units:
        for _ in range(DELIVERIES):
            failed = function(name).handler({"Records": records}, CONTEXT)["batchItemFailures"]
            again = {failure["itemIdentifier"] for failure in failed}
            records = [record for record in records if record["messageId"] in again]
            if not records:
                break
    return units, len(records)


def fill(place: Place, chat_id: str, first: int, last: int, now: datetime) -> None:
    """Have so many more members with a taken seat, in a group of their own, in bulk."""
    ids = [f"{place.programme_id}-f{number:07}" for number in range(first, last)]
    with SeatRow.batch_write() as seats:
        for name in ids:
            seats.save(
                SeatRow(
                    member_id=name,
                    programme_id=place.programme_id,
                    pool_id=place.pool_id,
                    state="taken",
                    chat_id=chat_id,
                    changed_at=now,
                )
            )
    with RosterRow.batch_write() as rosters:
        for name in ids:
            rosters.save(RosterRow(chat_id=chat_id, contact_id=name, member_id=name, standing="seated", joined_at=now))


def clock_now() -> float:
    """The clock that all processes of the machine share."""
    return monotonic()


def _received(fields: Fields) -> CallbackReceived:
    read = xml.parse(to_xml(fields))
    key = pseudonym("callback", inbox.wecom_key(read))
    return CallbackReceived(
        callback_id=f"wecom-{key}",
        source="wecom",
        kind=inbox.wecom_kind(read),
        welcome="WelcomeCode" in fields,
    )
