"""The whole road, as a newcomer plays it on the sandbox's page: from a scanned code to the welcome in the chat."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.journeys import DEADLINE_SECONDS, Mother, Pond
from support.visits import SCREENS, due, picture

DEADLINE = DEADLINE_SECONDS * 1000


class Phone:
    """The phone on the sandbox's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frame = page.frame_locator("[data-testid=browser-frame]")

    def take(self, mother: Mother) -> None:
        """Take her phone in hand."""
        self.page.goto(f"{mother.pond.town.sandbox.url}/#{mother.account_id}")
        expect(self.page.locator("body")).to_have_attribute("data-ready", "true")
        expect(self.page.get_by_test_id("phone")).to_have_attribute("data-account", mother.account_id)

    def press(self, *names: str) -> None:
        """Press one thing after the other."""
        for name in names:
            self.page.get_by_test_id(name).last.click(timeout=DEADLINE)

    def follows_and_books(self, channel_id: str) -> None:
        self.press("home-button", "app-scan", f"channel-{channel_id}", "follow", "phrase-预约")

    def hears(self, words: str) -> Locator:
        """Wait for a message of the other side."""
        message = self.page.locator("[data-testid=message][data-from=other]").filter(has_text=words).last
        expect(message).to_be_visible(timeout=DEADLINE)
        return message

    def sees(self, state: str) -> None:
        """Wait until the page in the phone's browser shows this state."""
        expect(self.frame.locator("#state")).to_have_attribute("data-state", state, timeout=DEADLINE)

    def signs_in(self) -> None:
        """Tap the way in, and let WeChat say who she is."""
        self.frame.locator("a.button").click()
        self.frame.get_by_role("button", name="允许").click()

    def registers(self, picture_as: str = "") -> None:
        self.sees("form")
        self.press("autofill")
        self.frame.get_by_label("孕期", exact=True).check()
        self.frame.get_by_label("预产期或宝宝生日").fill(due().isoformat())
        self.frame.get_by_role("checkbox").check()
        self.frame.get_by_role("button", name="获取验证码").click()
        expect(self.page.get_by_test_id("sms-banner")).to_be_visible(timeout=DEADLINE)
        if picture_as and SCREENS:
            picture(self.page, picture_as)
        self.press("sms-banner")
        self.page.wait_for_timeout(3000)  # nobody fills a form in faster, and who does is turned back
        self.frame.get_by_role("button", name="提交登记").click()

    def step(self, name: str) -> Locator:
        return self.page.get_by_test_id(f"step-{name}")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Phone]:
    """The sandbox's page on a laptop."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    yield Phone(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def road(pond: Pond) -> str:
    """A programme without an opening yet, and its only group; its id."""
    pond.programme("road")
    pond.group("road", "pregnancy", "孕期 1 群")
    return "road"


def test_from_a_scanned_code_to_the_welcome(pond: Pond, road: str, mother: Mother, phone: Phone) -> None:
    phone.take(mother)
    phone.follows_and_books(road)
    phone.hears("你来啦")
    phone.hears("你是 1 号，前面还有 0 位")

    pond.opening(road)
    phone.hears("轮到你啦！你是 1 号")
    phone.press("chat-link")
    phone.sees("enter")
    phone.signs_in()
    phone.registers(picture_as="phone")
    phone.sees("group_code")
    expect(phone.frame.locator("#state")).to_contain_text("位置为您保留到")
    phone.press("recognise-code")
    expect(phone.page.get_by_test_id("group-chat")).to_be_visible()

    phone.press("wx-back", "chat-account")
    phone.hears("欢迎加入“孕期 1 群”")
    expect(phone.step("welcome")).to_have_attribute("data-state", "done")
    phone.press("chat-link")
    phone.sees("joined")
    assert len(mother.heard("欢迎加入")) == 1
    pond.ctl("check", "--settled")


def test_two_mothers_with_two_phones_in_one_browser(pond: Pond, yutang: str, phone: Phone) -> None:
    first, second = pond.mother(nickname="周知夏"), pond.mother(nickname="沈念安")
    for one in (first, second):
        phone.take(one)
        phone.follows_and_books(yutang)
        phone.hears("现在就可以进来")
        phone.press("chat-link")
        phone.sees("enter")
        phone.signs_in()
        phone.registers()
        phone.sees("group_code")
    phone.take(first)
    phone.sees("group_code")  # her page, read again with her own cookies
    phone.press("recognise-code")
    expect(phone.page.get_by_test_id("group-chat")).to_be_visible()
    first.hears("欢迎加入")
    assert first.groups()
    assert not second.groups()
    assert not second.heard("欢迎加入")
