"""Web OAuth: the page, the code, and who it stands for."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.partners import CONFIG, Box

SETTINGS = CONFIG["official_account"]
PAGE = "/open/connect/oauth2/authorize"


def query(**change: str) -> dict[str, str]:
    asked = {"appid": SETTINGS["app_id"], "redirect_uri": "http://localhost:8900/h5/oauth?to=a%20b"}
    return asked | {"response_type": "code", "scope": "snsapi_userinfo", "state": "abc123"} | change


def returned(box: Box, method: str = "GET", **change: str) -> dict[str, list[str]]:
    answer = box.http.request(method, PAGE, params=query(**change))
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)


def exchange(box: Box, code: str) -> Any:
    asked = {"appid": SETTINGS["app_id"], "secret": SETTINGS["app_secret"], "grant_type": "authorization_code"}
    return box.http.get("/oa/sns/oauth2/access_token", params=asked | {"code": code}).json()


@pytest.fixture
def account(box: Box) -> dict[str, Any]:
    """The account whose phone this browser is."""
    account = box.person()
    box.do("POST", f"/accounts/{account['account_id']}/use")
    return account


def test_the_person_allows_once_and_comes_back_with_code_and_state(box: Box, account: dict[str, Any]) -> None:
    first = box.http.get(PAGE, params=query())
    assert (first.status_code, "允许" in first.text) == (200, True)
    back = returned(box, "POST")
    assert (back["state"], back["to"]) == (["abc123"], ["a b"])
    told = exchange(box, back["code"][0])
    assert (told["openid"], told["unionid"]) == (account["openid"], account["unionid"])
    assert "is_snapshotuser" not in told
    assert exchange(box, back["code"][0])["errcode"] == 40163
    info = box.http.get("/oa/sns/userinfo", params={"access_token": told["access_token"], "openid": told["openid"]})
    assert info.json()["nickname"] == account["nickname"]
    assert returned(box)["code"] != back["code"]


def test_base_scope_asks_nothing_and_tells_no_unionid(box: Box, account: dict[str, Any]) -> None:
    told = exchange(box, returned(box, scope="snsapi_base")["code"][0])
    assert (told["openid"], told.get("unionid")) == (account["openid"], None)


def test_codes_live_five_minutes(box: Box, account: dict[str, Any]) -> None:
    code = returned(box, "POST")["code"][0]
    box.advance(300)
    assert [exchange(box, one)["errcode"] for one in (code, "invented", "")] == [42003, 40029, 41008]


def test_snapshot_and_unbound_accounts(box: Box, account: dict[str, Any]) -> None:
    here = f"/accounts/{account['account_id']}"
    box.do("PATCH", here, snapshot=True)
    told = exchange(box, returned(box, "POST")["code"][0])
    assert told["is_snapshotuser"] == 1
    assert told["openid"] != account["openid"]
    box.do("PATCH", here, snapshot=False, bound=False)
    assert "unionid" not in exchange(box, returned(box)["code"][0])


def test_another_account_by_query(box: Box, account: dict[str, Any]) -> None:
    other = box.do("POST", f"/people/{account['person_id']}/accounts", 201)
    told = exchange(box, returned(box, "POST", sandbox_account=other["account_id"])["code"][0])
    assert told["openid"] == other["openid"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"redirect_uri": "http://elsewhere.example/oauth"}, "10003"),
        ({"appid": "wxother"}, "10012"),
        ({"scope": "snsapi_login"}, "10005"),
        ({"state": "no.dots-or_such"}, "10016"),
        ({"sandbox_account": "nobody"}, "请在微信客户端打开链接"),
    ],
)
def test_the_page_says_what_is_wrong(box: Box, account: dict[str, Any], change: dict[str, str], says: str) -> None:
    answer = box.http.get(PAGE, params=query(**change))
    assert answer.status_code == 200
    assert says in answer.text
