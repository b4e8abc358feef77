"""A mass send on the sandbox's page: staff tap "send", and the phone shows it in the group and one to one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pond.platforms import model_sending, wecom, wecom_media, wecom_sending
from support import chromium
from support.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("cloud")
OWNER = "owner-lin"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
    "0d0a2db40000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium.running() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desktop's page; a script's fault fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield page
    context.close()
    assert faults == []


def test_what_staff_send_is_on_the_phone(partners: Sandbox, page: Page, account: Callable[[], dict[str, Any]]) -> None:
    partners.do("PATCH", "/switches", {"wecom.mass_dispatch_seconds": 0})
    someone = account()
    chat = partners.do("POST", "/groups", {"name": "孕期妈妈 1 群", "owner": OWNER})["chat_id"]
    partners.do("POST", f"/accounts/{someone['account_id']}/groups/{chat}/accept", {})
    way = wecom.api.call("/cgi-bin/externalcontact/add_contact_way", body={"type": 1, "scene": 2, "user": [OWNER]})
    partners.do("POST", f"/accounts/{someone['account_id']}/scan", {"code": way["qr_code"]})
    parts = [
        model_sending.image(wecom_media.upload("image", "早安.png", PNG).media_id),
        model_sending.link("睡眠课", "https://pond.example/k/1", "今晚八点"),
        model_sending.miniprogram("小店", "wx1", "p", wecom_media.upload("image", "店.png", PNG).media_id),
        model_sending.file(wecom_media.upload("file", "手册.pdf", b"%PDF-1.4").media_id),
    ]
    msgid = wecom_sending.create_task(OWNER, "早上好，各位妈妈", parts, chat_ids=[chat]).msgid
    wecom_sending.create_task(OWNER, "宝宝满月啦", external_userids=[someone["external_userid"]])

    page.goto(f"{partners.url}/#{someone['account_id']}")
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    page.get_by_test_id("app-wechat").click()
    page.get_by_test_id(f"chat-{chat}").click()
    messages = page.get_by_test_id("group-messages")
    page.get_by_test_id("staff-tab-sends").click()
    expect(page.get_by_test_id(f"mass-{msgid}")).to_contain_text("to 1 group")
    expect(messages).not_to_contain_text("早上好")
    page.get_by_test_id(f"send-{msgid}").click()
    expect(messages).to_contain_text("早上好，各位妈妈")
    expect(messages.get_by_test_id("picture")).to_be_visible()
    expect(messages.get_by_test_id("link-card")).to_contain_text("今晚八点")
    expect(messages.get_by_test_id("miniprogram")).to_contain_text("小店")
    expect(messages.get_by_test_id("file")).to_contain_text("手册.pdf")
    expect(page.get_by_test_id(f"mass-{msgid}").get_by_test_id("mass-sent")).to_be_visible()

    page.get_by_test_id("send-all").click()
    page.get_by_test_id("wx-back").click()
    expect(page.get_by_test_id(f"chat-{OWNER}")).to_contain_text("宝宝满月啦")
    page.get_by_test_id(f"chat-{OWNER}").click()
    expect(page.get_by_test_id("staff-chat")).to_contain_text("宝宝满月啦")
    expect(page.get_by_test_id("send-all")).to_have_count(0)
