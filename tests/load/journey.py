"""What a whole journey costs in units, from following to the seat taken: the use cases in order, for people who come
together, each step counted by table. `python -m load.journey` prints it.
"""

import argparse
import secrets
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from load import measured, stub
from load.places import prepare
from load.units import Units, counting, item_bytes
from pond.channels import admission, callbacks, codes, followers, openings
from pond.channels.events import OpeningOpened
from pond.groups import membership, seats
from pond.groups.allocation import allocate
from pond.groups.model import Request
from pond.kernel import clock
from pond.kernel.aws import client
from pond.kernel.ids import pseudonym
from pond.kernel.settings import secret
from pond.members import identities, registration, verification
from pond.members.model import Form, Registered
from pond.members.model_phones import Asker
from pond.platforms import inbox, wecom_callbacks, xml
from pond.platforms.envelopes import Envelope
from pond.platforms.signatures import sha1_signature
from pond.programmes import service as programmes
from pond.programmes.model import Programme
from support.cloud import running

WRITES_AT_MOST, READS_AT_MOST = 16, 14  # what is aimed at, and a test holds
ROW_BYTES = 100  # DynamoDB: overhead of each stored item
PEOPLE = 45  # one batch of seats; joins come in a burst, as after an opening


@dataclass(frozen=True)
class Person:
    """Somebody on their way, by the ids partners know them by."""

    openid: str
    unionid: str
    external_userid: str
    phone: str

    @property
    def account_id(self) -> str:
        """The pseudonym of their WeChat account."""
        return pseudonym("unionid", self.unionid)

    @property
    def follower_id(self) -> str:
        """The pseudonym of their openid."""
        return followers.follower_id(self.openid)


def travel(partner: stub.Stub, people: int = PEOPLE) -> Units:
    """Lead so many people from following to their seat; what it cost them all."""
    now = clock.now()
    place = prepare(groups=1, capacity=people, now=now)
    programme = programmes.get(place.programme_id)
    channel = codes.create_channel(place.programme_id[-20:].lstrip("-"), "抖音", "douyin", (), place.programme_id, now)
    run = place.programme_id
    first = secrets.randbelow(10**8 - people)  # phones nobody else has registered: theirs would become one member
    crowd = [Person(f"o-{run}-{n}", f"u-{run}-{n}", f"wm-{run}-{n}", f"138{first + n:08}") for n in range(people)]
    partner.set(groups={place.chat_ids[0]: _detail(place.chat_ids[0], crowd, now)})
    identities.member_of("warm")  # the connection, secrets and keys of a warm function
    with counting() as units:
        units.step = "1 follow"
        for person in crowd:
            _push(person, now, {"MsgType": "event", "Event": "subscribe", "EventKey": f"qrscene_{channel.channel_id}"})
        units.step = "2 keyword"
        for person in crowd:
            _push(person, now, {"MsgType": "text", "Content": "预约", "MsgId": f"{person.openid}1"})
        units.step = "3 opening"
        opening = openings.plan(place.programme_id, now, now + timedelta(hours=1), people)
        openings.open_due(place.programme_id, opening.opening_id, now)
        units.step = "4 told"
        opened = OpeningOpened(
            programme_id=place.programme_id, opening_id=opening.opening_id, first_number=1, last_number=people
        )
        told = [
            admission.tell_admitted(place.programme_id, opening.opening_id, some["first"], some["last"], now)
            for some in admission.split(opened)
        ]
        assert sum(told) == people
        members = [_register(units, person, programme, channel.channel_id, now) for person in crowd]
        units.step = "8 seat"
        wanting = [
            Request(member_id=one.member_id, programme_id=place.programme_id, pool_id=one.pool_id) for one in members
        ]
        assert allocate(wanting, now) == {}
        units.step = "9 joined"
        heard = [wecom_callbacks.receive(*_joined(place.chat_ids[0], person, now), now) for person in crowd]
        for received in heard:
            callback = inbox.load(received.callback_id)
            later = now + timedelta(seconds=3)
            membership.hear(callback.fields, callback.received_at, later, pause=lambda seconds: None)
    states = {seats.my_seat(one.member_id, place.programme_id, now).state for one in members}
    assert states == {"taken"}, states
    return units


def _register(units: Units, person: Person, programme: Programme, channel_id: str, now: datetime) -> Registered:
    units.step = "5 sign in"
    follower_id = followers.visited(person.openid, now)
    assert not identities.who(person.account_id).known  # a newcomer: nothing else is written
    units.step = "6 code"
    sent = verification.request_code(
        person.phone, Asker(person.account_id, follower_id, person.phone), now, code="246810"
    )
    assert sent.state == "sent", sent
    units.step = "7 register"
    form = Form("小美", person.phone, "pregnancy", _due(now), "杭州", True, programme.consent.version)
    done = registration.register(form, "246810", programme, person.account_id, follower_id, channel_id, now)
    assert isinstance(done, Registered), done
    return done


def _due(now: datetime) -> str:
    return (now + timedelta(days=90)).date().isoformat()


def _push(person: Person, now: datetime, fields: dict[str, str]) -> None:
    account = secret("official-account")
    whole = {
        "ToUserName": account["original_id"],
        "FromUserName": person.openid,
        "CreateTime": str(int(now.timestamp())),
        **fields,
    }
    query = {"timestamp": "1", "nonce": "2", "signature": sha1_signature(account["token"], "1", "2")}
    assert callbacks.receive(query, to_xml(whole), now) != callbacks.SUCCESS


def _joined(chat_id: str, person: Person, now: datetime) -> tuple[dict[str, str], bytes]:
    return seal_wecom(
        {
            "ToUserName": "corp",
            "FromUserName": "sys",
            "CreateTime": str(int(now.timestamp())),
            "MsgType": "event",
            "Event": "change_external_chat",
            "ChangeType": "update",
            "UpdateDetail": "add_member",
            "ChatId": chat_id,
            "MemChangeList": person.external_userid,
        }
    )


def to_xml(fields: dict[str, str]) -> bytes:
    """A partner's push, plain."""
    return ("<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</xml>").encode()


def seal_wecom(fields: dict[str, str]) -> tuple[dict[str, str], bytes]:
    """A push as WeCom seals it: the query and the body."""
    corp = secret("wecom")
    envelope = Envelope(corp["token"], corp["aes_key"], corp["corp_id"])
    sealed = xml.parse(envelope.close(to_xml(fields), "2", "1").encode())
    return (
        {"timestamp": "1", "nonce": "2", "msg_signature": str(sealed["MsgSignature"])},
        to_xml({"ToUserName": corp["corp_id"], "Encrypt": str(sealed["Encrypt"])}),
    )


def _detail(chat_id: str, crowd: list[Person], now: datetime) -> dict[str, Any]:
    members = [
        {"userid": one.external_userid, "type": 2, "unionid": one.unionid, "join_time": int(now.timestamp())}
        for one in crowd
    ]
    return {"chat_id": chat_id, "name": "群", "owner": "staff", "member_list": members, "member_version": "v1"}


def _stored() -> int:
    """Bytes of all rows, with what DynamoDB adds to each."""
    pages = client("dynamodb").get_paginator("list_tables").paginate()
    names = [name for page in pages for name in page["TableNames"]]
    scans = (client("dynamodb").get_paginator("scan").paginate(TableName=name) for name in names)
    return sum(item_bytes(item) + ROW_BYTES for scan in scans for page in scan for item in page["Items"])


def table(units: Units, people: int) -> str:
    """Units per person by step, with the tables they went to."""
    lines = [f"{'a journey, per person':<24}{'writes':>8}{'reads':>8}   write units by table"]
    for step in sorted({step for step, _ in [*units.writes, *units.reads]}):
        writes = {table: count / people for (at, table), count in units.writes.items() if at == step}
        reads = sum(count for (at, _), count in units.reads.items() if at == step) / people
        where = ", ".join(f"{name} {count:.2f}" for name, count in sorted(writes.items()))
        lines.append(f"{step:<24}{sum(writes.values()):>8.2f}{reads:>8.2f}   {where}")
    lines.append(f"{'whole':<24}{units.written / people:>8.2f}{units.read / people:>8.2f}")
    lines.append(f"{'at most':<24}{WRITES_AT_MOST:>8}{READS_AT_MOST:>8}")
    return "\n".join(lines)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    measured.add_to(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)), stub.running() as partner:
        units = travel(partner)
        stored = _stored()
    print(table(units, PEOPLE))
    measured.keep(
        given.json, {"people": PEOPLE, "write_units": units.written, "read_units": units.read, "stored_bytes": stored}
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
