"""What staff and buyers do with the shop's orders, step by step, and the switches that make its pushes hard to read."""

from typing import Any

import pytest

from support.partners import Box


@pytest.fixture
def account(box: Box) -> dict[str, Any]:
    box.switch(youzan__retry_scale=0.0005, youzan__breaker_probe_seconds=0.01)
    return box.person()


def paid(box: Box, account: dict[str, Any], *item_ids: int) -> dict[str, Any]:
    items = [{"item_id": item_id} for item_id in item_ids]
    sold: dict[str, Any] = box.do("POST", f"/accounts/{account['account_id']}/orders", 201, items=items)
    return step(box, sold, "pay")


def step(box: Box, sold: dict[str, Any], name: str, expect: int = 200, **body: Any) -> dict[str, Any]:
    return dict(box.do("POST", f"/shop/orders/{sold['tid']}/{name}", expect, **body))


def types(box: Box) -> list[str]:
    """The types pushed since the last time, in the order in which they were put on their way."""
    assert box.do("POST", "/settle", seconds=5)["settled"]
    told = [one["type"] for one in box.do("GET", "/shop/pushes")["pushes"]][::-1]
    fresh, box.pushes[:] = told[len(told) - len(box.pushes) :], []
    return fresh


def test_parcels_are_told_one_by_one_and_the_last_ends_the_shipping(box: Box, account: dict[str, Any]) -> None:
    sold = paid(box, account, 1, 2)
    first, second = (item["oid"] for item in sold["items"])
    types(box)
    assert step(box, sold, "ship", oids=[first])["status"] == "WAIT_SELLER_SEND_GOODS"
    assert types(box) == ["trade_TradePartlySellerShip"]
    step(box, sold, "ship", 409, oids=[first])
    step(box, sold, "ship", 409, oids=["7"])
    done = step(box, sold, "ship")
    assert (done["status"], [item["sent"] for item in done["items"]]) == ("WAIT_BUYER_CONFIRM_GOODS", [True, True])
    assert types(box) == ["trade_TradePartlySellerShip", "trade_TradeSellerShip"]
    parts = [one["body"]["msg"] for one in box.do("GET", "/shop/pushes")["pushes"] if "Partly" in one["type"]]
    assert [(first in part, second in part) for part in parts] == [(False, True), (True, False)]


def test_a_refund_waits_for_the_sellers_answer(box: Box, account: dict[str, Any]) -> None:
    sold = paid(box, account, 1)
    oid = sold["items"][0]["oid"]
    types(box)
    asked = step(box, sold, "refunds", 201, fen=15_000, oid=oid)
    assert (asked["refunded_fen"], asked["left_fen"]) == (0, sold["payment_fen"] - 15_000)
    assert types(box) == ["trade_refund_BuyerCreated", "youzan_trade_RefundCreated"]
    step(box, sold, "refunds", 409, fen=15_000, oid=oid)  # what waits can't be asked for again
    path = f"refunds/{asked['refund_id']}"
    refused = step(box, sold, f"{path}/refuse")
    assert (refused["refunds"][0]["status"], types(box)) == ("SELLER_REFUSE_BUYER", [])
    step(box, sold, f"{path}/agree", 409)
    step(box, sold, f"{path}/withdraw")
    assert types(box) == ["trade_refund_RefundClosed", "youzan_trade_RefundClosed"]
    step(box, sold, f"{path}/withdraw", 409)
    again = step(box, sold, "refunds", 201, fen=15_000, oid=oid)
    assert step(box, sold, f"refunds/{again['refund_id']}/agree")["refunded_fen"] == 15_000
    step(box, sold, "refunds/7/agree", 409)


def test_the_seller_closes_an_unpaid_order(box: Box, account: dict[str, Any]) -> None:
    sold = box.do("POST", f"/accounts/{account['account_id']}/orders", 201, items=[{"item_id": 1}])
    done = step(box, sold, "close")
    assert (done["status"], done["closed"], done["left_fen"]) == ("TRADE_CLOSED", "seller", 0)
    assert types(box) == ["trade_TradeCreate", "trade_TradeClose"]
    step(box, sold, "close", 409)


def test_the_seller_closes_a_paid_order_and_the_system_gives_all_back(box: Box, account: dict[str, Any]) -> None:
    sold = paid(box, account, 1, 2)
    step(box, sold, "refund", 201, fen=900, oid=sold["items"][0]["oid"])
    types(box)
    done = step(box, sold, "close")
    assert (done["status"], done["closed"]) == ("TRADE_CLOSED", "refund")
    assert [one["fen"] for one in done["refunds"]] == [900, 19_900 - 900, 8_900 + 800]
    assert types(box)[::2] == ["trade_refund_SysRefund", "trade_refund_SysRefund", "trade_TradeClose"]


def test_a_waiting_refund_is_answered_before_the_order_is_closed(box: Box, account: dict[str, Any]) -> None:
    sold = paid(box, account, 1)
    step(box, sold, "refunds", 201, fen=900, oid=sold["items"][0]["oid"])
    step(box, sold, "close", 409)


@pytest.mark.parametrize(("sets", "prefix"), [("old", "trade_refund_"), ("new", "youzan_trade_")])
def test_refunds_may_be_told_by_one_set_of_messages_alone(
    box: Box, account: dict[str, Any], sets: str, prefix: str
) -> None:
    sold = paid(box, account, 1)
    types(box)
    box.switch(youzan__refund_messages=sets)
    step(box, sold, "refund", 201, fen=1, oid=sold["items"][0]["oid"])
    told = types(box)
    assert len(told) == 2
    assert all(one.startswith(prefix) for one in told)


def test_a_switch_keeps_one_version_for_all_pushes_of_an_order(box: Box, account: dict[str, Any]) -> None:
    box.switch(youzan__same_second_versions=True)
    sold = paid(box, account, 1)
    for name in ("ship", "confirm"):
        box.advance(60)
        step(box, sold, name)
    types(box)
    assert len({one["body"]["version"] for one in box.do("GET", "/shop/pushes")["pushes"]}) == 1


@pytest.mark.parametrize(("plus", "space"), [(True, "+"), (False, "%20")])
def test_a_space_is_written_as_told(box: Box, account: dict[str, Any], plus: bool, space: str) -> None:
    box.switch(youzan__plus_for_space=plus)
    paid(box, account, 1)
    types(box)
    bodies = [one["body"]["msg"] for one in box.do("GET", "/shop/pushes")["pushes"]]
    assert all(space in body and ({"+", "%20"} - {space}).pop() not in body for body in bodies)


def test_what_orders_tell_of_the_buyer_can_be_taken_away(box: Box, account: dict[str, Any]) -> None:
    box.do("POST", f"/accounts/{account['account_id']}/follow")
    whole = told_buyer(box, account)
    assert (whole["outer_user_id"], whole["buyer_phone"]) == (account["openid"], account["phone"].removeprefix("+86"))
    box.switch(youzan__openid_told=False, youzan__phone_told=False, youzan__yz_open_id_told=False)
    bare = told_buyer(box, account)
    assert (bare["outer_user_id"], bare["yz_open_id"], "buyer_phone" in bare) == ("", "", False)


def told_buyer(box: Box, account: dict[str, Any]) -> dict[str, Any]:
    sold = paid(box, account, 1)
    box.advance(60)
    settings = box.do("GET", "/config")["youzan"]
    asked = {"authorize_type": "silent", "grant_id": str(settings["kdt_id"]), "refresh": False}
    login = asked | {name: settings[name] for name in ("client_id", "client_secret")}
    token = box.http.post("/youzan/auth/token", json=login).json()["data"]["access_token"]
    query = {"access_token": token}
    answer = box.http.post("/youzan/api/youzan.trade.get/4.0.2", params=query, json={"tid": sold["tid"]}).json()
    buyer: dict[str, Any] = answer["data"]["full_order_info"]["buyer_info"]
    return buyer


def test_every_attempt_is_kept_with_its_answer(box: Box, account: dict[str, Any]) -> None:
    box.switch(youzan__answers_lose_next=1)
    box.answers += [(0, 503, "busy")]
    box.do("POST", "/shop/test")
    assert box.do("POST", "/settle", seconds=5)["settled"]
    (push,) = box.do("GET", "/shop/pushes")["pushes"]
    assert push["status"] == "delivered"
    assert [(one["http_status"], one["answer"], one["error"] is None) for one in push["answers"]] == [
        (503, "busy", False),
        (200, "success", True),
    ]


def test_goods_come_as_a_card_in_the_chat(box: Box, account: dict[str, Any]) -> None:
    here = f"/accounts/{account['account_id']}"
    card = box.do("POST", f"{here}/card", 201, item_id=2)
    assert (card["kind"], card["url"]) == ("news", "http://localhost:8900/shop/goods/2")
    box.do("POST", f"{here}/card", 404, item_id=99)
    assert "<title>" in box.http.get("/shop/goods/2").text
    box.do("POST", f"{here}/follow")
    assert box.do("POST", f"{here}/menu", url="/shop/")["url"] == "http://localhost:8900/shop/"
