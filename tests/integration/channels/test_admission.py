"""Whoever an opening let in is told once; nobody else is; what broke off is completed by the next delivery."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from pond.channels import admission, bookings, followers, openings, store_followers, store_line, store_openings
from pond.channels.events import OpeningOpened
from pond.channels.model import Booking, Opening
from pond.kernel.aws import client
from pond.kernel.errors import Permanent, Transient
from pond.platforms.errors import PartnerRefused
from pond.programmes import service as programmes
from support.crashes import explore
from support.web import CONTEXT, load
from support.wechat import CUSTOM, TEMPLATE, WeChat

MINUTE = timedelta(minutes=1)


@pytest.fixture
def book(programme_id: str, unique: Callable[[str], str], now: datetime) -> Callable[..., str]:
    """Makes somebody who wrote to the account and booked."""

    def make(at: datetime | None = None) -> str:
        person = followers.said(unique("openid"), at or now)
        bookings.book(programme_id, person, None, now)
        return person

    return make


def _openid(follower_id: str) -> str:
    follower = followers.get(follower_id)
    assert follower is not None
    return follower.openid


def _told(wechat: WeChat) -> list[str]:
    return [body["touser"] for path, body in wechat.calls if path in (CUSTOM, TEMPLATE)]


def test_ranges_cover_everybody_once() -> None:
    opened = OpeningOpened(programme_id="p", opening_id="o", first_number=11, last_number=61)
    ranges = list(admission.split(opened))
    assert [(one["first"], one["last"]) for one in ranges] == [(11, 35), (36, 60), (61, 61)]
    nobody = OpeningOpened(programme_id="p", opening_id="o", first_number=11, last_number=10)
    assert list(admission.split(nobody)) == []


def test_those_let_in_are_told_once_with_their_number(
    wechat: WeChat, programme_id: str, book: Callable[..., str], now: datetime
) -> None:
    people = [book(), book(now - timedelta(hours=50)), book()]
    assert admission.tell_admitted(programme_id, "o", 1, 2, now) == 2
    assert admission.tell_admitted(programme_id, "o", 1, 2, now) == 0
    assert _told(wechat) == [_openid(person) for person in people[:2]]
    (custom,), (template,) = wechat.sent(CUSTOM), wechat.sent(TEMPLATE)
    assert "1 号" in custom["text"]["content"]
    assert f"https://pond.example/p/{programme_id}" in custom["text"]["content"]
    assert template["data"]["character_string2"] == {"value": "2"}
    assert template["url"] == f"https://pond.example/p/{programme_id}"


def test_numbers_that_are_nobodys_are_passed_over(
    wechat: WeChat, programme_id: str, book: Callable[..., str], now: datetime
) -> None:
    person = book()
    lost = store_line.next_number(programme_id, now)
    assert lost == 2
    store_line.put_booking(programme_id, Booking(lost, person, None, None), now)
    assert store_line.next_number(programme_id, now) == 3
    assert admission.tell_admitted(programme_id, "o", 1, 3, now) == 1
    assert _told(wechat) == [_openid(person)]


def test_who_left_the_account_is_passed_over(
    wechat: WeChat, programme_id: str, book: Callable[..., str], now: datetime
) -> None:
    person = book()
    followers.unfollow(_openid(person), now + MINUTE)
    assert admission.tell_admitted(programme_id, "o", 1, 1, now + MINUTE) == 0
    assert wechat.calls == []


def test_one_who_cannot_be_told_now_does_not_keep_the_others(
    wechat: WeChat, programme_id: str, book: Callable[..., str], now: datetime
) -> None:
    people = [book() for _ in range(3)]
    wechat.refuse(CUSTOM, -1)
    with pytest.raises(Transient, match=r"admission\.not_all_told"):
        admission.tell_admitted(programme_id, "o", 1, 3, now)
    assert admission.tell_admitted(programme_id, "o", 1, 3, now) == 1
    assert sorted(_told(wechat)[1:]) == sorted(_openid(person) for person in people)


def test_our_own_fault_is_raised_after_the_others_were_told(
    wechat: WeChat, programme_id: str, book: Callable[..., str], now: datetime
) -> None:
    for _ in range(3):
        book()
    wechat.refuse(CUSTOM, 48001)
    with pytest.raises(PartnerRefused):
        admission.tell_admitted(programme_id, "o", 1, 3, now)
    assert len(_told(wechat)) == 3


def _messages(url: str) -> list[dict[str, Any]]:
    received = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in received:
        client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in received]


def _record(body: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": "m", "eventSourceARN": "arn:aws:sqs:::q", "body": json.dumps(body)}]}


def test_from_the_schedule_to_the_message(
    wechat: WeChat,
    messaging: dict[str, str],
    programme_id: str,
    book: Callable[..., str],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function = load("admission")
    monkeypatch.setattr(function, "clock", SimpleNamespace(now=lambda: now))
    people = [book() for _ in range(30)]
    opening = openings.plan(programme_id, now, now + 10 * MINUTE, 28)
    _messages(messaging["notices"])
    due = {"kind": "opening.due", "programme_id": programme_id, "opening_id": opening.opening_id}
    assert function.handler(_record(due), CONTEXT) == {"batchItemFailures": []}
    opened = OpeningOpened(programme_id=programme_id, opening_id=opening.opening_id, first_number=1, last_number=28)
    function.handler(_record({"detail-type": opened.name, "detail": opened.detail()}), CONTEXT)
    ranges = sorted(_messages(messaging["notices"]), key=lambda one: int(one["first"]))
    assert [(one["first"], one["last"]) for one in ranges] == [(1, 25), (26, 28)]
    for message in ranges * 2:
        function.handler(_record(message), CONTEXT)
    assert sorted(_told(wechat)) == sorted(_openid(person) for person in people[:28])


@pytest.mark.parametrize("message", [{}, {"kind": "opening.due"}, {"kind": "other"}, {"kind": "admission.tell"}])
def test_a_message_of_another_kind_is_parked(message: dict[str, Any], now: datetime) -> None:
    with pytest.raises(Permanent, match=r"admission\.unexpected"):
        admission.take(message, now)


def test_wherever_telling_crashes_nobody_is_told_twice(
    wechat: WeChat, make_programme: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    late = now + timedelta(hours=49)

    def scene() -> tuple[str, str]:
        programme, person = make_programme(), followers.said(unique("openid"), now)
        bookings.book(programme, person, None, now)
        wechat.calls.clear()
        return programme, person

    def check(here: tuple[str, str]) -> None:
        ids = {body["client_msg_id"] for body in wechat.sent(TEMPLATE)}
        assert len(ids) == 1  # WeChat delivers the same id once
        told = store_followers.load(here[1])
        assert told is not None
        assert [notice.state for notice in told.notices.values()] == ["told"]

    explore(scene, lambda here: admission.tell_admitted(here[0], "o", 1, 1, late), check)


def test_wherever_opening_crashes_it_opens_once(
    make_programme: Callable[..., str], make_follower: Callable[[], str], now: datetime
) -> None:
    def scene() -> Opening:
        programme = make_programme()
        for _ in range(3):
            bookings.book(programme, make_follower(), None, now)
        return openings.plan(programme, now, now + 10 * MINUTE, 2)

    def check(opening: Opening) -> None:
        line = store_line.line(opening.programme_id)
        assert (line.admitted_through, line.opening_id) == (2, None)
        held = store_openings.load(opening.programme_id, opening.opening_id)
        assert held is not None
        assert (held.state, held.first_number, held.last_number) == ("closed", 1, 2)

    def act(opening: Opening) -> None:
        openings.open_due(opening.programme_id, opening.opening_id, now)
        with mock.patch.object(programmes, "all_ids", return_value=[opening.programme_id]):
            openings.tend(now + 11 * MINUTE)

    explore(scene, act, check)


def test_wherever_booking_crashes_the_person_has_one_place(
    make_programme: Callable[..., str], make_follower: Callable[[], str], now: datetime
) -> None:
    def check(here: tuple[str, str]) -> None:
        follower = store_followers.load(here[1])
        assert follower is not None
        booking = store_line.booking(here[0], follower.bookings[here[0]])
        assert booking is not None
        assert booking.follower_id == here[1]

    explore(
        lambda: (make_programme(), make_follower()),
        lambda here: bookings.book(here[0], here[1], None, now, cause="callback"),
        check,
    )
