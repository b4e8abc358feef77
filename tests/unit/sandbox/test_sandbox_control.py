"""The control API's own rules: faults, switches, settings, logs, the stream, the proxy, scanning."""

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.stream import Stream
from support.partners import CONFIG, Box

TOKEN = {"corpid": CONFIG["wecom"]["corp_id"], "corpsecret": CONFIG["wecom"]["app_secret"]}


def gettoken(box: Box) -> Any:
    return box.http.get("/wecom/cgi-bin/gettoken", params=TOKEN).json()["errcode"]


def test_a_fault_answers_in_the_partners_place(box: Box) -> None:
    fault = {"platform": "wecom", "endpoint": "/cgi-bin/gettoken", "error": -1, "times": 2}
    box.do("POST", "/faults", 201, **fault)
    assert [gettoken(box) for _ in range(3)] == [-1, -1, 0]
    forever = box.do("POST", "/faults", 201, platform="wecom", endpoint="*", error=45009)
    assert [gettoken(box) for _ in range(2)] == [45009, 45009]
    box.do("DELETE", f"/faults/{forever['fault_id']}")
    assert gettoken(box) == 0
    calls = box.do("GET", "/calls?platform=wecom")["calls"]
    assert [call["errcode"] for call in calls] == [0, 45009, 45009, 0, -1, -1]


def test_a_delay_comes_before_the_effect(box: Box) -> None:
    box.do("POST", "/faults", 201, platform="wecom", endpoint="*", delay_seconds=0.05, times=1)
    assert gettoken(box) == 0
    assert box.do("GET", "/calls")["calls"][0]["seconds"] >= 0.05


def test_a_dropped_answer_leaves_its_effect(box: Box) -> None:
    account = box.person()
    here = f"/accounts/{account['account_id']}"
    box.do("POST", f"{here}/follow")
    endpoint = "/cgi-bin/message/custom/send"
    box.do("POST", "/faults", 201, platform="official_account", endpoint=endpoint, drop_answer=True, times=1)
    body = {"touser": account["openid"], "msgtype": "text", "text": {"content": "也许收到"}}
    with pytest.raises((httpx.HTTPError, ValueError, AssertionError)):
        box.oa(endpoint, body)
    assert box.do("GET", f"{here}/chat")["messages"][-1]["text"] == "也许收到"


def test_sms_faults_speak_the_vendors_language(box: Box) -> None:
    box.do("POST", "/faults", 201, platform="sms", endpoint="/tencent", error="InternalError")
    box.do("POST", "/faults", 201, platform="sms", endpoint="/aliyun", error="isp.SYSTEM_ERROR")
    assert box.http.post("/sms/tencent/", content=b"{}").json()["Response"]["Error"]["Code"] == "InternalError"
    assert box.http.post("/sms/aliyun/").json()["Code"] == "isp.SYSTEM_ERROR"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("POST", "/people", {"phon": "1"}, 400, "unknown_field"),
        ("POST", "/people", {"phone": 1}, 400, "wrong_type"),
        ("GET", "/accounts/a99", {}, 404, "unknown_account"),
        ("PATCH", "/switches", {"wecom.bund": True}, 400, "unknown_switch"),
        ("PATCH", "/switches", {"wecom.bound": 1}, 400, "wrong_type"),
        ("PATCH", "/switches", {"official_account.callback_mode": "rot13"}, 400, "wrong_type"),
        ("PATCH", "/config", {"wecom": {"corpid": "x"}}, 400, "wrong_config"),
        ("POST", "/faults", {"platform": "wecom", "endpoint": "/nowhere"}, 404, "unknown_endpoint"),
        ("POST", "/faults", {"platform": "wecom", "endpoint": "*", "error": "x"}, 400, "wrong_type"),
        ("POST", "/groups", {"name": "x", "owner": "nobody"}, 404, "unknown_staff"),
        ("POST", "/callbacks/c0/repeat", {}, 404, "unknown_callback"),
    ],
)
def test_mistakes_are_named(box: Box, method: str, path: str, body: dict[str, Any], status: int, error: str) -> None:
    assert box.do(method, path, status, **body)["error"] == error


def test_an_absent_or_broken_body_is_named(box: Box) -> None:
    for method, path in (("PATCH", "/switches"), ("PATCH", "/config"), ("POST", "/groups")):
        for body in (b"[]", b"{"):
            answer = box.http.request(method, f"/_sandbox{path}", content=body)
            assert (answer.status_code, answer.json()["error"]) == (400, "bad_json")
    assert box.http.post("/_sandbox/groups").json()["error"] == "missing_field"


def test_ids_are_nobody_elses(box: Box) -> None:
    first = box.person(openid="oMINE", phone="+8613900000009")
    assert box.do("POST", "/people", 409, openid="oMINE")["error"] == "taken"
    assert box.do("POST", "/people", 409, phone="13900000009")["error"] == "taken"
    second = box.do("POST", f"/people/{first['person_id']}/accounts", 201, nickname="小号")
    assert second["openid"] != first["openid"]
    assert len(box.do("GET", "/people")["people"]) == 1


def test_the_same_seed_makes_the_same_world(box: Box) -> None:
    worlds = []
    for messages in (0, 3):
        box.do("POST", "/reset", seed=3)
        first = box.person()
        box.do("POST", f"/accounts/{first['account_id']}/follow")
        for _ in range(messages):  # what happens in between changes no id
            box.do("POST", f"/accounts/{first['account_id']}/say", text="在吗")
        worlds.append([box.person(), box.do("POST", "/groups", 201, name="群", owner="owner-lin")["chat_id"]])
    assert worlds[0] == worlds[1]
    box.do("POST", "/reset", seed=4)
    box.person()
    assert box.person() != worlds[0][0]


def test_settings_can_change_while_running(box: Box) -> None:
    box.do("PATCH", "/config", wecom={"app_secret": "rotated"}, h5_target="http://elsewhere")
    assert gettoken(box) == 40001
    assert box.do("GET", "/health")["h5_target"] == "http://elsewhere"


def test_scanning_a_page_or_nothing(box: Box) -> None:
    scan = f"/accounts/{box.person()['account_id']}/scan"
    link = "http://localhost:8900/h5/c/ch_1"
    told = box.do("POST", scan, code=link)
    assert (told["kind"], told["outcome"], told["url"]) == ("page", "opened", link)
    for code in ("hello", "http://weixin.qq.com/q/other", "https://work.weixin.qq.com/gm/other"):
        assert box.do("POST", scan, 404, code=code)["error"] == "unknown_code"


def test_the_scanner_offers_live_codes_and_the_showcase(box: Box) -> None:
    for scene, seconds in (("ch_1", 60), ("ch_2", 600), ("ch_1", 600)):
        asked = {
            "action_name": "QR_STR_SCENE",
            "expire_seconds": seconds,
            "action_info": {"scene": {"scene_str": scene}},
        }
        newest = box.oa("/cgi-bin/qrcode/create", asked)
    codes = box.do("GET", "/codes")["codes"]
    assert [code["scene"] for code in codes] == ["ch_1", "ch_2"]
    assert codes[0]["url"] == newest["url"]
    box.advance(600)
    assert box.do("GET", "/codes")["codes"] == []
    items = [{"title": "抖音", "look": "video", "scene": "ch_1"}]
    assert box.do("PUT", "/showcase", items=items) == {"items": items}
    assert box.do("PUT", "/showcase", 400, items=[{"title": "x"}])["error"] == "wrong_type"
    assert box.do("GET", "/showcase")["items"] == items


def test_any_text_becomes_a_picture(box: Box) -> None:
    assert box.http.get("/qr", params={"text": "http://localhost:8900/h5/c/ch_1"}).text.startswith("<?xml")
    assert box.http.get("/qr").status_code == 400


def test_the_proxy_passes_everything_but_the_sandboxes_cookie(box: Box) -> None:
    headers = {"cookie": "sandbox_account=a1; pond=1", "x-forwarded-for": "198.51.100.7"}
    answer = box.http.post("/h5/%E9%B1%BC/a%2Fb?x=%2F&y", headers=headers, content=b"a=1")
    assert answer.status_code == 201
    seen = answer.json()
    assert (seen["path"], seen["query"]) == ("/local/鱼/a/b", "x=%2F&y")
    assert seen["headers"]["cookie"] == "pond=1"
    assert seen["headers"]["x-forwarded-for"].startswith("198.51.100.7, ")
    assert (seen["headers"]["host"], seen["headers"]["x-forwarded-host"]) == ("pond", "localhost:8900")
    assert len(answer.headers.get_list("set-cookie")) == 2


def test_each_account_has_its_own_cookies_behind_the_proxy(box: Box) -> None:
    first, second = box.person()["account_id"], box.person()["account_id"]
    answer = box.http.get("/h5/", headers={"cookie": f"sandbox_account={first}"})
    set_cookies = answer.headers.get_list("set-cookie")
    assert [one.partition("=")[0] for one in set_cookies] == [f"one.{first}", f"two.{first}"]
    assert all("path=/" in one.lower() for one in set_cookies)
    kept = f"one.{first}=1; one.{second}=2; two=3; v1.2=4"
    for account_id, sent in ((first, "one=1; two=3; v1.2=4"), (second, "one=2; two=3; v1.2=4")):
        headers = {"cookie": f"{kept}; sandbox_account={account_id}"}
        assert box.http.get("/h5/", headers=headers).json()["headers"]["cookie"] == sent
    strangers = box.http.get("/h5/", headers={"cookie": "sandbox_account=a99"})
    assert strangers.headers.get_list("set-cookie")[0].startswith("one=")


def test_the_proxy_says_when_nothing_answers(box: Box) -> None:
    box.do("PATCH", "/config", h5_target="")
    assert box.http.get("/h5/").status_code == 502


def test_members_write_in_groups(box: Box) -> None:
    account = box.person()
    chat_id = box.do("POST", "/groups", 201, name="群", owner="owner-lin")["chat_id"]
    here = f"/accounts/{account['account_id']}/groups"
    assert box.do("POST", f"{here}/{chat_id}/say", 409, text="在吗")["error"] == "not_a_member"
    box.do("POST", f"{here}/{chat_id}/accept")
    box.do("POST", f"{here}/{chat_id}/say", text="在吗")
    box.do("POST", f"/groups/{chat_id}/say", userid="owner-lin", text="在的")
    (group,) = box.do("GET", here)["groups"]
    assert [message["text"] for message in group["messages"] if not message["system"]] == ["在吗", "在的"]


def test_the_stream_tells_every_listener() -> None:
    async def listen() -> list[str]:
        stream = Stream()
        one = stream.listen()
        opened = await anext(one)
        stream.tell("chat", account_id="a1")
        return [opened, await anext(one)]

    opened, told = asyncio.run(listen())
    assert opened == ": open\n\n"
    assert told == 'id: 1\ndata: {"what": "chat", "account_id": "a1"}\n\n'
