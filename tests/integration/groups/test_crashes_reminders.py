"""Whatever call the caretaker or the teller dies at: everyone who holds a seat is told once that it ends."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pond.groups import reminders
from pond.groups.allocation import allocate
from pond.groups.model import Request
from pond.groups.reminders import HoldEnding
from pond.kernel import queues
from pond.kernel.aws import client
from pond.kernel.settings import forget
from support.cloud import Cloud
from support.crashes import explore
from support.places import Place
from support.wechat import CUSTOM, WeChat

MakePlace = Callable[..., Place]
Record = Callable[[str, object], None]
SOON = timedelta(minutes=21)


@dataclass
class Scene:
    place: Place
    sent_before: int
    events: list[HoldEnding] = field(default_factory=list)


@pytest.fixture
def now() -> datetime:
    """A day of its own: holds of other tests would be reminded of too."""
    return datetime(2031, 3, 3, 6, 0, tzinfo=UTC)


@pytest.fixture
def queue(cloud: Cloud, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue that the caretaker puts reminders on."""
    url: str = client("sqs").create_queue(QueueName=unique("welcomes"))["QueueUrl"]
    monkeypatch.setenv("POND_WELCOME_QUEUE_URL", url)
    forget()
    return url


def received(url: str, programme_id: str) -> list[HoldEnding]:
    """What waits on the queue for this programme's people; taken off it."""
    found: list[HoldEnding] = []
    while messages := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            event = HoldEnding.read(json.loads(message["Body"]))
            found += [event] if event.programme_id == programme_id else []
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_having_people_reminded(
    make_place: MakePlace,
    registered: Callable[[Place], Request],
    queue: str,
    now: datetime,
    record_property: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reminders, "LONGEST", timedelta(0))  # fewer empty hours to look into
    wanted: dict[str, Any] = {}

    def scene() -> Place:
        reminders.remind_due(now + SOON)  # what other tests left
        received(queue, "")
        place = make_place(groups=1, capacity=3)
        people = [registered(place) for _ in range(2)]
        wanted[place.programme_id] = {request.member_id for request in people}
        allocate(people, now)
        return place

    def settled(place: Place) -> None:
        events = received(queue, place.programme_id)
        assert {member for event in events for member in event.member_ids} == wanted[place.programme_id]
        assert reminders.remind_due(now + SOON) == 0

    points = explore(scene, lambda place: reminders.remind_due(now + SOON), settled)
    record_property("crash_points", points)


def test_reminding_them(
    make_place: MakePlace,
    registered: Callable[[Place], Request],
    wechat: WeChat,
    now: datetime,
    record_property: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put: list[dict[str, Any]] = []
    monkeypatch.setattr(queues, "send", lambda url, bodies: put.extend(bodies))

    def scene() -> Scene:
        place = make_place(groups=1, capacity=3)
        allocate([registered(place) for _ in range(2)], now)
        put.clear()
        reminders.remind_due(now + SOON)
        events = [event for event in map(HoldEnding.read, put) if event.programme_id == place.programme_id]
        return Scene(place, len(wechat.sent(CUSTOM)), events)

    def act(scene: Scene) -> None:
        for event in scene.events:
            reminders.remind(event, now + SOON)

    def settled(scene: Scene) -> None:
        # A crash between claim and answer leaves it unknown whether WeChat took the message: then nobody asks twice.
        told = [body["touser"] for body in wechat.sent(CUSTOM)[scene.sent_before :]]
        assert len(told) == len(set(told))
        assert len(told) in (1, 2)

    points = explore(scene, act, settled)
    record_property("crash_points", points)
