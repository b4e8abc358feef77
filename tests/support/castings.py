"""A programme with groups in the sandbox's WeCom, broadcasts to them, and the workers' queues run by hand."""

import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import yaml

from pond.broadcasts import (
    agenda,
    contents,
    courier,
    hearing,
    invariants,
    progress,
    scheduling,
    store_agenda,
    store_chunks,
)
from pond.broadcasts.model import Broadcast, Draft, Route, Variant
from pond.broadcasts.model_audience import Audience
from pond.channels import followers
from pond.groups import rosters, store
from pond.groups.invariants import Breach
from pond.groups.model import Group
from pond.groups.store import SeatRow
from pond.kernel.aws import client
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.sealing import seal
from pond.members.model import Registration
from pond.members.store import add_registration
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow
from pond.platforms import wecom
from pond.programmes import service as programmes
from support.arriving import came
from support.cloud import ROOT
from support.sandbox import Sandbox

MORNING = range(2, 6)  # from ten o'clock in China: well before quiet hours
ALL = Audience(everybody=True)


def empty_buckets(table: str) -> None:
    """Forget what others took: their time may have been later than that of who comes now."""
    for row in client("dynamodb").scan(TableName=table, ProjectionExpression="bucket_id")["Items"]:
        client("dynamodb").delete_item(TableName=table, Key=row)


@dataclass
class Time:
    """The one time of a test, here and at the partners; it only goes on."""

    now: datetime


@dataclass
class Casting:
    """A programme, its owners' groups, the time, and messages waiting for a worker. Whatever a worker died at waits
    again, as SQS would deliver it again."""

    programme_id: str
    sandbox: Sandbox
    time: Time
    unique: Callable[[str], str]
    chats: dict[str, list[str]] = field(default_factory=dict)  # by owner
    scheduled_ids: set[str] = field(default_factory=set)  # all tests of a run share the tables
    waiting: deque[dict[str, Any]] = field(default_factory=deque)

    @property
    def now(self) -> datetime:
        """The time."""
        return self.time.now

    def until(self, moment: datetime) -> None:
        """Let time pass up to a moment, with nobody at work."""
        self.time.now = moment
        self.sandbox.do("POST", "/clock", {"now": moment.timestamp(), "freeze": True})

    def elsewhere(self) -> "Casting":
        """The same with a programme of its own, and nobody in it, in the day."""
        if self.now.hour not in MORNING:
            self.until(self.now.replace(hour=MORNING[0]) + timedelta(days=1))
        programme_id = self.unique("programme")
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        programmes.apply(document | {"programme_id": programme_id}, self.now)
        self.waiting.clear()
        self.piece("morning", "早安，今天也要好好吃饭。")
        return replace(self, programme_id=programme_id, chats={}, scheduled_ids=set())

    def piece(self, content_id: str, body: str, **more: Any) -> str:
        """An approved piece of content; its id."""
        contents.add(
            {"content_id": content_id, "title": content_id, "form": "text", "body": body, **more}, "ana", self.now
        )
        contents.preview(content_id, [])
        contents.approve(content_id, "ana", self.now)
        return content_id

    def owner(self, groups: int) -> str:
        """A member of staff with so many groups."""
        userid = self.unique("staff")
        self.sandbox.do("POST", "/staff", {"userid": userid, "name": "安娜"})
        self.chats[userid] = []
        for number in range(groups):
            made = self.sandbox.do("POST", "/groups", {"name": f"{number} 群", "owner": userid})
            self.chats[userid].append(made["chat_id"])
            self.add(made["chat_id"], userid)
        return userid

    def add(self, chat_id: str, owner: str, capacity: int = 180) -> None:
        """A group of ours with somebody in it; of capacity 1 it is full."""
        store.add_group(
            Group(
                chat_id=chat_id,
                programme_id=self.programme_id,
                pool_id=f"{self.programme_id}~pregnancy",
                name="孕期群",
                state="open",
                capacity=capacity,
                live_seats=1,
                fill_order=0,
                join_state=chat_id[:20],
                code_url=None,
                owner=owner,
            )
        )

    def member(self, chat_id: str | None = None) -> dict[str, Any]:
        """Somebody accepted in the programme who wrote to the account just now, with a proven phone; seated in a group,
        if one is given. The sandbox's person, with `member_id`."""
        person = self.sandbox.do("POST", "/people", {})
        account = person["accounts"][0]
        self.sandbox.do("POST", f"/accounts/{account['account_id']}/follow", {})
        self.sandbox.do("POST", f"/accounts/{account['account_id']}/say", {"text": "你好"})
        followers.follow(account["openid"], None, self.now)
        follower_id = followers.said(account["openid"], self.now)
        member_id, phone_id = pseudonym("unionid", account["unionid"]), pseudonym("phone", person["phone"])
        followers.link(follower_id, member_id, member_id)
        personal = json.dumps({"name": "小满", "phone": person["phone"]}).encode()
        PhoneRow(phone_id, member_id=member_id, sealed=seal(personal, f"phones/{phone_id}")).save()
        AccountRow(member_id, member_id=member_id, phone_id=phone_id).save()
        AccountRow(rosters.contact(account["external_userid"]), member_id=member_id).save()
        add_registration(
            Registration(
                member_id=member_id,
                programme_id=self.programme_id,
                pool_id=f"{self.programme_id}~pregnancy",
                stage_id="pregnancy",
                city="杭州",
                consent_version="2026-11",
                consented_at=self.now,
                registered_at=self.now,
                follower_id=follower_id,
            )
        )
        if chat_id:
            pool_id = f"{self.programme_id}~pregnancy"
            came(member_id, self.programme_id, chat_id, self.now)
            SeatRow(member_id, self.programme_id).update([SeatRow.pool_id.set(pool_id)])
            self.sandbox.do("POST", f"/accounts/{account['account_id']}/groups/{chat_id}/accept", {})
        return {**person, **account, "member_id": member_id}

    def befriend(self, owner: str, person: dict[str, Any]) -> None:
        """They add a member of staff by their code."""
        way = wecom.api.call("/cgi-bin/externalcontact/add_contact_way", body={"type": 1, "scene": 2, "user": [owner]})
        self.sandbox.do("POST", f"/accounts/{person['account_id']}/scan", {"code": way["qr_code"]})

    def heard(self, person: dict[str, Any]) -> list[str]:
        """What the account told somebody."""
        messages = self.sandbox.do("GET", f"/accounts/{person['account_id']}/chat")["messages"]
        return [one["text"] for one in messages if one["from"] != "me"]

    def draft(self, route: Route = "wecom_group", content_ids: tuple[str, ...] = ("morning",), **changes: Any) -> Draft:
        """A broadcast to everyone, due now."""
        share = 10_000 // len(content_ids)
        given: dict[str, Any] = {
            "broadcast_id": self.unique("broadcast"),
            "programme_id": self.programme_id,
            "variants": tuple(self._variant(one, share) for one in content_ids),
            "audience": ALL,
            "route": route,
            "due_at": self.now,
            "source": "ana",
        }
        return Draft(**(given | changes))

    def _variant(self, content_id: str, share_bp: int) -> Variant:
        newest = contents.newest_approved(content_id)
        return Variant(content_id=content_id, version=newest.version if newest else 1, share_bp=share_bp)

    def scheduled(self, draft: Draft | None = None) -> str:
        """A broadcast that will go; its id."""
        broadcast_id = scheduling.plan(draft or self.draft(), self.now)
        scheduling.approve(broadcast_id, "ana", self.now)
        scheduling.schedule(broadcast_id, self.now)
        self.scheduled_ids.add(broadcast_id)
        return broadcast_id

    def ask(self, broadcast_id: str) -> None:
        """What the broadcast's schedule does."""
        self.waiting.append({"kind": scheduling.DUE, "broadcast_id": broadcast_id})

    def work(self) -> None:
        """Take messages until none is left; one whose worker dies is delivered again."""
        while self.waiting:
            self.work_one()

    def work_one(self) -> None:
        """Take the message that waits longest; what could not be done now, the next look at the broadcast asks for."""
        if self.waiting:
            message = self.waiting[0]
            hears = message["kind"] in (progress.ASK, progress.WITHDRAW)
            with suppress(Transient):
                (hearing.hear if hears else courier.take)(message, self.now)
            self.waiting.popleft()

    def passes(self, time: timedelta) -> None:
        """Let time pass, here and at the partners; the caretaker's minute comes at its end."""
        self.until(self.now + time)
        self.look()

    def look(self) -> None:
        """What the caretaker asks for each minute, done."""
        due = store_agenda.due(self.now, 1_000_000)  # others' too, of all tests before
        mine = [one for one in due if one.partition(".")[0] in self.scheduled_ids]  # with what follows for the moved
        agenda.ask(mine)
        self.work()

    def settles(self, holds: Callable[[], bool]) -> None:
        """Let some minutes pass, and more until it is so: enough of them for a token whose renewer died. The partners'
        clock runs as fast as here, so tokens end; a renewer's lease lasts 10 real seconds, of which a try waits three,
        and then its chunk two minutes."""
        for number in range(16):
            if number >= 3 and holds():
                return
            self.passes(timedelta(minutes=2))

    def run(self, broadcast_id: str) -> Broadcast:
        """Let it begin, and go as far as it can now."""
        self.ask(broadcast_id)
        self.work()
        return scheduling.get(broadcast_id)

    def tasks(self) -> list[tuple[str, bool]]:
        """(owner, taken back) of every task that was ever put before this programme's owners."""
        masses: list[dict[str, Any]] = self.sandbox.do("GET", "/masses")["masses"]
        found = [(part["userid"], one["cancelled"]) for one in masses for part in one["parts"]]
        return sorted(one for one in found if one[0] in self.chats)

    def taps(self, owner: str | None = None) -> None:
        """One owner, or all of them, send what waits for them."""
        for userid in [owner] if owner else self.chats:
            self.sandbox.do("POST", "/masses/send", {"userid": userid})

    def breaches(self, broadcast_id: str) -> list[Breach]:
        """What does not hold about a broadcast."""
        return list(invariants.of(scheduling.get(broadcast_id), self.now))

    def marks(self, broadcast_id: str) -> str:
        """The marks of all targets, sorted."""
        return "".join(sorted("".join(chunk.marks for chunk in store_chunks.of(broadcast_id))))
