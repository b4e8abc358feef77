"""The shop, as a mother of a group plays it on the phone, and staff behind the counter."""

import pytest
from playwright.sync_api import Page, expect

from support.journeys import DEADLINE_SECONDS, Mother, Pond
from support.phones import Phone
from support.visits import SCREENS, Visiting, picture

DEADLINE = DEADLINE_SECONDS * 1000
GOODS_FEN, POSTAGE_FEN = 2 * 19_900, 800


@pytest.fixture(scope="module")
def buyer(pond: Pond, yutang: str, visit: Visiting) -> Mother:
    """Somebody who has joined her group, so that the shop's links come to her there."""
    mother = pond.mother()
    mother.books(yutang)
    with visit(mother) as page:
        page.enter(yutang)
        page.registers("备孕")
        page.sees("group_code")
        assert page.scans() == "joined"
        page.sees("joined")
    return mother


def order_shown(page: Page, tid: str, state: str) -> None:
    """Wait until staff see the order in this state."""
    expect(page.get_by_test_id(f"order-{tid}")).to_have_attribute("data-status", state, timeout=DEADLINE)


def test_she_buys_on_her_phone_and_staff_give_half_back(pond: Pond, buyer: Mother, phone: Phone) -> None:
    phone.take(buyer)
    phone.press("staff-tab-shop")
    (chat_id,) = buyer.groups()
    card = phone.page.get_by_test_id("send-card")
    card.get_by_label("To").select_option(chat_id)
    card.get_by_label("Goods").select_option("1")
    card.get_by_role("button").click()
    phone.press("home-button", "app-wechat", f"chat-{chat_id}", "shop-card-1")

    phone.taps("buy", "more")
    expect(phone.frame.get_by_test_id("total")).to_have_text("¥406")
    phone.taps("order", "pay-now")
    order = phone.frame.get_by_test_id("shop-order")
    expect(order).to_have_attribute("data-status", "WAIT_SELLER_SEND_GOODS", timeout=DEADLINE)
    tid = order.get_attribute("data-tid") or ""
    order_shown(phone.page, tid, "WAIT_SELLER_SEND_GOODS")

    phone.press("ship")
    phone.taps("refund", "refund-half", "refund-ask")
    expect(phone.frame.get_by_test_id("order-state")).to_have_text("退款中", timeout=DEADLINE)
    phone.press("agree")
    expect(phone.frame.locator(".refund .is-yes")).to_have_text("已退款", timeout=DEADLINE)
    if SCREENS:
        phone.page.wait_for_timeout(3000)  # a word on the phone fades
        picture(phone.page, "shop")
    phone.taps("confirm")
    order_shown(phone.page, tid, "TRADE_SUCCESS")

    (sold,) = [one for one in pond.control.do("GET", "/shop")["orders"] if one["account_id"] == buyer.account_id]
    assert (sold["tid"], sold["payment_fen"]) == (tid, GOODS_FEN + POSTAGE_FEN)
    assert sold["refunded_fen"] == (GOODS_FEN + POSTAGE_FEN) // 2


def test_the_account_leads_into_the_shop_and_back(pond: Pond, buyer: Mother, phone: Phone) -> None:
    phone.take(buyer)
    phone.press("home-button", "app-wechat", "chat-account", "menu-鱼塘小店")
    phone.taps("good-3", "buy")
    expect(phone.frame.get_by_test_id("total")).to_have_text("¥99")  # nothing to send, so no postage
    phone.taps("order")
    phone.frame.get_by_label("关闭").click()
    phone.taps("cancel")
    expect(phone.frame.get_by_test_id("order-state")).to_have_text("已关闭", timeout=DEADLINE)
    phone.press("browser-back")
    expect(phone.frame.get_by_test_id("shop-good")).to_be_visible(timeout=DEADLINE)
    phone.press("browser-back", "browser-back")
    expect(phone.page.get_by_test_id("account-chat")).to_be_visible(timeout=DEADLINE)
    told = pond.control.do("GET", "/callbacks?platform=official_account")["callbacks"]
    assert any(one["event"] == "VIEW" and one["status"] == "delivered" for one in told)
