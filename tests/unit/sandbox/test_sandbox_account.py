"""The official account: tokens, codes, windows and allowances of messages, templates, user info."""

from typing import Any

import pytest

from support.partners import CONFIG, Box

SETTINGS = CONFIG["official_account"]
KEYS = {"appid": SETTINGS["app_id"], "secret": SETTINGS["app_secret"], "grant_type": "client_credential"}
TEMPLATE = next(iter(SETTINGS["templates"]))

DATA = {"thing1": {"value": "育儿群"}, "character_string2": {"value": "7"}, "thing3": {"value": "可以进群了"}}


def stable(box: Box, **more: Any) -> Any:
    return box.http.post("/oa/cgi-bin/stable_token", json=KEYS | more).json()


def plain(box: Box) -> Any:
    return box.http.get("/oa/cgi-bin/token", params=KEYS).json()


def works(box: Box, token: str) -> int:
    answer = box.http.get("/oa/cgi-bin/user/info", params={"access_token": token, "openid": "nobody"}).json()
    return 0 if answer["errcode"] == 40003 else int(answer["errcode"])


def send(box: Box, account: dict[str, Any], text: str = "您好") -> int:
    body = {"touser": account["openid"], "msgtype": "text", "text": {"content": text}}
    return int(box.oa("/cgi-bin/message/custom/send", body)["errcode"])


def template(box: Box, account: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"touser": account["openid"], "template_id": TEMPLATE, "data": DATA}
    return box.oa("/cgi-bin/message/template/send", body | more)


def test_stable_token_is_the_same_until_its_last_five_minutes(box: Box) -> None:
    first = stable(box)["access_token"]
    assert stable(box)["access_token"] == first
    box.advance(6901)
    second = stable(box)["access_token"]
    assert second != first
    assert (works(box, first), works(box, second)) == (0, 0)
    box.advance(301)
    assert (works(box, first), works(box, second), works(box, "invented")) == (42001, 0, 40001)


def test_forcing_kills_the_old_token_and_is_limited(box: Box) -> None:
    first = stable(box)["access_token"]
    second = stable(box, force_refresh=True)["access_token"]
    assert (works(box, first), works(box, second)) == (40001, 0)
    assert stable(box, force_refresh=True)["errcode"] == 45011


def test_the_two_families_do_not_disturb_each_other(box: Box) -> None:
    kept, first = stable(box)["access_token"], plain(box)["access_token"]
    second = plain(box)["access_token"]
    assert second != first
    box.advance(301)
    assert [works(box, token) for token in (kept, first, second)] == [0, 42001, 0]


@pytest.mark.parametrize(("change", "code"), [({"appid": "wxother"}, 40013), ({"secret": "wrong"}, 40125)])
def test_wrong_credentials(box: Box, change: dict[str, str], code: int) -> None:
    answer = box.http.post("/oa/cgi-bin/stable_token", json=KEYS | change).json()
    assert answer["errcode"] == code
    assert " rid: " in answer["errmsg"]


def test_callers_outside_the_list_are_refused(box: Box) -> None:
    box.switch(official_account__allowed_ips="203.0.113.9")
    assert stable(box)["errcode"] == 40164


def test_codes_are_pictures_with_a_life(box: Box) -> None:
    asked = {"action_name": "QR_STR_SCENE", "expire_seconds": 60, "action_info": {"scene": {"scene_str": "ch_1"}}}
    made = box.oa("/cgi-bin/qrcode/create", asked)
    picture = box.http.get("/oa/cgi-bin/showqrcode", params={"ticket": made["ticket"]})
    assert picture.content.startswith(b"\x89PNG")
    assert box.http.get("/oa/cgi-bin/showqrcode", params={"ticket": "other"}).status_code == 404
    assert box.oa("/cgi-bin/qrcode/create", asked)["ticket"] != made["ticket"]
    account = box.person()
    path = f"/accounts/{account['account_id']}/scan"
    assert box.do("POST", path, code=str(picture.url))["outcome"] == "followed"
    assert box.do("POST", path, code=made["ticket"])["outcome"] == "scanned"
    box.advance(60)
    assert box.do("POST", path, 404, code=made["url"])["error"] == "expired_code"


@pytest.mark.parametrize(
    "change",
    [{"expire_seconds": 2592001}, {"action_info": {"scene": {"scene_str": "x" * 65}}}, {"action_info": {"scene": {}}}],
)
def test_bad_codes_are_refused(box: Box, change: dict[str, Any]) -> None:
    asked = {"action_name": "QR_STR_SCENE", "expire_seconds": 60, "action_info": {"scene": {"scene_str": "ch_1"}}}
    assert box.oa("/cgi-bin/qrcode/create", asked | change)["errcode"] == 40035


def test_custom_messages_keep_to_window_and_allowance(box: Box) -> None:
    account = box.person()
    here = f"/accounts/{account['account_id']}"
    assert send(box, account) == 43004
    box.do("POST", f"{here}/follow", scene="ch_1")
    assert [send(box, account) for _ in range(4)] == [0, 0, 0, 45047]
    box.advance(61)
    assert send(box, account) == 45015
    box.do("POST", f"{here}/say", text="进群")
    box.advance(48 * 3600 - 1)
    assert [send(box, account) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    box.advance(2)
    assert send(box, account) == 45015
    box.do("POST", f"{here}/menu", url="https://example.com/")
    assert send(box, account) == 45015
    box.do("POST", f"{here}/menu", key="booking")
    assert send(box, account) == 0
    assert send(box, account, "长" * 700) == 45002
    assert send(box, {"openid": "nobody"}) == 40003


def test_a_template_message_is_delivered_once_under_its_id(box: Box) -> None:
    account = box.person()
    here = f"/accounts/{account['account_id']}"
    box.do("POST", f"{here}/follow")
    first = template(box, account, client_msg_id="notice-1", url="http://localhost/h5")
    assert template(box, account, client_msg_id="notice-1")["msgid"] == first["msgid"]
    shown = [message for message in box.do("GET", f"{here}/chat")["messages"] if message["kind"] == "template"]
    assert [(message["text"], message["url"]) for message in shown] == [
        ("活动名称: 育儿群\n预约序号: 7\n温馨提示: 可以进群了", "http://localhost/h5")
    ]
    done = [fields for fields in box.settle() if fields["Event"] == "TEMPLATESENDJOBFINISH"]
    assert [(fields["MsgID"], fields["Status"]) for fields in done] == [(str(first["msgid"]), "success")]
    box.advance(601)
    assert template(box, account, client_msg_id="notice-1")["msgid"] != first["msgid"]


def test_a_person_who_blocks_templates_sees_none(box: Box) -> None:
    account = box.person()
    here = f"/accounts/{account['account_id']}"
    box.do("POST", f"{here}/follow")
    box.do("PATCH", here, refuses=True)
    assert template(box, account)["errcode"] == 0
    assert box.settle()[-1]["Status"] == "failed:user block"
    assert all(message["kind"] != "template" for message in box.do("GET", f"{here}/chat")["messages"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"template_id": "other"}, 40037),
        ({"data": DATA | {"thing1": {"value": "长" * 21}}}, 47003),
        ({"data": DATA | {"free": {"value": "x"}}}, 47003),
        ({"data": {"thing1": {"value": "x"}}}, 47003),
        ({"client_msg_id": "x" * 33}, 47003),
    ],
)
def test_bad_templates_are_refused(box: Box, change: dict[str, Any], code: int) -> None:
    account = box.person()
    box.do("POST", f"/accounts/{account['account_id']}/follow")
    assert template(box, account, **change)["errcode"] == code


def test_a_template_without_fields_takes_any(box: Box) -> None:
    account = box.person()
    here = f"/accounts/{account['account_id']}"
    box.do("POST", f"{here}/follow")
    box.do("PATCH", "/config", official_account={"templates": {"free": {"title": "通知"}}})
    assert template(box, account, template_id="free", data={"thing9": {"value": "好"}})["errcode"] == 0
    assert box.do("GET", f"{here}/chat")["messages"][-1]["text"] == "thing9: 好"


def test_user_info_tells_what_the_binding_allows(box: Box) -> None:
    account = box.person()
    assert box.oa("/cgi-bin/user/info", openid=account["openid"]) == {"subscribe": 0, "openid": account["openid"]}
    box.do("POST", f"/accounts/{account['account_id']}/follow", scene="ch_1")
    told = box.oa("/cgi-bin/user/info", openid=account["openid"])
    assert (told["unionid"], told["qr_scene_str"]) == (account["unionid"], "ch_1")
    box.switch(official_account__bound=False)
    assert "unionid" not in box.oa("/cgi-bin/user/info", openid=account["openid"])
