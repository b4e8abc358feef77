"""Buyers in a programme, and what they buy: pushes through the webhook and the worker, as API Gateway and SQS call."""

import base64
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml

from pond.channels import followers
from pond.groups.store import SeatRow
from pond.groups.store_stays import moved
from pond.kernel.ids import pseudonym
from pond.kernel.tables import connection
from pond.members.model import Registration
from pond.members.store import add_registration
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow
from pond.orders import rates, reading, store_ledger
from pond.orders.invariants import about
from pond.orders.model_ledger import Entry
from pond.orders.reading import StoredOrder
from pond.platforms.events import CallbackReceived
from pond.platforms.youzan_callbacks import key
from pond.platforms.youzan_pushes import App, receive
from pond.programmes import service as programmes
from pond.volunteers import service as volunteers
from support.cloud import ROOT
from support.shop import CREATED, Pushed, Sale
from support.storefront import APP, pushed_body, signature
from support.web import CONTEXT, load

RULES = [{"version": 1, "valid_from": "2020-01-01", "precedence": ["seat"], "window_days": 30}]
RATES = [
    {"role": "volunteer", "percent": "10", "valid_from": "2020-01-01"},
    {"role": "distributor", "percent": "20", "valid_from": "2020-01-01"},
]
LONG_AGO = CREATED - timedelta(days=100)
DELIVERIES = 5  # SQS: a message is dead after so many


@dataclass
class Buyer:
    """Somebody who may become a member, with an account, a phone and the shop's id."""

    programme_id: str
    chat_id: str
    openid: str
    unionid: str
    mobile: str
    yz_open_id: str
    told: tuple[str, ...] = ("yz_open_id", "outer_user_id", "buyer_phone")

    @property
    def member_id(self) -> str:
        """Under which they are known once they registered."""
        return pseudonym("unionid", self.unionid)

    def register(self, at: datetime = CREATED - timedelta(days=1), *, seated: bool = True) -> str:
        """Become a member, by default with a seat."""
        phone_id = pseudonym("phone", f"+86{self.mobile}")
        follower_id = followers.follow(self.openid, "poster", at)
        add_registration(
            Registration(
                member_id=self.member_id,
                programme_id=self.programme_id,
                pool_id=f"{self.programme_id}~pregnancy",
                stage_id="pregnancy",
                city="杭州",
                consent_version="2026-11",
                consented_at=at,
                registered_at=at,
                follower_id=follower_id,
                channel_id="poster",
                phone_id=phone_id,
            )
        )
        if seated:
            self.sit(at)
        # By these an order finds them: last, since what it counts for is decided once, by what is there then.
        followers.link(follower_id, self.member_id, self.member_id)
        PhoneRow(phone_id, member_id=self.member_id, proven_by=self.member_id, proven_at=at).save()
        AccountRow(self.member_id, member_id=self.member_id, phone_id=phone_id).save()
        return self.member_id

    def sit(self, at: datetime) -> None:
        """Take a seat in their group."""
        seat = SeatRow(self.member_id, self.programme_id)
        seat.update(
            [
                SeatRow.state.set("taken"),
                SeatRow.chat_id.set(self.chat_id),
                SeatRow.changed_at.set(at),
                moved(at, self.chat_id),
            ]
        )

    def buys(self, *fens: int, post_fen: int = 0, virtual: bool = False) -> Sale:
        """An order of theirs, not gone any way yet."""
        raw = {"yz_open_id": self.yz_open_id, "outer_user_id": self.openid, "buyer_phone": self.mobile}
        return Sale(
            tid=f"E{secrets.randbelow(10**23):023}",
            items=[(f"{2790000000000000000 + number}", fen) for number, fen in enumerate(fens or (8900,))],
            post_fen=post_fen,
            virtual=virtual,
            buyer={name: value for name, value in raw.items() if name in self.told},
        )


def apply_programme(now: datetime, attribution: object = RULES, *, paying: bool = True) -> str:
    """The demonstration programme under a name of its own, with rates if it is `paying`; its id."""
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    document |= {"programme_id": f"shop-{secrets.token_hex(5)}", "attribution": attribution}
    programmes.apply(document, now)
    if paying:
        rates.apply({"programme_id": document["programme_id"], "rates": RATES}, "test", now)
    return str(document["programme_id"])


def buyer(programme_id: str, *told: str) -> Buyer:
    """Somebody new, whose group has a volunteer; `told` are the ids an order names of them, all unless said."""
    salt = secrets.token_hex(6)
    made = Buyer(
        programme_id, f"chat-{salt}", f"o-{salt}", f"u-{salt}", f"139{secrets.randbelow(10**8):08}", f"yz-{salt}"
    )
    if told:
        made.told = told
    serves(f"v-{salt}", made.chat_id)
    return made


def serves(volunteer_id: str, chat_id: str) -> None:
    """Somebody serves a group since long ago."""
    volunteers.add(volunteer_id, "volunteer", "", LONG_AGO)
    volunteers.assign(chat_id, volunteer_id, True, LONG_AGO)


def callback_id(body: bytes) -> str:
    """Under which a push is kept."""
    push = receive(body, signature(body), App(APP[0], APP[1], (APP[2],)))
    return f"youzan-{pseudonym('callback', key(push))}"


@dataclass
class Post:
    """A push on its way."""

    pushed: Pushed
    msg_id: str = field(default_factory=lambda: secrets.token_hex(16))
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """As it comes."""
        return pushed_body(self.pushed, self.msg_id, **self.changes)

    def knock(self) -> tuple[int, str]:
        """Deliver it to the webhook: status and text."""
        return knock(self.body)

    def work(self) -> None:
        """Let the worker take it."""
        work([received(self.body)])

    def go(self) -> None:
        """Both."""
        assert self.knock() == (200, '{"code":0,"msg":"success"}')
        self.work()


def received(body: bytes) -> dict[str, Any]:
    """The event that the relay makes of a push that was kept."""
    event = CallbackReceived(callback_id=callback_id(body), source="youzan", kind="k", welcome=False)
    return {"detail-type": event.name, "detail": event.detail()}


@cache
def function(name: str) -> Any:
    """A function's module."""
    return load(name)


def knock(body: bytes, event_sign: str | None = "") -> tuple[int, str]:
    """POST these bytes to the webhook, signed unless said otherwise."""
    headers = {"content-type": "application/json; charset=utf-8", "client-id": APP[0]}
    sign = signature(body) if event_sign == "" else event_sign
    if sign is not None:
        headers["event-sign"] = sign
    event = {
        "resource": "/youzan",
        "path": "/youzan",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "requestContext": {
            "resourcePath": "/youzan",
            "httpMethod": "POST",
            "path": "/live/youzan",
            "identity": {"sourceIp": "192.0.2.1"},
            "stage": "live",
        },
    }
    answer = function("youzan").handler(event, CONTEXT)
    return int(answer["statusCode"]), str(answer["body"])


def work(envelopes: Iterable[dict[str, Any]]) -> int:
    """Let the worker take messages until they are done, as SQS delivers them; how many it gave up."""
    records = [
        {
            "messageId": str(number),
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:orders",
            "body": json.dumps(envelope),
        }
        for number, envelope in enumerate(envelopes)
    ]
    for _ in range(DELIVERIES):
        failed = function("order_worker").handler({"Records": records}, CONTEXT)["batchItemFailures"]
        again = {failure["itemIdentifier"] for failure in failed}
        records = [record for record in records if record["messageId"] in again]
        if not records:
            break
    return len(records)


def stored(sale: Sale) -> StoredOrder:
    """The order's row."""
    found = reading.get(sale.tid)
    assert found is not None
    return found


def entries(sale: Sale) -> list[Entry]:
    """The order's entries in the ledger."""
    terms = stored(sale).terms
    found = store_ledger.of_person(terms.person_id) if terms else []
    return sorted((one for one in found if one.tid == sale.tid), key=lambda one: one.entry_id)


def assert_balanced(sale: Sale) -> None:
    """What must hold of an order at every moment."""
    found = reading.get(sale.tid)
    if found:
        assert about(found, entries(sale)) == []


def raw_row(tid: str) -> dict[str, Any]:
    """The row as DynamoDB keeps it."""
    found: dict[str, Any] = connection().get_item("pond-test-orders", tid)["Item"]
    return found
