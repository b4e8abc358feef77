"""The page on which somebody sees, corrects, takes along and deletes what is kept of them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.members import registrations
from pond.programmes.model import Programme
from pond.rights import erasing
from pond.web import sessions
from support.traces import traces
from support.web import Browser, caller, jar

Mothers = Callable[..., Any]
Programmes = Callable[..., Programme]


def browser_of(her: Any, programme_id: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Browser:
    clock = {"now": now}
    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: clock["now"])
    value = sessions.seal(sessions.open_session(her.follower_id, her.account_id, now))
    return Browser(caller(), {"pond": value}, programme_id, her.account_id, clock)


@pytest.fixture
def browser(
    programme: Programmes, mother: Mothers, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> tuple[Browser, Any]:
    """A mother who is in a group, a day later, and her browser."""
    here = programme()
    her = mother(here)
    return browser_of(her, here.programme_id, now + timedelta(days=1), monkeypatch), her


def proven(browser: Browser, sent: list[str]) -> None:
    """Go to the page and use a code."""
    assert browser.open("/me") == "my_data"
    browser.press("/me/code")
    assert browser.press("/me", code=sent[-1]) == "my_data"


def test_nothing_is_shown_before_the_phone_is_proven(browser: tuple[Browser, Any], sent: list[str]) -> None:
    page, her = browser
    assert page.open("/me") == "my_data"
    assert her.name not in page.page and her.phone.removeprefix("+86") not in page.page
    assert f"138****{her.phone[-4:]}" in page.page
    page.press("/me/code")
    wrong = "000000" if sent[-1] != "000000" else "000001"
    page.press("/me", code=wrong)
    assert page.status == 422 and "验证码不对" in page.page
    for path in ("/me/export", "/me/correct", "/me/delete"):
        page.open("/me")
        page.press(path, sure="yes", name="李小明", city="北京")
        assert her.name not in page.page
    assert registrations.get(her.account_id, page.programme_id)
    assert page.open("/me") == "my_data"
    page.press("/me", code=sent[-1])
    assert her.name in page.page and "杭州" in page.page and "同意书" in page.page


def test_what_is_wrong_is_corrected(browser: tuple[Browser, Any], sent: list[str]) -> None:
    page, her = browser
    proven(page, sent)
    page.press("/me/correct", name="12", city="")
    assert page.status == 422 and "姓名里请只写文字" in page.page and "请填写所在城市" in page.page
    page.press("/me/correct", name="李小明", city="北京")
    assert "已更正" in page.page and "李小明" in page.page
    found = registrations.get(her.account_id, page.programme_id)
    assert found and found.city == "北京"
    assert traces([her.name]) == {}


def test_all_of_it_can_be_taken_along(browser: tuple[Browser, Any], sent: list[str]) -> None:
    page, her = browser
    proven(page, sent)
    token = page.page.split('name="form_token" value="')[1].split('"')[0]
    answer = page.call("POST", "/me/export", {"form_token": token}, page.cookies)
    assert answer["statusCode"] == 200 and "attachment" in answer["headers"]["Content-Disposition"]
    whole = json.loads(answer["body"])
    assert (whole["姓名"], whole["手机号"]) == (her.name, her.phone)
    assert [one["同意书版本"] for one in whole["登记"]] != []
    assert [text for text in whole["同意书"].values() if text] != []
    assert whole["群"][0]["状态"] == "taken"
    assert whole["公众号"]["预约号"] == {page.programme_id: 1}


def test_deleting_ends_the_session_and_gives_a_receipt(browser: tuple[Browser, Any], sent: list[str]) -> None:
    page, her = browser
    proven(page, sent)
    page.press("/me/delete")
    assert page.status == 422 and "请先勾选" in page.page
    token = page.page.split('name="form_token" value="')[1].split('"')[0]
    answer = page.call("POST", "/me/delete", {"form_token": token, "sure": "yes"}, page.cookies)
    assert answer["statusCode"] == 303 and jar(answer)["pond"] == ""
    where = answer["headers"]["Location"]
    page.cookies = {}
    assert page.open(where) == "receipt"
    assert "正在删除" in page.page
    erasing.erase_due(page.clock["now"])
    erasing.sweep_due(page.clock["now"])
    page.open(where)
    assert "已经删除" in page.page and "没有遗漏" in page.page
    assert traces(her.words()).keys() <= {her.contact_id}


def test_who_never_registered_may_be_forgotten_without_a_code(
    browser: tuple[Browser, Any], unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pond.channels import followers

    page, _ = browser
    openid = unique("oDEMO")
    follower_id = followers.visited(openid, page.clock["now"])
    stranger = sessions.open_session(follower_id, unique("account"), page.clock["now"])
    page.cookies = {"pond": sessions.seal(stranger)}
    assert page.open("/me") == "my_data"
    assert page.press("/me/delete", sure="yes") == "receipt"
    erasing.erase_due(page.clock["now"])
    assert traces([openid]) == {}


def test_without_a_session_wechat_is_asked_who_comes(browser: tuple[Browser, Any]) -> None:
    page, _ = browser
    answer = page.call("GET", "/me", cookies={})
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, "/oauth?to=~me")
    trip = page.call("GET", "/oauth?to=~me", cookies={})
    assert trip["statusCode"] == 303 and "oauth2/authorize" in trip["headers"]["Location"]


def test_a_receipt_nobody_has_is_not_found(browser: tuple[Browser, Any]) -> None:
    page, _ = browser
    assert page.open("/me/receipt/nonsense") == "missing"
    assert page.status == 404
