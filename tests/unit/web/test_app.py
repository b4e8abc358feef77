"""What every answer has, whatever happens: headers, a page for errors, links under the prefix, bounded bodies."""

from typing import Any

import pytest

from pond.kernel import settings as kernel_settings
from pond.web import app as web
from pond.web import journey, sessions
from pond.web.visit import BODY_MAX
from support.web import Call


@pytest.fixture
def cookies(now: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: now)
    return {"pond": sessions.seal(sessions.open_session("f1", "a1", now))}


def test_the_policy_allows_nothing_inline() -> None:
    policy = dict(part.strip().split(" ", 1) for part in web.security_headers()["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' data: https://wework.qpic.cn"
    assert "unsafe" not in str(policy)


HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/assets/pond.css", 200),
        ("GET", "/assets/none.css", 404),
        ("GET", "/oauth", 400),
        ("GET", "/m/muying", 303),
        ("POST", "/m/muying", 303),
    ],
)
def test_every_answer_has_every_header(call: Call, method: str, path: str, status: int) -> None:
    answer = call(method, path, "") if method == "POST" else call(method, path)
    assert answer["statusCode"] == status
    assert {name: answer["headers"].get(name) for name in HEADERS} == HEADERS
    assert "frame-ancestors 'self'" in answer["headers"]["Content-Security-Policy"]


def test_a_page_is_never_cached_and_an_asset_for_ever(call: Call) -> None:
    page = call("GET", "/oauth")
    assert page["headers"]["Cache-Control"] == "no-store"
    assert page["headers"]["Referrer-Policy"] == "no-referrer"
    asset = call("GET", "/assets/pond.css")
    assert asset["statusCode"] == 200 and asset["headers"]["Content-Type"].startswith("text/css")
    assert "immutable" in asset["headers"]["Cache-Control"]
    assert asset["headers"]["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["app.py", "..", "pond.css.html", "%2e%2e"])
def test_an_unknown_asset_is_a_page_not_found(call: Call, name: str) -> None:
    answer = call("GET", f"/assets/{name}")
    assert answer["statusCode"] == 404 and 'data-state="missing"' in answer["body"]


def test_a_body_too_large_is_refused_unread(call: Call, cookies: dict[str, str]) -> None:
    answer = call("POST", "/m/muying", "a=" + "x" * BODY_MAX, cookies)
    assert answer["statusCode"] == 413


@pytest.mark.parametrize("body", ["a=%ff%fe", "=&=&" * 50, "no pairs at all"])
def test_a_body_that_does_not_parse_is_refused(call: Call, cookies: dict[str, str], body: str) -> None:
    assert call("POST", "/m/muying", body, cookies)["statusCode"] in (400, 403)


def test_another_content_type_is_refused_with_the_same_headers(call: Call) -> None:
    answer = call("POST", "/m/muying", "{}", content_type="application/json")
    assert answer["statusCode"] == 415 and "Content-Security-Policy" in answer["headers"]


def test_a_form_without_its_token_starts_again(call: Call, cookies: dict[str, str]) -> None:
    answer = call("POST", "/m/muying", {"name": "x"}, cookies)
    assert answer["statusCode"] == 403
    assert 'data-state="start_again"' in answer["body"] and 'href="/h5/oauth?to=muying"' in answer["body"]


def test_a_form_without_a_session_goes_to_the_page(call: Call) -> None:
    answer = call("POST", "/m/muying", {"name": "x"}, {"pond": "forged.value"})
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, "/h5/m/muying")


def test_a_surprise_is_a_page_and_counted(
    call: Call, cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(journey, "page_of", break_down)
    answer = call("GET", "/m/muying", cookies=cookies)
    assert answer["statusCode"] == 500 and 'data-state="server_error"' in answer["body"]
    assert "secret detail" not in answer["body"]
    assert '"Http5xx":[1.0]' in capsys.readouterr().out


def test_without_a_public_address_links_follow_the_stage(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POND_PUBLIC_URL")
    kernel_settings.settings.cache_clear()
    assert 'href="/live/assets/pond.css' in call("GET", "/oauth")["body"]


def test_importing_a_function_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POND_PREFIX")
    kernel_settings.forget()
    assert callable(web.handler(web.create_app("empty")))


def test_a_foreign_cookie_of_any_shape_does_not_hide_ours(call: Call, cookies: dict[str, str]) -> None:
    odd = {"x": '{"a": [1,2]}', "é": "\x01", "y": ""}
    answer = call("POST", "/m/muying", {"name": "x"}, {**odd, **cookies, "z": "="})
    assert answer["statusCode"] == 403  # the session was read: only its form token is missing
