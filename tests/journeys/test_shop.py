"""The shop, as a mother plays it on the phone and staff behind the counter, and what her group's volunteer earns."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.journeys import DEADLINE_SECONDS, Mother, Pond, eventually
from support.phones import Phone
from support.visits import SCREENS, Visiting, picture

DEADLINE = DEADLINE_SECONDS * 1000
GOODS_FEN, POSTAGE_FEN = 2 * 19_900, 800
SEAT_COUNTS = [{"version": 1, "valid_from": "2026-01-01", "precedence": ["seat"], "window_days": 30}]
TENTH = {"role": "volunteer", "percent": "10", "valid_from": "2026-01-01"}
VOLUNTEER = "volunteer-chen"

PAY = """
import json, sys
from datetime import UTC, datetime
from pond.orders import rates
print(json.dumps(rates.apply(json.loads(sys.argv[1]), "an operator", datetime.now(UTC)).outcome))
"""
STATEMENT = """
import json, sys
from datetime import UTC, datetime
from pond.kernel.clock import china_day
from pond.orders import settlement
from pond.orders.model_settlement import month_of
from pond.volunteers import service
found = settlement.of_person(service.staff_id(sys.argv[1]), month_of(china_day(datetime.now(UTC))))
print(json.dumps([[one.kind, one.amount_fen, one.tid] for one in found.lines] if found else []))
"""


@pytest.fixture(scope="module")
def selling(pond: Pond) -> str:
    """A programme whose volunteers earn a tenth of what their group buys, with one group that one serves; its id."""
    pond.programme("selling", attribution=SEAT_COUNTS)
    assert pond.asks(PAY, json.dumps({"programme_id": "selling", "rates": [TENTH]})) == "created"
    chat_id = pond.group("selling", "planning", "备孕 1 群")
    pond.ctl("volunteers", "add", "--staff", VOLUNTEER)
    pond.ctl("volunteers", "assign", "--staff", VOLUNTEER, chat_id, "--main")
    pond.opening("selling")
    eventually(lambda: pond.is_open("selling"), "the opening")
    return "selling"


@pytest.fixture(scope="module")
def buyer(pond: Pond, selling: str, visit: Visiting) -> Mother:
    """Somebody who has joined her group, so that the shop's links come to her there."""
    mother = pond.mother()
    mother.books(selling)
    with visit(mother) as page:
        page.enter(selling)
        page.registers("备孕")
        page.sees("group_code")
        assert page.scans() == "joined"
        page.sees("joined")
    return mother


def order_shown(page: Page, tid: str, state: str) -> None:
    """Wait until staff see the order in this state."""
    expect(page.get_by_test_id(f"order-{tid}")).to_have_attribute("data-status", state, timeout=DEADLINE)


def statement(pond: Pond) -> list[list[Any]]:
    """The lines of the volunteer's statement for this month: kind, fen, order."""
    found: list[list[Any]] = pond.asks(STATEMENT, VOLUNTEER)
    return found


def lines(pond: Pond, tid: str) -> list[list[Any]]:
    """Those about one order."""
    return [line for line in statement(pond) if line[2] == tid]


def staff(page: Page, tid: str, name: str) -> None:
    """Press something of this order behind the counter; other orders stand there too."""
    page.get_by_test_id(f"order-{tid}").get_by_test_id(name).click(timeout=DEADLINE)


def pushed(pond: Pond, tid: str) -> list[dict[str, Any]]:
    """The shop's pushes about an order, once none is on its way."""
    eventually(lambda: pond.control.do("POST", "/settle", {"seconds": 5})["settled"], "the pushes arrive")
    pushes: list[dict[str, Any]] = pond.control.do("GET", "/shop/pushes")["pushes"]
    return [one for one in pushes if tid in json.dumps(one["body"])]


def test_she_buys_on_her_phone_and_half_of_it_goes_back(pond: Pond, buyer: Mother, phone: Phone) -> None:
    phone.take(buyer)
    phone.press("staff-tab-shop")
    (chat_id,) = buyer.groups()
    card = phone.page.get_by_test_id("send-card")
    card.get_by_label("To", exact=True).select_option(chat_id)
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
    eventually(lambda: lines(pond, tid), "her volunteer has earned something")

    staff(phone.page, tid, "ship")
    phone.taps("refund", "refund-half", "refund-ask")
    expect(phone.frame.get_by_test_id("order-state")).to_have_text("退款中", timeout=DEADLINE)
    staff(phone.page, tid, "agree")
    expect(phone.frame.locator(".refund .is-yes")).to_have_text("已退款", timeout=DEADLINE)
    if SCREENS:
        phone.page.wait_for_timeout(3000)  # a word on the phone fades
        picture(phone.page, "shop")
    phone.taps("confirm")
    order_shown(phone.page, tid, "TRADE_SUCCESS")

    (sold,) = [one for one in pond.control.do("GET", "/shop")["orders"] if one["account_id"] == buyer.account_id]
    assert (sold["tid"], sold["payment_fen"]) == (tid, GOODS_FEN + POSTAGE_FEN)
    assert sold["refunded_fen"] == (GOODS_FEN + POSTAGE_FEN) // 2
    assert {one["status"] for one in pushed(pond, tid)} == {"delivered"}

    eventually(lambda: len(lines(pond, tid)) > 1, "her volunteer's share is taken back")
    kept = GOODS_FEN - sold["refunded_fen"]
    assert lines(pond, tid) == [["earned", GOODS_FEN // 10, tid], ["clawed_back", kept // 10 - GOODS_FEN // 10, tid]]


def test_what_the_shop_pushes_twice_in_any_order_is_booked_once(pond: Pond, buyer: Mother) -> None:
    before = {tuple(one) for one in statement(pond)}
    with pond.switched(youzan__callbacks_repeat=1, youzan__callbacks_shuffle=True, youzan__answers_lose_next=2):
        sold = buyer.do("orders", items=[{"item_id": 3}])
        path, (item,) = f"/shop/orders/{sold['tid']}", sold["items"]
        pond.control.do("POST", f"{path}/pay")
        pond.control.do("POST", f"{path}/refund", {"fen": 3_300, "oid": item["oid"]})
        assert {one["status"] for one in pushed(pond, sold["tid"])} == {"delivered"}

    def booked() -> list[int]:
        return [amount for _, amount, tid in statement(pond) if tid == sold["tid"]]

    eventually(lambda: sum(booked()) == (9_900 - 3_300) // 10, "what was kept is booked")
    assert before <= {tuple(one) for one in statement(pond)}


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
    phone.press("browser-back")
    expect(phone.frame.get_by_test_id("shop-home")).to_be_visible(timeout=DEADLINE)
    phone.press("browser-back")
    expect(phone.page.get_by_test_id("account-chat")).to_be_visible(timeout=DEADLINE)
    told = pond.control.do("GET", "/callbacks?platform=official_account")["callbacks"]
    assert any(one["event"] == "VIEW" and one["status"] == "delivered" for one in told)


def test_a_push_that_is_not_the_shops_is_refused(pond: Pond) -> None:
    before = pond.stored("callbacks")
    body = (
        b'{"type":"trade_TradeSuccess","id":"E1","msg":"%7B%7D","kdt_id":10001,"client_id":"ydemo123456","version":1}'
    )
    assert (
        "success" not in pond.http("POST", "/youzan", body, Content_Type="application/json", Event_Sign="0" * 32).text
    )
    assert pond.stored("callbacks") == before
