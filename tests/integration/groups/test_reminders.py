"""What people are told through the account about a seat they wait for, or have for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.groups import holds, reminders, seats, store, store_seats
from pond.groups.allocation import allocate, refill
from pond.groups.events import SeatHeld, SeatWaiting
from pond.groups.model import Request
from pond.groups.reminders import HoldEnding
from pond.kernel import queues
from pond.kernel.tables import iso
from support.places import Place
from support.wechat import CUSTOM, TEMPLATE, WeChat

MakePlace = Callable[..., Place]
Registered = Callable[[Place], Request]
SOON = timedelta(minutes=21)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was put on queues."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(queues, "send", lambda url, bodies: sent.extend(bodies))
    return sent


def due(queued: list[dict[str, Any]], place: Place) -> list[HoldEnding]:
    found = [HoldEnding.read(message) for message in queued]
    return [event for event in found if event.programme_id == place.programme_id]


def texts(wechat: WeChat) -> list[str]:
    return [body["text"]["content"] for body in wechat.sent(CUSTOM)]


def test_who_still_holds_a_seat_is_reminded_once_before_it_ends(
    make_place: MakePlace, registered: Registered, wechat: WeChat, queued: list[dict[str, Any]], now: datetime
) -> None:
    place = make_place(groups=1, capacity=20)
    people = [registered(place) for _ in range(12)]
    allocate(people, now)
    reminders.remind_due(now + timedelta(minutes=19))
    assert due(queued, place) == []
    for _ in range(2):
        reminders.remind_due(now + SOON)
    events = due(queued, place)
    assert [len(event.member_ids) for event in events] == [10, 2]

    taken = seats.get(people[0].member_id, place.programme_id)
    assert taken and store_seats.take(taken, place.chat_ids[0], now)
    for event in events * 2:
        reminders.remind(event, now + SOON)
    assert len(texts(wechat)) == 11
    assert all("“群 0”给你留的位置还有 9 分钟" in text for text in texts(wechat))


def test_who_let_the_hold_run_out_is_not_reminded_any_more(
    make_place: MakePlace, registered: Registered, wechat: WeChat, queued: list[dict[str, Any]], now: datetime
) -> None:
    place = make_place(groups=1, capacity=5)
    allocate([registered(place)], now)
    reminders.remind_due(now + SOON)
    holds.expire_due(now + timedelta(minutes=31))
    for event in due(queued, place):
        assert reminders.remind(event, now + timedelta(minutes=31)) == {}
    assert wechat.calls == []


@pytest.mark.parametrize("changes", [{"remind_minutes": 0}, {"hold_minutes": 10}])
def test_a_programme_may_remind_nobody(
    make_place: MakePlace, registered: Registered, queued: list[dict[str, Any]], now: datetime, changes: dict[str, int]
) -> None:
    place = make_place(groups=1, capacity=5, **changes)
    allocate([registered(place)], now)
    for minutes in (0, 5, 9, 29):
        reminders.remind_due(now + timedelta(minutes=minutes))
    assert due(queued, place) == []


def test_who_waits_is_told_the_place_and_later_the_call(
    make_place: MakePlace, registered: Registered, wechat: WeChat, now: datetime
) -> None:
    place = make_place(groups=1, capacity=1)
    first, second = registered(place), registered(place)
    for request in (first, second):
        allocate([request], now)
    who = {"member_id": second.member_id, "programme_id": place.programme_id, "pool_id": place.pool_id}
    waiting = SeatWaiting(**who, number=1)
    assert [reminders.tell_waiting(waiting, now) for _ in range(2)] == ["told", "already"]
    assert "候补第 1 位" in texts(wechat)[0]

    holds.expire_due(now + timedelta(minutes=31))
    later = now + timedelta(minutes=32)
    assert refill(place.pool_id, later) == 1
    seat = store.get_seat(second.member_id, place.programme_id)
    assert seat and seat.held_until
    called = SeatHeld(**who, chat_id=place.chat_ids[0], held_until=iso(seat.held_until), called=True)
    assert [reminders.tell_called(called, later) for _ in range(2)] == ["told", "already"]
    assert "给你留了 30 分钟" in texts(wechat)[1]
    assert reminders.tell_waiting(waiting, later) == "over"


def test_after_two_days_of_silence_a_template_message_says_it(
    make_place: MakePlace, registered: Registered, wechat: WeChat, now: datetime
) -> None:
    place = make_place(groups=0, capacity=1)
    request = registered(place)
    later = now + timedelta(days=3)
    allocate([request], later)
    event = SeatWaiting(member_id=request.member_id, programme_id=place.programme_id, pool_id=place.pool_id, number=1)
    assert reminders.tell_waiting(event, later) == "told"
    [body] = wechat.sent(TEMPLATE)
    assert body["data"]["character_string2"] == {"value": "1"}


def test_who_did_not_register_through_us_cannot_be_told(make_place: MakePlace, wechat: WeChat, now: datetime) -> None:
    place = make_place(groups=0, capacity=1)
    allocate(place.requests(1, place.programme_id), now)
    member_id = f"{place.programme_id}0"
    event = SeatWaiting(member_id=member_id, programme_id=place.programme_id, pool_id=place.pool_id, number=1)
    assert reminders.tell_waiting(event, now) == "unreachable"
