"""The OAuth trip: out with a state of WeChat's alphabet, home with a session; faults start again kindly."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pond.kernel.ids import pseudonym
from pond.members.model_accounts import Identity
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.official_account import OAuthUser
from pond.web import sessions
from support.web import Call, jar


@pytest.fixture
def wechat(monkeypatch: pytest.MonkeyPatch, now: datetime) -> dict[str, Any]:
    """What WeChat answers to a code; what we noted about the person."""
    world: dict[str, Any] = {"answer": OAuthUser("o-1", "u-1", snapshot=False), "links": [], "known": True, "now": now}

    def exchange(code: str) -> OAuthUser:
        if isinstance(world["answer"], Exception):
            raise world["answer"]
        user: OAuthUser = world["answer"]
        return user

    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: world["now"])
    monkeypatch.setattr("pond.web.oauth.official_account.exchange_code", exchange)
    monkeypatch.setattr("pond.web.oauth.followers.visited", lambda openid, now: pseudonym("openid", openid))
    monkeypatch.setattr("pond.web.oauth.followers.link", lambda *ids: world["links"].append(ids))
    monkeypatch.setattr("pond.web.oauth.identities.who", lambda account_id: person(account_id, world["known"]))
    return world


def person(account_id: str, known: bool) -> Identity:
    return Identity(member_id=account_id, path=(account_id,), known=known, phone_id=None, blocked=False)


def go(call: Call) -> tuple[str, dict[str, str]]:
    """Out: the state, and the browser's cookies."""
    answer = call("GET", "/oauth?to=muying&from=douyin")
    assert answer["statusCode"] == 303
    location = urlsplit(answer["headers"]["Location"])
    query = parse_qs(location.query)
    assert location.netloc == "open.weixin.qq.com" and location.fragment == "wechat_redirect"
    (cookie,) = answer["multiValueHeaders"]["Set-Cookie"]
    assert "Path=/h5" in cookie and "HttpOnly; SameSite=Lax; Secure" in cookie
    assert query["redirect_uri"] == ["https://pond.example/h5/oauth"]
    return query["state"][0], jar(answer)


def test_there_and_home_again(call: Call, wechat: dict[str, Any]) -> None:
    state, cookies = go(call)
    answer = call("GET", f"/oauth?code=c&state={state}", cookies=cookies)
    assert answer["headers"]["Location"] == "/h5/p/muying?from=douyin"
    session = sessions.unseal(jar(answer)["pond"], wechat["now"])
    assert session and session.account_id == pseudonym("unionid", "u-1")
    assert wechat["links"] == [(session.follower_id, session.account_id, session.account_id)]
    assert "u-1" not in str(answer) and "o-1" not in str(answer)


def test_whose_follower_a_newcomer_is_is_noted_later(call: Call, wechat: dict[str, Any]) -> None:
    wechat["known"] = False
    state, cookies = go(call)
    assert "pond" in jar(call("GET", f"/oauth?code=c&state={state}", cookies=cookies))
    assert wechat["links"] == []


def test_without_a_unionid_the_openid_stands_in_and_is_counted(
    call: Call, wechat: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    state, cookies = go(call)
    wechat["answer"] = OAuthUser("o-1", None, snapshot=False)
    session = sessions.unseal(jar(call("GET", f"/oauth?code=c&state={state}", cookies=cookies))["pond"], wechat["now"])
    assert session and session.account_id == pseudonym("openid", "o-1")
    assert "UnionidMissing" in capsys.readouterr().out


def test_a_snapshot_account_is_refused_and_bound_to_nothing(call: Call, wechat: dict[str, Any]) -> None:
    state, cookies = go(call)
    wechat["answer"] = OAuthUser("virtual", "virtual", snapshot=True)
    answer = call("GET", f"/oauth?code=c&state={state}", cookies=cookies)
    assert answer["statusCode"] == 403 and 'data-state="snapshot"' in answer["body"]
    assert not jar(answer) and not wechat["links"]


def test_a_forged_foreign_or_late_state_starts_again(call: Call, wechat: dict[str, Any]) -> None:
    state, cookies = go(call)
    tries: list[tuple[str, dict[str, str]]] = [
        ("A" * 40, cookies),
        ("", cookies),
        (state, {}),
        (state, {"pond_start": "f" * 32}),
    ]
    for given, browser in tries:
        answer = call("GET", f"/oauth?code=c&state={given}", cookies=browser)
        assert answer["statusCode"] == 400 and 'data-state="start_again"' in answer["body"]
    wechat["now"] += timedelta(minutes=11)
    assert call("GET", f"/oauth?code=c&state={state}", cookies=cookies)["statusCode"] == 400
    assert not wechat["links"]


@pytest.mark.parametrize(
    ("error", "status", "state_shown"),
    [
        (PartnerRefused("official_account", 40029, Meaning.OAUTH_CODE), 400, "start_again"),
        (PartnerBusy("official_account", -1), 503, "partner_down"),
        (PartnerRefused("official_account", 40125, Meaning.CONFIGURATION), 500, "server_error"),
    ],
)
def test_what_wechat_refuses_becomes_a_page(
    call: Call, wechat: dict[str, Any], error: Exception, status: int, state_shown: str
) -> None:
    state, cookies = go(call)
    wechat["answer"] = error
    answer = call("GET", f"/oauth?code=c&state={state}", cookies=cookies)
    assert answer["statusCode"] == status and f'data-state="{state_shown}"' in answer["body"]


def test_loading_the_return_page_again_goes_home(call: Call, wechat: dict[str, Any]) -> None:
    state, cookies = go(call)
    cookies |= jar(call("GET", f"/oauth?code=c&state={state}", cookies=cookies))
    wechat["answer"] = PartnerRefused("official_account", 40163, Meaning.OAUTH_CODE)
    answer = call("GET", f"/oauth?code=c&state={state}", cookies=cookies)
    assert answer["headers"]["Location"] == "/h5/p/muying?from=douyin"


@pytest.mark.parametrize("to", ["", "http://evil.example", "//evil", "A", "x" * 40, "a/b"])
def test_a_trip_leads_nowhere_but_to_our_pages(call: Call, wechat: dict[str, Any], to: str) -> None:
    assert call("GET", f"/oauth?to={to}")["statusCode"] == 400


def test_two_pages_opened_at_once_both_come_home(call: Call, wechat: dict[str, Any]) -> None:
    first, cookies = go(call)
    second = parse_qs(urlsplit(call("GET", "/oauth?to=muying", cookies=cookies)["headers"]["Location"]).query)["state"][
        0
    ]
    for state in (first, second):
        assert call("GET", f"/oauth?code=c&state={state}", cookies=cookies)["statusCode"] == 303
