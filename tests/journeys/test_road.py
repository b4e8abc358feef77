"""The whole road, as a newcomer plays it on the sandbox's page: from a scanned code to the welcome in the chat."""

import pytest
from playwright.sync_api import expect

from support.journeys import Mother, Pond
from support.phones import Phone


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
