"""A mother's phone with one of Pond's pages open, in a real browser."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from support import pictures
from support.chromium import PHONE
from support.journeys import DEADLINE_SECONDS, Mother

SCREENS = os.environ.get("POND_SCREENS", "")  # `make screens`: where pictures of the states are kept
_ADDRESSES = itertools.count(1)


class Visit:
    """What she does with the page."""

    def __init__(self, mother: Mother, page: Page) -> None:
        self.mother, self.page = mother, page

    def open(self, path: str) -> None:
        """Open one of our addresses."""
        self.page.goto(self.mother.pond.page(path))

    def enter(self, programme_id: str) -> None:
        """Open the programme's page and let WeChat say who she is."""
        self.open(f"/p/{programme_id}")
        self.sees("enter")
        asked = not self.mother.has_allowed()
        self.page.locator("a.button").click()
        if asked:
            self.page.get_by_role("button", name="允许").click()

    def sees(self, state: str, seconds: float = DEADLINE_SECONDS) -> None:
        """Wait until the page shows this state."""
        expect(self.page.locator("#state")).to_have_attribute("data-state", state, timeout=seconds * 1000)

    def reads(self, words: str) -> None:
        """Wait until the page shows these words."""
        expect(self.page.locator("#state")).to_contain_text(words)

    def press(self, label: str) -> None:
        """Press a button or link."""
        if label == "提交登记":
            self.page.wait_for_timeout(3000)  # nobody fills a form in faster, and who does is turned back
        self.page.locator("button:visible, a:visible").get_by_text(label, exact=True).click()

    def fill(self, stage: str = "孕期", day: date | None = None, name: str = "", phone: str = "") -> None:
        """Fill the form in, all but the code."""
        self.page.get_by_label("姓名").fill(name or self.mother.nickname)
        self.page.get_by_label("手机号").fill(phone or self.mother.phone.removeprefix("+86"))
        self.page.get_by_label(stage, exact=True).check()
        if stage != "备孕":
            self.page.get_by_label("预产期或宝宝生日").fill((day or due()).isoformat())
        self.page.get_by_label("所在城市").fill("杭州")
        self.page.get_by_role("checkbox").check()

    def proves(self) -> None:
        """Get a code and type it."""
        self.press("获取验证码")
        expect(self.page.locator("#code-part .note")).to_contain_text("已发送")
        self.page.get_by_label("验证码", exact=True).fill(self.mother.code())

    def registers(self, stage: str = "孕期") -> None:
        """From the empty form to where the seat is shown."""
        self.sees("form")
        self.fill(stage)
        self.proves()
        self.press("提交登记")

    def scans(self) -> str:
        """Press the group's code long, as on a phone; what came of it."""
        code = self.page.locator("img.code").get_attribute("src")
        outcome: str = self.mother.do("scan", code=code)["outcome"]
        return outcome

    def picture(self, name: str) -> None:
        """Keep a picture of the page when pictures are wanted."""
        if SCREENS:
            self.page.wait_for_load_state("load")
            picture(self.page, name)


Visiting = Callable[..., AbstractContextManager[Visit]]


def picture(page: Page, name: str) -> None:
    """Keep a picture of what the browser shows."""
    (Path(SCREENS) / f"{name}.png").write_bytes(pictures.take(page))


def due() -> date:
    """A due date some months ahead."""
    return (datetime.now(UTC) + timedelta(days=120)).date()


@contextmanager
def visiting(browser: Browser, mother: Mother, scripts: bool = True) -> Iterator[Visit]:
    """Her phone's browser, from an address of its own."""
    context = browser.new_context(
        viewport=PHONE,
        java_script_enabled=scripts,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        extra_http_headers={"X-Forwarded-For": f"198.51.100.{next(_ADDRESSES)}"},
    )
    context.add_cookies([{"name": "sandbox_account", "value": mother.account_id, "url": mother.pond.town.sandbox.url}])
    yield Visit(mother, context.new_page())
    context.close()
