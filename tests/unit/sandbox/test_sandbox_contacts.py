"""WeCom's token and callers; contact ways, adding staff, welcome codes."""

from typing import Any

import pytest

from support.partners import CONFIG, Box

SETTINGS = CONFIG["wecom"]


def contact_way(box: Box, **more: Any) -> dict[str, Any]:
    asked = {"type": 1, "scene": 2, "user": ["volunteer-chen"], "state": "w-1"}
    return box.wecom("add_contact_way", asked | more)


def add(box: Box, account: dict[str, Any], way: dict[str, Any]) -> Any:
    return box.do("POST", f"/accounts/{account['account_id']}/scan", code=way["qr_code"])["outcome"]


def welcome(box: Box, code: str) -> int:
    return int(box.wecom("send_welcome_msg", {"welcome_code": code, "text": {"content": "欢迎"}})["errcode"])


def test_the_token_stays_the_same(box: Box) -> None:
    asked = {"corpid": SETTINGS["corp_id"], "corpsecret": SETTINGS["app_secret"]}

    def get(**change: str) -> Any:
        return box.http.get("/wecom/cgi-bin/gettoken", params=asked | change).json()

    first = get()
    assert (first["errcode"], get()["access_token"]) == (0, first["access_token"])
    box.advance(7200)
    assert get()["access_token"] != first["access_token"]
    box.tokens["wecom"] = first["access_token"]
    assert box.wecom("get", external_userid="x")["errcode"] == 42001
    assert (get(corpid="x")["errcode"], get(corpsecret="x")["errcode"]) == (40013, 40001)


def test_callers_elsewhere_and_escaped_letters_are_refused(box: Box) -> None:
    box.wecom("get", external_userid="x")
    path = f"/wecom/cgi-bin/externalcontact/groupchat/get?access_token={box.tokens['wecom']}"
    assert box.http.post(path, content=b'{"chat_id": "\\u4e2d"}').json()["errcode"] == 40033
    for body in (b"not json", b"[]"):
        assert box.http.post(path, content=body).json()["errcode"] == 47001
    assert contact_way(box, state=["x"] * 31)["errcode"] in (40058, 47001)
    box.switch(wecom__allowed_ips="203.0.113.9")
    assert box.http.post(path, json={}).json()["errcode"] == 60020


def test_adding_staff_comes_half_and_then_whole(box: Box) -> None:
    account = box.person()
    way = contact_way(box)
    assert add(box, account, way) == "added"
    half, whole = box.settle()
    assert [one["ChangeType"] for one in (half, whole)] == ["add_half_external_contact", "add_external_contact"]
    assert {one["State"] for one in (half, whole)} == {"w-1"}
    assert (half["UserID"], half["ExternalUserID"]) == ("volunteer-chen", account["external_userid"])
    assert half["WelcomeCode"] == whole["WelcomeCode"]
    assert add(box, account, way) == "already"
    told = box.wecom("get", external_userid=account["external_userid"])
    assert told["external_contact"]["unionid"] == account["unionid"]
    assert told["follow_user"][0]["state"] == "w-1"


def test_a_welcome_is_sent_once_within_twenty_seconds(box: Box) -> None:
    way = contact_way(box)
    add(box, box.person(), way)
    code = box.settle()[0]["WelcomeCode"]
    box.switch(wecom__welcome_taken=True)
    assert welcome(box, code) == 41096
    box.switch(wecom__welcome_taken=False)
    assert [welcome(box, code), welcome(box, code), welcome(box, "invented")] == [0, 41051, 41050]
    assert box.do("GET", "/staff")["contacts"][0]["welcome"] == "欢迎"
    add(box, box.person(), way)
    code = box.settle()[0]["WelcomeCode"]
    box.advance(20)
    assert welcome(box, code) == 41050


def test_a_used_code_is_absent_from_the_second_event(box: Box) -> None:
    box.switch(wecom__half_confirm_seconds=0.2)
    add(box, box.person(), contact_way(box))
    while not box.pushes:
        box.do("POST", "/settle", seconds=0.02)
    assert welcome(box, box.pushes[0].fields()["WelcomeCode"]) == 0
    assert "WelcomeCode" not in box.settle()[1]


def test_updating_a_contact_way_overwrites_it(box: Box) -> None:
    way = contact_way(box, remark="x")
    change = {"config_id": way["config_id"], "user": ["owner-lin"], "type": 2}
    assert box.wecom("update_contact_way", change)["errcode"] == 0
    after = box.wecom("get_contact_way", {"config_id": way["config_id"]})["contact_way"]
    assert (after["user"], after["type"], after.get("state"), after.get("remark")) == (["owner-lin"], 1, None, None)
    assert box.wecom("del_contact_way", {"config_id": way["config_id"]})["errcode"] == 0
    assert box.wecom("update_contact_way", change)["errcode"] == 41044


def test_requests_wait_for_the_staff_member(box: Box) -> None:
    account = box.person()
    way = contact_way(box, skip_verify=False)
    assert [add(box, account, way), add(box, account, way)] == ["requested", "requested"]
    assert box.settle() == []
    assert box.wecom("get", external_userid=account["external_userid"])["errcode"] == 84061
    (task,) = box.do("GET", "/staff")["tasks"]
    box.do("POST", f"/staff/tasks/{task['task_id']}/confirm")
    (event,) = box.settle()
    assert (event["ChangeType"], "WelcomeCode" in event) == ("add_external_contact", True)
    box.do("POST", f"/staff/volunteer-chen/contacts/{account['account_id']}/delete", by="customer")
    assert box.settle()[0]["ChangeType"] == "del_follow_user"


def test_an_admins_own_welcome_takes_the_code_away(box: Box) -> None:
    box.switch(wecom__welcome_configured=True)
    add(box, box.person(), contact_way(box))
    assert ["WelcomeCode" in one for one in box.settle()] == [False, False]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": None}, 41039),
        ({"user": ["a", "b"]}, 41041),
        ({"user": ["nobody"]}, 40003),
        ({"state": "x" * 31}, 40058),
    ],
)
def test_bad_contact_ways_are_refused(box: Box, change: dict[str, Any], code: int) -> None:
    assert contact_way(box, **change)["errcode"] == code
