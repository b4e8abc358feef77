"""How callbacks travel: verification, modes, attempts, passive replies, loss and repetition."""

import time
from typing import Any

import pytest

from sandbox.crypto import Sealer, sign
from sandbox.messages import xml
from support.partners import CONFIG, Box

SETTINGS = CONFIG["official_account"]


@pytest.fixture
def account(box: Box) -> dict[str, Any]:
    """A follower whose follow has arrived."""
    account = box.person()
    box.do("POST", f"/accounts/{account['account_id']}/follow")
    box.settle()
    return account


def say(box: Box, account: dict[str, Any], text: str = "进群") -> None:
    box.do("POST", f"/accounts/{account['account_id']}/say", text=text)


def chat(box: Box, account: dict[str, Any]) -> list[tuple[str, str]]:
    messages = box.do("GET", f"/accounts/{account['account_id']}/chat")["messages"]
    return [(message["kind"], message["text"]) for message in messages if message["from"] != "user"][1:]


def reply(account: dict[str, Any], text: str = "好的", **change: str) -> str:
    fields: dict[str, Any] = {"ToUserName": account["openid"], "FromUserName": SETTINGS["original_id"]}
    return xml(fields | {"CreateTime": 1, "MsgType": "text", "Content": text} | change)


def sealed(message: str) -> str:
    cipher = Sealer(SETTINGS["aes_key"], SETTINGS["app_id"]).seal(message.encode(), b"0123456789abcdef")
    fields: dict[str, str | int | list[str]] = {
        "Encrypt": cipher,
        "MsgSignature": sign(SETTINGS["token"], "1", "n", cipher),
        "TimeStamp": 1,
        "Nonce": "n",
    }
    return xml(fields)


def test_follow_scan_and_unfollow_look_as_documented(box: Box) -> None:
    account = box.person()
    here = f"/accounts/{account['account_id']}"
    asked = {"action_name": "QR_STR_SCENE", "expire_seconds": 60, "action_info": {"scene": {"scene_str": "ch_1"}}}
    code = box.oa("/cgi-bin/qrcode/create", asked)
    for _ in range(2):
        box.do("POST", f"{here}/scan", code=code["url"])
    box.do("POST", f"{here}/unfollow")
    box.do("POST", f"{here}/follow", via="search")
    box.do("POST", f"{here}/say", 200, text="a ]]> b <i>")
    heard = box.settle()
    assert [(one.get("Event"), one.get("EventKey"), one.get("Ticket")) for one in heard] == [
        ("subscribe", "qrscene_ch_1", code["ticket"]),
        ("SCAN", "ch_1", code["ticket"]),
        ("unsubscribe", "", None),
        ("subscribe", None, None),
        (None, None, None),
    ]
    assert {(one["ToUserName"], one["FromUserName"]) for one in heard} == {(SETTINGS["original_id"], account["openid"])}
    assert heard[-1]["Content"] == "a ]]> b <i>"


@pytest.mark.parametrize(("mode", "encrypted", "readable"), [("plain", 0, 1), ("compatible", 1, 1), ("aes", 1, 0)])
def test_modes(box: Box, account: dict[str, Any], mode: str, encrypted: int, readable: int) -> None:
    box.switch(official_account__callback_mode=mode)
    say(box, account)
    box.do("POST", "/settle")
    (push,) = box.pushes
    query = push.query
    assert query["signature"] == sign(SETTINGS["token"], query["timestamp"], query["nonce"])
    assert (push.encrypted, "<Content>" in push.body, query["openid"]) == (encrypted, readable, account["openid"])
    assert push.fields()["Encrypt" if mode == "compatible" and not encrypted else "ToUserName"]


@pytest.mark.parametrize("platform", ["official_account", "wecom"])
def test_saving_an_address_verifies_it(box: Box, platform: str) -> None:
    box.answers = [(0, 200, '"quoted"')]
    assert box.do("POST", "/callbacks/verify", platform=platform)["ok"] is False
    # only who can decrypt passes WeCom's check; the account's is answered with the echo
    assert box.do("POST", "/callbacks/verify", platform=platform)["ok"] is (platform == "official_account")


@pytest.mark.parametrize("bad", [(0.2, 200, "success"), (0, 500, "")])
def test_three_attempts_with_the_same_message(box: Box, account: dict[str, Any], bad: tuple[float, int, str]) -> None:
    box.answers = [bad, bad]
    say(box, account)
    heard = box.settle()
    assert len(heard) == 3
    assert heard[0] == heard[1] == heard[2]
    assert box.do("GET", "/callbacks")["callbacks"][0]["status"] == "delivered"


def test_after_three_attempts_the_person_is_told(box: Box, account: dict[str, Any]) -> None:
    box.answers = [(0, 500, "")] * 3
    say(box, account)
    assert len(box.settle()) == 3
    (callback,) = box.do("GET", "/callbacks?limit=1")["callbacks"]
    assert (callback["status"], [one["http_status"] for one in callback["attempts"]]) == ("failed", [500] * 3)
    assert [kind for kind, _ in chat(box, account)] == ["notice"]


@pytest.mark.parametrize("mode", ["plain", "aes"])
def test_a_passive_reply_is_shown(box: Box, account: dict[str, Any], mode: str) -> None:
    box.switch(official_account__callback_mode=mode)
    message = reply(account, "第 3 位\n请稍候")
    box.answers = [(0, 200, sealed(message) if mode == "aes" else message)]
    say(box, account)
    box.settle()
    assert chat(box, account) == [("text", "第 3 位\n请稍候")]


def test_a_repeated_message_shows_one_reply(box: Box, account: dict[str, Any]) -> None:
    box.switch(official_account__callbacks_repeat=3)
    box.answers = [(0, 200, sealed(reply(account)))] * 4
    say(box, account)
    assert len({one["MsgId"] for one in box.settle()}) == 1
    assert chat(box, account) == [("text", "好的")]


def test_garbage_answers_are_out_of_service(box: Box, account: dict[str, Any]) -> None:
    wrong = [
        "ok",
        reply(account),
        sealed(reply(account)).replace("<MsgSignature><![CDATA[", "<MsgSignature><![CDATA[0"),
        sealed(reply(account, ToUserName="oSomebodyElse")),
        sealed(reply(account, "")),
        sealed(reply(account, "长" * 700)),
    ]
    box.answers = [(0, 200, body) for body in wrong]
    for _ in wrong:
        say(box, account)
        box.settle()
    assert [kind for kind, _ in chat(box, account)] == ["notice"] * len(wrong)


def test_lost_shuffled_and_repeated_by_hand(box: Box, account: dict[str, Any]) -> None:
    box.switch(official_account__callbacks_lose_next=1, official_account__callbacks_shuffle=True)
    for number in range(6):
        say(box, account, str(number))
    heard = [one["Content"] for one in box.settle()]
    assert sorted(heard) == ["1", "2", "3", "4", "5"]
    assert heard != sorted(heard)
    lost = box.do("GET", "/callbacks")["callbacks"][5]
    assert lost["status"] == "lost"
    box.do("POST", f"/callbacks/{lost['callback_id']}/repeat")
    assert [one["Content"] for one in box.settle()] == ["0"]


def test_an_action_does_not_wait_for_pond(box: Box, account: dict[str, Any]) -> None:
    box.answers = [(0.09, 200, "success")]
    began = time.monotonic()
    say(box, account)
    assert time.monotonic() - began < 0.09
    assert len(box.settle()) == 1
