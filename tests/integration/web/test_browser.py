"""The pages in a real browser, with and without scripts, under their own content policy."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pond.channels import bookings, followers, openings, store_openings
from pond.channels.model import Opening, opening_id
from pond.groups.allocation import allocate
from pond.groups.model import Request
from pond.kernel import clock
from pond.kernel.settings import forget
from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from pond.web import sessions
from support.chromium import PHONE, running
from support.cloud import ROOT, Cloud
from support.places import add_group
from support.web import caller


class _Api(BaseHTTPRequestHandler):
    """Plays the API in front of the two functions."""

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, form: str | None) -> None:
        if self.path == "/favicon.ico":
            self.send_error(404)
            return
        cookies = dict(part.split("=", 1) for part in self.headers.get("Cookie", "").split("; ") if part)
        answer = caller()(self.command, self.path, form, cookies)
        body = answer["body"].encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The pages on a loopback port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("POND_PUBLIC_URL", address)
    forget()
    yield address
    server.shutdown()
    server.server_close()
    forget()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with running() as browser:
        yield browser


class Visitor:
    """Somebody let in to a programme of their own."""

    def __init__(self, site: str, unique: Callable[[str], str]) -> None:
        now = clock.now()
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text()) | {"programme_id": unique("p")}
        programmes.apply(document, now)
        self.site, self.programme_id, self.account_id = site, document["programme_id"], unique("account")
        self.pool_id = pool_id(self.programme_id, "pregnancy")
        self.phone = f"138{int(unique('n')[2:], 16) % 10**8:08}"
        self.due = (now + timedelta(days=120)).date().isoformat()
        add_group(self.programme_id, self.pool_id, unique("chat"), 1, 0)
        self.follower_id = followers.visited(unique("openid"), now)
        bookings.book(self.programme_id, self.follower_id, None, now)

    def let_in(self) -> None:
        at = clock.now().replace(microsecond=0)
        opening = Opening(self.programme_id, opening_id(at), at, at + timedelta(hours=1), 10)
        store_openings.put(opening)
        openings.open_due(self.programme_id, opening.opening_id, at)

    def cookie(self) -> dict[str, Any]:
        session = sessions.open_session(self.follower_id, self.account_id, clock.now())
        return {"name": "pond", "value": sessions.seal(session), "url": self.site}

    def fill(self, page: Page) -> None:
        page.get_by_label("姓名").fill("王小美")
        page.get_by_label("手机号").fill(self.phone)
        page.get_by_label("孕期").check()
        page.get_by_label("预产期或宝宝生日").fill(self.due)
        page.get_by_label("所在城市").fill("杭州")
        page.get_by_role("checkbox").check()


@pytest.fixture
def visitor(site: str, unique: Callable[[str], str], sent: list[str]) -> Visitor:
    """Waits in the line."""
    return Visitor(site, unique)


def phone_context(chromium: Browser, visitor: Visitor, scripts: bool) -> BrowserContext:
    context = chromium.new_context(
        viewport=PHONE, java_script_enabled=scripts, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies([visitor.cookie()])  # type: ignore[list-item]
    return context


def test_with_scripts_the_page_follows_the_state_by_itself(
    chromium: Browser, visitor: Visitor, sent: list[str]
) -> None:
    context = phone_context(chromium, visitor, scripts=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))

    page.goto(f"{visitor.site}/p/{visitor.programme_id}")
    expect(page.locator("[data-state=waiting]")).to_be_visible()
    visitor.let_in()
    page.reload()
    expect(page.locator("[data-state=form]")).to_be_visible()

    page.evaluate("window.sameDocument = true")
    visitor.fill(page)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("button", name=re.compile("秒后再发"))).to_be_disabled()
    assert page.evaluate("window.sameDocument") and page.get_by_label("姓名").input_value() == "王小美"
    page.get_by_label("验证码").fill(sent[-1])
    page.wait_for_timeout(3000)  # nobody types faster, and who does is turned back
    page.get_by_role("button", name="提交登记").click()
    expect(page.locator("[data-state=getting_seat]")).to_be_visible()

    request = Request(member_id=visitor.account_id, programme_id=visitor.programme_id, pool_id=visitor.pool_id)
    before: datetime = clock.now()
    assert allocate([request], before) == {}
    expect(page.locator("[data-state=group_code]")).to_be_visible(timeout=4000)
    expect(page.locator(".countdown")).to_contain_text("分")
    assert [fault for fault in faults if "codes.example" not in fault] == []
    context.close()


def test_without_scripts_everything_works_too(chromium: Browser, visitor: Visitor, sent: list[str]) -> None:
    visitor.let_in()
    context = phone_context(chromium, visitor, scripts=False)
    page = context.new_page()
    page.goto(f"{visitor.site}/m/{visitor.programme_id}")
    visitor.fill(page)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_label("姓名")).to_have_value("王小美")
    expect(page.get_by_role("checkbox")).to_be_checked()
    page.get_by_label("验证码").fill(sent[-1])
    page.wait_for_timeout(3000)  # nobody types faster, and who does is turned back
    page.get_by_role("button", name="提交登记").click()
    expect(page.locator("[data-state=getting_seat]")).to_be_visible()
    request = Request(member_id=visitor.account_id, programme_id=visitor.programme_id, pool_id=visitor.pool_id)
    assert allocate([request], clock.now()) == {}
    expect(page.locator("[data-state=group_code]")).to_be_visible(timeout=9000)  # refreshes by itself
    context.close()


def test_the_return_key_sends_the_form_not_the_code(chromium: Browser, visitor: Visitor, sent: list[str]) -> None:
    visitor.let_in()
    context = phone_context(chromium, visitor, scripts=True)
    page = context.new_page()
    page.goto(f"{visitor.site}/m/{visitor.programme_id}")
    page.get_by_label("姓名").fill("王小美")
    page.get_by_label("姓名").press("Enter")
    expect(page.locator("#city-error")).to_be_visible()
    assert not sent
    context.close()
