"""The sandbox's shop pushes and shows as Youzan does, and what Pond reads of it is the order."""

import json
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest

from pond.orders.model_order import Order, Push, apply
from pond.orders.model_pushes import read_detail, read_push, read_refund
from pond.platforms import youzan_pushes
from pond.platforms.youzan_pushes import App
from sandbox.config import load
from support.partners import Box

SECRETS = load()["youzan"]
APP = App(SECRETS["client_id"], SECRETS["client_secret"], (SECRETS["kdt_id"],), accept_body_sign=True)


@pytest.fixture
def account(box: Box) -> dict[str, Any]:
    box.switch(youzan__retry_scale=0.0005, youzan__breaker_probe_seconds=0.01, youzan__callback_timeout_seconds=0.2)
    return box.person()


def bought(box: Box, account: dict[str, Any], *item_ids: int) -> dict[str, Any]:
    items = [{"item_id": item_id} for item_id in item_ids]
    sold: dict[str, Any] = box.do("POST", f"/accounts/{account['account_id']}/orders", 201, items=items)
    return dict(box.do("POST", f"/shop/orders/{sold['tid']}/pay"))


def arrived(box: Box) -> list[youzan_pushes.Push]:
    """What was pushed since the last time, proven and opened by Pond."""
    assert box.do("POST", "/settle", seconds=5)["settled"]
    pushes, box.pushes[:] = list(box.pushes), []
    return [youzan_pushes.receive(one.body.encode(), one.headers.get("event-sign"), APP) for one in pushes]


def told(pushes: list[youzan_pushes.Push]) -> list[Push]:
    read = (read_push(one.type, one.id, one.status, one.version, one.msg) for one in pushes)
    return [one for one in read if one]


def order_of(pushes: list[Push]) -> Order:
    order = reduce(apply, pushes, None)
    assert order is not None
    return order


def api(box: Box, name: str, body: dict[str, Any], token: str | None = None) -> Any:
    if token is None:
        asked = {"client_id": SECRETS["client_id"], "client_secret": SECRETS["client_secret"], "refresh": False}
        given = asked | {"authorize_type": "silent", "grant_id": str(SECRETS["kdt_id"])}
        token = box.http.post("/youzan/auth/token", json=given).json()["data"]["access_token"]
    query = {"access_token": token} if token else {}
    return box.http.post(f"/youzan/api/{name}", params=query, json=body).json()


def test_a_life_of_an_order_as_pond_reads_it(box: Box, account: dict[str, Any]) -> None:
    sold = bought(box, account, 1, 2)
    for step in ("ship", "confirm"):
        box.do("POST", f"/shop/orders/{sold['tid']}/{step}")
    pushes = arrived(box)
    types = {one.type.removeprefix("trade_Trade") for one in pushes}
    assert types == {"Create", "Paid", "BuyerPay", "PartlySellerShip", "SellerShip", "Success"}
    assert len({one.version for one in pushes}) == 1  # all in one second: only ranks tell them apart
    assert [one.root_kdt_id for one in pushes if not one.status] == [None]
    order = order_of(told(pushes))
    assert (order.status, order.payment_fen, len(order.kept_items)) == ("TRADE_SUCCESS", sold["payment_fen"], 2)
    assert order.missing == frozenset()
    assert sum(fen for _, fen in order.kept_items) == sold["payment_fen"] - 800


def test_refunds_in_parts_in_both_sets_of_messages_and_the_last_closes(box: Box, account: dict[str, Any]) -> None:
    sold = bought(box, account, 2)
    path, oid = f"/shop/orders/{sold['tid']}", sold["items"][0]["oid"]
    before = told(arrived(box))
    first = box.do("POST", f"{path}/refund", 201, fen=1_000, oid=oid)
    pushes = arrived(box)
    assert {one.type.partition("_trade_")[0] for one in pushes} == {"youzan", "trade_refund_BuyerCreated"} | {
        "trade_refund_RefundSellerAgree"
    }
    order = order_of([*before, *told(pushes)])
    assert (order.refunded_fen, len(order.refunds)) == (1_000, 1)
    box.do("POST", f"{path}/refund", 201, fen=8_700, oid=oid)
    order = order_of([*before, *told(pushes), *told(arrived(box))])
    assert (order.status, order.refunded_fen) == ("TRADE_CLOSED", 9_700)
    box.do("POST", f"{path}/refund", 409, fen=1, oid=oid)
    shown = api(box, "youzan.trade.refund.get/3.0.1", {"refund_id": first["refund_id"]})
    assert read_refund(shown["data"]).refunds[0].amount_fen == 1_000
    found = api(box, "youzan.trade.refund.search/3.0.1", {"tid": order.tid, "page_no": 1, "page_size": 1})["data"]
    assert (found["total"], [one["refund_id"] for one in found["refunds"]]) == (2, [first["refund_id"]])


def test_virtual_goods_have_no_buyer_pay_and_no_postage(box: Box, account: dict[str, Any]) -> None:
    sold = bought(box, account, 3)
    pushes = arrived(box)
    assert {one.type for one in pushes} == {"trade_TradeCreate", "trade_TradePaid", "trade_TradeSellerShip"}
    assert order_of(told(pushes)).payment_fen == sold["payment_fen"] == 9_900


def test_details_lag_and_then_tell_the_same(box: Box, account: dict[str, Any]) -> None:
    sold = bought(box, account, 1)
    asked = {"tid": sold["tid"]}
    assert api(box, "youzan.trade.get/4.0.2", asked)["code"] == 5000
    box.advance(30)
    seen = read_detail(api(box, "youzan.trade.get/4.0.2", asked)["data"])
    assert order_of([seen]).payment_fen == order_of(told(arrived(box))).payment_fen == sold["payment_fen"]
    now = datetime.fromtimestamp(1_795_400_000, UTC) + timedelta(hours=8)
    window = {"start_update": f"{now:%Y-%m-%d %H:%M:%S}", "end_update": f"{now:%Y-%m-%d %H:%M:%S}", "page_size": 100}
    listed = api(box, "youzan.trades.sold.get/4.0.4", window | {"page_no": 1})["data"]
    assert (listed["total_results"], read_detail(listed["full_order_info_list"][0])) == (1, seen)


def test_a_buyer_is_known_by_any_id(box: Box, account: dict[str, Any]) -> None:
    (found,) = api(box, "youzan.users.info.query/1.0.0", {"weixin_union_id": account["unionid"]})["data"]["user_list"]
    assert found["platform_info"]["weixin_open_id"] == account["openid"]
    box.switch(youzan__phone_told=False)
    bought(box, account, 1)
    buyer = order_of(told(arrived(box))).buyer
    assert buyer.phone is None
    assert buyer.yz_open_id is not None
    assert buyer.yz_open_id.value == found["primitive_info"]["yz_open_id"]


@pytest.mark.parametrize(
    ("token", "name", "code"),
    [("", "youzan.trade.get/4.0.2", 4201), ("x", "youzan.trade.get/4.0.2", 4203), (None, "youzan.trade.get/9", 4005)],
)
def test_refusals_of_the_gateway(box: Box, token: str | None, name: str, code: int) -> None:
    assert api(box, name, {"tid": "E1"}, token)["gw_err_resp"]["err_code"] == code


def test_only_an_answer_with_success_counts_and_the_rest_comes_again(box: Box, account: dict[str, Any]) -> None:
    box.answers += [(0, 500, "success"), (0, 200, '{"code":0,"msg":"failed"}'), (0.3, 200, "success")]
    box.do("POST", "/shop/test")
    box.do("POST", "/settle", seconds=5)
    assert [json.loads(one.body)["sendCount"] for one in box.pushes] == [1, 2, 3, 4]
    assert len({json.loads(one.body)["msg_id"] for one in box.pushes}) == 1
    assert all(one.test for one in arrived(box))


def test_most_failing_stops_all_pushes_until_a_probe_gets_through(box: Box, account: dict[str, Any]) -> None:
    box.switch(youzan__breaker_probe_seconds=0.4)
    box.answers += [(0, 503, "")] * 7
    for _ in range(6):
        box.do("POST", "/shop/test")
    box.do("POST", "/settle", seconds=0.2)
    assert box.do("GET", "/shop")["stopped"]
    made = len(box.pushes)
    box.do("POST", "/settle", seconds=0.1)
    assert len(box.pushes) == made
    box.do("POST", "/settle", seconds=5)
    assert not box.do("GET", "/shop")["stopped"]
    assert {one["status"] for one in box.do("GET", "/shop/pushes")["pushes"]} == {"delivered"}
    assert max(one["attempts"] for one in box.do("GET", "/shop/pushes")["pushes"]) > 1


def test_losing_repeating_and_the_old_signature(box: Box, account: dict[str, Any]) -> None:
    box.switch(youzan__callbacks_lose_next=1, youzan__callbacks_repeat=1, youzan__event_sign=False)
    box.do("POST", "/shop/test")
    assert arrived(box) == []
    box.do("POST", "/shop/test")
    box.do("POST", "/settle", seconds=5)
    assert not any("event-sign" in one.headers for one in box.pushes)
    assert len(arrived(box)) == 2


def test_steps_out_of_turn_and_unknown_things_are_refused(box: Box, account: dict[str, Any]) -> None:
    sold = bought(box, account, 1)
    box.do("POST", f"/shop/orders/{sold['tid']}/pay", 409)
    box.do("POST", "/shop/orders/E9/pay", 404)
    box.do("POST", f"/accounts/{account['account_id']}/orders", 409, items=[{"item_id": 99}])
    box.do("POST", f"/accounts/{account['account_id']}/orders", 400, items=["x"])
