"""The callback function, called as API Gateway calls it, with messages the sandbox makes on its own."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from pond.channels import bookings, callbacks, codes, followers, openings, store_line
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.settings import secret
from pond.members import blocklist
from pond.platforms import inbox, store_inbox
from pond.platforms.xml import parse
from sandbox.crypto import Sealer, sign
from sandbox.messages import Envelope, xml
from support.cloud import Cloud
from support.web import CONTEXT, load

TOKEN, AES_KEY, APP_ID = "demoToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxdemoappid0001"
SENT = int(time.time())

Post = Callable[..., dict[str, Any]]


def _envelope(mode: str, receiver: str = APP_ID, token: str = TOKEN) -> Envelope:
    return Envelope(token, Sealer(AES_KEY, receiver), mode, wecom=False)


def _event(method: str, query: dict[str, str], body: str | None, content_type: str) -> dict[str, Any]:
    headers = {"content-type": content_type} if body is not None else {}
    return {
        "resource": "/official-account",
        "path": "/official-account",
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": "/official-account",
            "httpMethod": method,
            "path": "/live/official-account",
            "identity": {"sourceIp": "192.0.2.1"},
            "stage": "live",
        },
    }


@pytest.fixture
def function(cloud: Cloud) -> Any:
    return load("official_account")


@pytest.fixture
def post(function: Any) -> Post:
    """Delivers a message as WeChat does; the answer's status and body, opened if it came in an envelope."""

    def deliver(
        fields: dict[str, Any], mode: str = "aes", content_type: str = "text/xml", **seal: str
    ) -> dict[str, Any]:
        body, sealed = _envelope(mode, **seal).body(xml(fields), b"0123456789abcdef")
        query = _envelope(mode, **seal).query(str(SENT), "nonce", sealed)
        answer = function.handler(_event("POST", query, body, content_type), CONTEXT)
        text = str(answer["body"])
        if text.startswith("<xml>"):
            outer = parse(text.encode())
            if "Encrypt" in outer:
                assert outer["MsgSignature"] == sign(
                    TOKEN, str(outer["TimeStamp"]), str(outer["Nonce"]), str(outer["Encrypt"])
                )
                outer = parse(Sealer(AES_KEY, APP_ID).open(str(outer["Encrypt"])))
            return {"status": answer["statusCode"], **outer}
        return {"status": answer["statusCode"], "text": text}

    return deliver


@pytest.fixture
def openid(unique: Callable[[str], str]) -> str:
    return unique("oDEMO")


def _message(openid: str, content: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "ToUserName": "gh_demo",
        "FromUserName": openid,
        "CreateTime": SENT,
        "MsgType": "text",
        "Content": content,
        "MsgId": f"{openid}{number}",
    } | more


def _happening(openid: str, event: str, key: str = "", at: int = SENT) -> dict[str, Any]:
    return {
        "ToUserName": "gh_demo",
        "FromUserName": openid,
        "CreateTime": at,
        "MsgType": "event",
        "Event": event,
        "EventKey": key,
    }


@pytest.fixture
def channel_id(programme_id: str, unique: Callable[[str], str], now: datetime) -> str:
    return codes.create_channel(unique("c"), "抖音", "douyin", (), programme_id, now).channel_id


def test_the_address_is_verified(function: Any) -> None:
    query = {"signature": "4bccfec33b93fe49d69207423caccb3ce6773cc7", "timestamp": "1700000000", "nonce": "nonce123"}
    answer = function.handler(_event("GET", query | {"echostr": "42"}, None, ""), CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (200, "42")
    answer = function.handler(_event("GET", query | {"nonce": "other", "echostr": "42"}, None, ""), CONTEXT)
    assert answer["statusCode"] == 403


@pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])
def test_follow_by_a_code_then_book_in_each_mode(
    post: Post, openid: str, channel_id: str, programme_id: str, mode: str
) -> None:
    hello = post(_happening(openid, "subscribe", f"qrscene_{channel_id}"), mode)
    assert "欢迎" in hello["Content"]
    assert (hello["ToUserName"], hello["FromUserName"]) == (openid, "gh_demo")
    booked = post(_message(openid, "我要预约！"), mode)
    assert "你是 1 号" in booked["Content"]
    follower = followers.get(followers.follower_id(openid))
    assert follower is not None
    assert (follower.channel_id, dict(follower.bookings), follower.allowance) == (channel_id, {programme_id: 1}, 5)
    assert "已经领过号" in post(_message(openid, "预约", 2), mode)["Content"]


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "text/xml; charset=utf-8", "text/plain"])
def test_any_type_that_xml_comes_as_is_taken(post: Post, openid: str, channel_id: str, content_type: str) -> None:
    assert post(_message(openid, "你好"), content_type=content_type) == {"status": 200, "text": "success"}


def test_the_reply_says_when_the_next_opening_is_and_when_it_is_open(
    post: Post, unique: Callable[[str], str], channel_id: str, programme_id: str
) -> None:
    start = datetime.fromtimestamp(SENT, tz=datetime.now().astimezone().tzinfo) + timedelta(minutes=30)
    opening = openings.plan(programme_id, start, start + timedelta(minutes=30), 1)
    first, second = unique("oDEMO"), unique("oDEMO")
    for person in (first, second):
        post(_happening(person, "SCAN", channel_id))
    assert "下一次开放是" in post(_message(first, "预约"))["Content"]
    openings.open_due(programme_id, opening.opening_id, start)
    assert "已经轮到你了" in post(_message(first, "预约", 2))["Content"]
    assert "你是 2 号，前面还有 0 位" in post(_message(second, "预约"))["Content"]


def test_a_repeated_delivery_has_the_same_answer_and_no_second_effect(
    post: Post, openid: str, channel_id: str, programme_id: str
) -> None:
    post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(_message(openid, "预约"))["Content"], range(4)))
    answers.append(post(_message(openid, "预约"))["Content"])
    assert len(set(answers)) == 1
    assert "领到号啦" in answers[0]


def test_a_delivery_that_broke_off_is_completed_by_the_next(
    post: Post, openid: str, channel_id: str, programme_id: str
) -> None:
    post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))
    with mock.patch.object(bookings, "book_for", side_effect=Transient("tables.contended")):
        assert post(_message(openid, "预约"))["status"] == 500
    assert "你是 1 号" in post(_message(openid, "预约"))["Content"]


def test_a_menu_button_may_say_a_keyword(post: Post, openid: str, channel_id: str) -> None:
    post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))
    assert "你是 1 号" in post(_happening(openid, "CLICK", "预约", SENT + 1))["Content"]


def test_other_keywords_are_answered_in_the_programmes_words(
    post: Post, openid: str, channel_id: str, programme_id: str
) -> None:
    post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))
    assert "不想来也没关系" in post(_message(openid, "取消预约"))["Content"]
    assert f"/p/{programme_id}" in post(_message(openid, "我排到哪了", 2))["Content"]
    assert post(_message(openid, "今天天气真好", 3))["text"] == "success"


def test_who_is_blocked_gets_no_place_and_no_word(
    post: Post, openid: str, channel_id: str, programme_id: str, unique: Callable[[str], str], now: datetime
) -> None:
    post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))
    account_id = pseudonym("unionid", unique("u"))
    followers.link(followers.follower_id(openid), account_id, account_id)
    blocklist.block("account", account_id, "spam", now)
    assert post(_message(openid, "预约")) == {"status": 200, "text": "success"}
    assert store_line.line(programme_id).last_number == 0
    blocklist.unblock("account", account_id)
    assert "你是 1 号" in post(_message(openid, "预约", 2))["Content"]


def test_a_closed_programme_books_nobody(
    post: Post, make_programme: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    programme_id, openid = make_programme(status="closed"), unique("oDEMO")
    channel = codes.create_channel(unique("c"), "x", "x", (), programme_id, now)
    post(_happening(openid, "subscribe", f"qrscene_{channel.channel_id}"))
    assert "暂时不接新朋友" in post(_message(openid, "预约"))["Content"]


def test_who_comes_without_a_code_gets_an_open_programme(post: Post, openid: str, programme_id: str) -> None:
    assert "欢迎" in post(_happening(openid, "subscribe"))["Content"]
    assert "欢迎" in post(_happening(openid, "SCAN", "<no such scene>"))["Content"]


def test_unfollow_is_noted_in_whatever_order(post: Post, openid: str, channel_id: str) -> None:
    assert post(_happening(openid, "unsubscribe", at=SENT + 5))["text"] == "success"
    post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))
    follower = followers.get(followers.follower_id(openid))
    assert follower is not None
    assert not follower.following


@pytest.mark.parametrize(
    "change",
    [
        {"MsgType": "event", "Event": "a_new_event"},
        {"MsgType": "image", "MediaId": "m"},
        {"CreateTime": "soon"},
        {"FromUserName": ""},
    ],
)
def test_what_we_do_not_know_is_kept_and_answered_as_success(
    post: Post, openid: str, channel_id: str, change: dict[str, Any]
) -> None:
    fields = _message(openid, "x") | change
    with mock.patch.object(store_inbox, "add", wraps=store_inbox.add) as kept:
        assert post(fields) == {"status": 200, "text": "success"}
    assert kept.call_count == 1


def _name(fields: dict[str, Any]) -> str:
    key = inbox.official_account_key({name: str(value) for name, value in fields.items()})
    return inbox.name(callbacks.SOURCE, key)


def test_what_is_worked_at_once_is_kept_with_what_it_comes_to(
    post: Post, openid: str, channel_id: str, programme_id: str
) -> None:
    follow, keyword = _happening(openid, "subscribe", f"qrscene_{channel_id}"), _message(openid, "预约")
    with mock.patch.object(store_inbox, "add", wraps=store_inbox.add) as kept:
        for _ in range(2):
            post(follow)
            follower = followers.get(followers.follower_id(openid))
            assert follower and follower.heard == _name(follow)
        for _ in range(2):
            post(keyword)
            booking = store_line.booking(programme_id, 1)
            assert booking and booking.cause == _name(keyword)
        assert kept.call_count == 0
        post(follow)  # again, after the keyword: the follower's row has gone on
        post(_message(openid, "我排到哪了", 2))
        assert kept.call_count == 1
        post(_happening(openid, "SCAN", channel_id, SENT - 5))  # late: the row shows what came after it
        assert kept.call_count == 2


def test_what_could_not_be_worked_is_kept_and_not_acknowledged(post: Post, openid: str, channel_id: str) -> None:
    with (
        mock.patch.object(store_inbox, "add", wraps=store_inbox.add) as kept,
        mock.patch.object(followers, "acted", side_effect=Transient("tables.contended")),
    ):
        assert post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))["status"] == 500
    assert kept.call_count == 1


def test_what_can_be_kept_nowhere_is_not_acknowledged(post: Post, openid: str, channel_id: str) -> None:
    with mock.patch.object(store_inbox, "add", side_effect=Transient("tables.down")):
        assert post(_message(openid, "今天天气真好"))["status"] == 500
    with (
        mock.patch.object(store_inbox, "add", side_effect=Transient("tables.down")),
        mock.patch.object(followers, "acted", side_effect=Transient("tables.down")),
    ):
        assert post(_happening(openid, "subscribe", f"qrscene_{channel_id}"))["status"] == 500


@pytest.mark.parametrize(
    ("change", "seal", "status"),
    [
        ({}, {"token": "wrongToken"}, 403),
        ({}, {"receiver": "wxanotherappid"}, 403),
        ({"ToUserName": "gh_other"}, {}, 403),
        ({"ToUserName": "gh_other"}, {"mode": "plain"}, 403),
        ({}, {"mode": "plain", "token": "wrongToken"}, 403),
        ({"Content": "x" * 70_000}, {"mode": "plain"}, 413),
    ],
)
def test_what_is_not_for_us_is_refused_and_not_kept(
    post: Post, openid: str, change: dict[str, Any], seal: dict[str, str], status: int
) -> None:
    with mock.patch.object(inbox, "receive") as kept:
        assert post(_message(openid, "预约") | change, **seal)["status"] == status
    assert kept.call_count == 0
    assert followers.get(followers.follower_id(openid)) is None


@pytest.mark.parametrize(
    "body", ["", "not xml", "<xml>", '<!DOCTYPE x [<!ENTITY e "x">]><xml><ToUserName>&e;</ToUserName></xml>']
)
def test_what_cannot_be_read_is_refused(function: Any, body: str) -> None:
    query = _envelope("plain").query(str(SENT), "nonce", "")
    assert function.handler(_event("POST", query, body, "text/xml"), CONTEXT)["statusCode"] == 400


def test_an_account_in_safe_mode_takes_only_sealed_messages(post: Post, openid: str) -> None:
    safe = secret("official-account") | {"mode": "safe"}
    with mock.patch.object(callbacks, "secret", return_value=safe):
        assert post(_message(openid, "预约"), "plain")["status"] == 403
        assert post(_message(openid, "你好"), "compatible")["status"] == 200
