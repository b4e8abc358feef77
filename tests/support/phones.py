"""The phone on the sandbox's page, in a real browser, and what a mother does with it."""

from playwright.sync_api import Locator, Page, expect

from support.journeys import DEADLINE_SECONDS, Mother
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
        """Scan a channel's code, follow, and send the keyword."""
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
        """From the empty form to where the seat is shown."""
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

    def taps(self, *names: str) -> None:
        """Press one thing after the other in the page of the phone's browser, such as the shop."""
        for name in names:
            self.frame.get_by_test_id(name).first.click(timeout=DEADLINE)

    def step(self, name: str) -> Locator:
        """One of the guide's steps."""
        return self.page.get_by_test_id(f"step-{name}")
