"""The whole road in this process: people, the functions' own handlers, queues that a test controls, WeCom's truth."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from urllib3.connectionpool import HTTPConnectionPool

from pond.channels import schedules
from pond.channels.model import Opening
from pond.kernel import clock, queues
from pond.kernel.changes import Change
from pond.kernel.events import DomainEvent
from pond.kernel.ids import pseudonym
from pond.kernel.settings import forget, settings
from pond.platforms import inbox, sms, wecom
from pond.platforms.model_sms import SmsOutcome
from pond.platforms.wecom import GroupDetail
from pond.programmes import service as programmes
from pond.rights import erasing
from support import grants
from support.corp import Corp
from support.outbox import Bus, Message, Streams, changes_in, envelope
from support.web import CONTEXT, load

TABLES = ("callbacks", "followers", "bookings", "openings", "accounts", "registrations", "seats", "groups")
WORKERS = {"admission": "admission", "allocation": "allocation", "membership": "membership", "rosters": "membership"}
NOT_ON_THE_ROAD = {"codes", "outreach", "orders", "expired"}  # the caretaker's other duties
BATCH = 10


@dataclass(frozen=True)
class Walker:
    """Somebody, by everything they can be known by."""

    openid: str
    unionid: str
    userid: str
    phone: str

    @property
    def follower_id(self) -> str:
        return pseudonym("openid", self.openid)

    @property
    def account_id(self) -> str:
        return pseudonym("unionid", self.unionid)


@dataclass
class Road:
    """What is under way, in a world whose time is `now`."""

    now: datetime
    functions: dict[str, Any]
    streams: Streams
    bus: Bus
    programme_id: str = ""
    corps: dict[str, Corp] = field(default_factory=dict)
    waiting: list[Message] = field(default_factory=list)
    done: list[Message] = field(default_factory=list)
    lost: list[Message] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    seen: list[Change] = field(default_factory=list)  # what changed since the last step
    _number: Iterator[int] = field(default_factory=count)

    def begin(self, now: datetime, programme_id: str) -> None:
        """Another world: nothing under way, no groups."""
        self.streams.read()
        self.now, self.programme_id = now, programme_id
        self.corps = {}
        for each in (self.waiting, self.done, self.lost, self.parked, self.seen):
            each.clear()

    def tick(self, seconds: int = 1) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    def relay(self) -> None:
        """Have the relay put on queues what tables became."""
        records = self.streams.read()
        if records:
            self.seen += changes_in(records, settings().prefix)
            with grants.of("relay"):
                self.functions["relay"].handler({"Records": records}, CONTEXT)

    def deliver(self, messages: Sequence[Message]) -> None:
        """Give messages to the workers of their queues, a batch each; what fails stays."""
        by_queue: dict[str, list[Message]] = defaultdict(list)
        for message in messages:
            by_queue[message.queue].append(message)
        for queue, some in by_queue.items():
            self.tick()
            event = {"Records": [message.record() for message in some]}
            with grants.of(WORKERS[queue]):
                answer = self.functions[WORKERS[queue]].handler(event, CONTEXT)
            failed = {found["itemIdentifier"] for found in answer["batchItemFailures"]}
            for message in some:
                if str(message.number) not in failed and message in self.waiting:
                    self.waiting.remove(message)
                    self.done.append(message)
        self.relay()

    def lose(self, message: Message) -> None:
        """Nobody ever gets it."""
        self.waiting.remove(message)
        self.lost.append(message)

    def tend(self, duties: str = "") -> dict[str, int]:
        """The caretaker comes."""
        with grants.of("caretaker"):
            done: dict[str, int] = self.functions["caretaker"].handler({"duties": duties} if duties else {}, CONTEXT)
        self.relay()
        return done

    def say(self, fields: dict[str, Any]) -> None:
        """WeCom pushes an event."""
        told = {"Event": "change_external_chat", **fields}
        inbox.receive("wecom", inbox.wecom_key(told), "change_external_chat", told, self.now)
        self.relay()

    def put(self, queue: str, bodies: Iterable[dict[str, Any]]) -> None:
        """Put messages on one of the road's queues; what goes elsewhere is told to nobody."""
        if queue in WORKERS:
            ours = [body for body in bodies if self.is_ours(body)]
            self.waiting += [Message(next(self._number), queue, body, self.now) for body in ours]

    def is_ours(self, body: dict[str, Any]) -> bool:
        """Whether a message is not about another world's group: all share the tables."""
        return body.get("detail", {}).get("chat_id") in {None, *self.corps}

    def publish(self, _: str, events: Iterable[tuple[DomainEvent, str]]) -> None:
        """What the relay hands to the bus."""
        for event, _cause in events:
            body = envelope(event)
            for queue in self.bus.queues(body):
                self.put(queue, [body])

    def group(self, chat_id: str) -> GroupDetail:
        """What WeCom answers about a group."""
        return self.corps[chat_id].answer(chat_id)


@contextmanager
def standing(road: Road, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    """The functions act in the road's time, on its queues, with its WeCom."""

    def due(opening: Opening) -> None:
        body = {"kind": schedules.KIND, "programme_id": opening.programme_id, "opening_id": opening.opening_id}
        road.put("admission", [body])

    def send(url: str, bodies: Iterable[dict[str, Any]], delay_seconds: int = 0) -> None:
        road.put(url, list(bodies))

    def park(body: str, queue_arn: str, error: Exception) -> None:
        road.parked.append(f"{queue_arn} {body}: {error}")

    for name in ("notice", "roster", "welcome", "order"):
        monkeypatch.setenv(f"POND_{name.upper()}_QUEUE_URL", f"{name}s")
    forget()
    monkeypatch.setattr(clock, "now", lambda: road.now)
    monkeypatch.setattr(queues, "send", send)
    monkeypatch.setattr(queues, "_park", park)
    monkeypatch.setattr(schedules, "create", due)
    monkeypatch.setattr(sms, "send_code", lambda *_: SmsOutcome.ACCEPTED)
    monkeypatch.setattr(wecom, "group", road.group)
    monkeypatch.setattr(wecom, "group_list", lambda owners: list(road.corps))
    monkeypatch.setattr(programmes, "all_ids", lambda: [road.programme_id])
    monkeypatch.setattr(erasing, "sleep", lambda seconds: None)
    monkeypatch.setattr(road.functions["membership"], "sleep", lambda seconds: None)
    monkeypatch.setattr(road.functions["relay"], "publish", road.publish)
    caretaker = road.functions["caretaker"]
    for duties in ("DUTIES", "NIGHTLY"):
        kept = tuple(duty for duty in getattr(caretaker, duties) if duty[0] not in NOT_ON_THE_ROAD)
        monkeypatch.setattr(caretaker, duties, kept)
    yield road
    monkeypatch.undo()
    forget()


def build(now: datetime) -> Road:
    """A road with the functions on it."""
    functions = {name: load(name) for name in {"relay", "caretaker", *WORKERS.values()}}
    return Road(now, functions, Streams(settings().prefix, TABLES), Bus())


@contextmanager
def meanwhile(call: int, act: Callable[[], None]) -> Iterator[None]:
    """Right before call number `call` (from 0) to the outside, something else is done; after all if there are fewer."""
    made = 0
    send = HTTPConnectionPool.urlopen
    acted = False

    def urlopen(pool: HTTPConnectionPool, *args: Any, **kwargs: Any) -> Any:
        nonlocal made, acted
        made += 1
        if made == call + 1 and not acted:
            acted = True
            act()
        return send(pool, *args, **kwargs)

    with patch.object(HTTPConnectionPool, "urlopen", urlopen):
        yield
    if not acted:
        act()
