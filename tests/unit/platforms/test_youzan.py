"""Youzan's API: the token, the three shapes of a refusal, pages that move, and what is never shown."""

import json
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pond.kernel import clock
from pond.platforms import tokens, youzan
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.tokens import Fetched
from pond.platforms.youzan_calls import call, wait_before
from support.partner import Answer, Partner

TID = "E20240102030405000000002"
SINCE = datetime(2024, 1, 2, tzinfo=UTC)


def good(data: object) -> dict[str, Any]:
    return {"trace_id": "yz7-1", "code": 200, "success": True, "data": data, "message": "successful"}


def gateway(code: int) -> dict[str, Any]:
    return {"gw_err_resp": {"trace_id": "yz7-0a0b-1", "err_msg": "oops 13800000000", "err_code": code}}


def test_an_order_is_asked_with_the_token_in_the_query(partner: Partner) -> None:
    partner.will(good({"full_order_info": {"order_info": {"tid": TID}}}))
    assert youzan.order(TID) == {"full_order_info": {"order_info": {"tid": TID}}}
    (asked,) = partner.calls
    assert (asked.method, asked.path) == ("POST", "/api/youzan.trade.get/4.0.2")
    assert (asked.query, asked.json) == ({"access_token": "TOKEN-1"}, {"tid": TID})
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize("answer", [good({}), good(None), good([]), {"code": 5000, "success": False, "data": {}}])
def test_an_order_that_is_not_shown_yet_is_none(partner: Partner, answer: dict[str, Any]) -> None:
    partner.will(answer)
    assert youzan.order(TID) is None


@pytest.mark.parametrize(
    ("answer", "errcode", "meaning"),
    [
        (gateway(4005), 4005, Meaning.MALFORMED),
        (gateway(4007), 4007, Meaning.CONFIGURATION),
        (gateway(4204), 4204, Meaning.CONFIGURATION),
        ({"error_response": {"code": 40010, "msg": "no"}}, 40010, Meaning.OTHER),
        ({"trace_id": "t", "code": 106000004, "success": False, "data": {"tid": ""}}, 106000004, Meaning.OTHER),
        ({"trace_id": "t", "code": 200, "success": False}, 200, Meaning.OTHER),
        ({}, 0, Meaning.OTHER),
    ],
)
def test_refusals_of_every_layer(partner: Partner, answer: dict[str, Any], errcode: int, meaning: Meaning) -> None:
    partner.will(answer)
    with pytest.raises(PartnerRefused) as error:
        youzan.order(TID)
    assert (error.value.errcode, error.value.meaning) == (errcode, meaning)
    assert "13800000000" not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("code", [4101, 123000042, 141500203, 500100004])
@pytest.mark.parametrize("shape", [gateway, lambda code: {"code": code, "success": False}])
def test_too_frequent_is_busy(partner: Partner, shape: Callable[[int], dict[str, Any]], code: int) -> None:
    partner.will(shape(code))
    with pytest.raises(PartnerBusy):
        youzan.refund("R1")
    assert len(partner.calls) == 1


def test_silence_is_busy(partner: Partner) -> None:
    partner.will(Answer(hang_up=True))
    with pytest.raises(PartnerBusy):
        youzan.refund("R1")


@pytest.mark.parametrize("code", [4201, 4202, 4203])
def test_a_token_not_taken_is_renewed_once(partner: Partner, code: int) -> None:
    partner.will(gateway(code), good({"refund_id": "R1"}))
    assert youzan.refund("R1") == {"refund_id": "R1"}
    assert [asked.query["access_token"] for asked in partner.calls] == ["TOKEN-1", "TOKEN-2"]
    partner.will(gateway(code))
    with pytest.raises(PartnerBusy):
        youzan.refund("R1")
    assert len(partner.calls) == 4


def test_how_a_token_is_fetched(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Fetched] = []

    def taking(family: str, *more: Any) -> str:
        assert family == "youzan/ydemo123456/10001"
        fetched.append(more[-1]())
        return fetched[-1].token

    monkeypatch.setattr(tokens, "token", taking)
    monkeypatch.setattr(tokens, "renew", taking)
    monkeypatch.setattr(clock, "now", lambda: SINCE)
    ends_at = int((SINCE + timedelta(days=7)).timestamp() * 1000)
    token = {"success": True, "code": 200, "data": {"access_token": "T", "expires": ends_at}, "message": None}
    partner.will(token, gateway(4203), token, good({}))
    call("youzan.trade.get", "4.0.2", {"tid": TID})
    assert [(one.token, one.seconds) for one in fetched] == [("T", 7 * 86400)] * 2
    asked = [json.loads(one.body) for one in partner.calls if one.path == "/auth/token"]
    assert [one["refresh"] for one in asked] == [False, True]
    assert asked[0] == {
        "client_id": "ydemo123456",
        "client_secret": "0123456789abcdef0123456789abcdef",
        "authorize_type": "silent",
        "grant_id": "10001",
        "refresh": False,
    }


def test_a_token_in_its_last_minutes_is_replaced(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "token", lambda family, fetch: fetch().token)
    monkeypatch.setattr(clock, "now", lambda: SINCE)

    def token(name: str, seconds: int) -> dict[str, Any]:
        expires = int((SINCE.timestamp() + seconds) * 1000)
        return {"success": True, "code": 200, "data": {"access_token": name, "expires": expires}, "message": None}

    partner.will(token("old", 600), token("new", 7 * 86400), good({}))
    call("youzan.trade.get", "4.0.2", {"tid": TID})
    assert [asked.json.get("refresh") for asked in partner.calls] == [False, True, None]
    assert partner.calls[-1].query == {"access_token": "new"}


def test_waiting_between_attempts() -> None:
    assert [wait_before(attempt) for attempt in range(1, 8)] == [0, 3, 6, 12, 24, 48, None]


def test_an_orders_refunds_are_searched_page_by_page_and_read_one_by_one(partner: Partner) -> None:
    many = [{"refund_id": f"R{number}"} for number in range(20)]
    details = [good({"refund_id": f"R{number}", "refund_fee": "1.00"}) for number in range(21)]
    pages = [many, [many[19], {"refund_id": "R20"}]]
    partner.will(*(good({"total": 22, "refunds": rows}) for rows in pages), *details)
    assert [one["refund_id"] for one in youzan.refunds(TID)] == [f"R{number}" for number in range(21)]
    assert [asked.json for asked in partner.calls[:2]] == [
        {"tid": TID, "page_no": number, "page_size": 20} for number in (1, 2)
    ]
    partner.will(good({}))
    assert youzan.refunds(TID) == []


def row(number: int) -> dict[str, Any]:
    return {"full_order_info": {"order_info": {"tid": f"E{number}"}}}


def page(numbers: range | list[int], total: int) -> dict[str, Any]:
    return good({"total_results": total, "full_order_info_list": [row(number) for number in numbers]})


def tids(rows: Any) -> list[str]:
    return [found["full_order_info"]["order_info"]["tid"] for found in rows]


def test_pages_are_read_to_the_last_and_each_order_is_given_once(partner: Partner) -> None:
    partner.will(page(range(100), 130), page(range(99, 130), 130))
    assert tids(youzan.orders_changed(SINCE, SINCE + timedelta(days=1))) == [f"E{n}" for n in range(130)]
    assert [asked.json["page_no"] for asked in partner.calls] == [1, 2]
    assert partner.calls[0].json | {"page_no": 0} == {
        "start_update": "2024-01-02 08:00:00",
        "end_update": "2024-01-03 08:00:00",
        "page_no": 0,
        "page_size": 100,
    }


def test_an_order_that_slipped_between_pages_is_read_in_the_next_pass(partner: Partner) -> None:
    partner.will(page(range(100), 102), page([101], 102), page(range(1, 101), 102), page([101, 0], 102))
    assert sorted(tids(youzan.orders_changed(SINCE, SINCE + timedelta(days=1)))) == sorted(f"E{n}" for n in range(102))


def test_reading_ends_even_if_the_count_is_never_reached(partner: Partner) -> None:
    partner.will(page([1], 2))
    assert tids(youzan.orders_changed(SINCE, SINCE + timedelta(days=1))) == ["E1"]
    assert len(partner.calls) == 3


def test_a_window_with_more_than_can_be_shown_is_halved_without_a_gap(partner: Partner) -> None:
    partner.will(page(range(100), 10_001), page([1], 1), page([2], 1))
    assert tids(youzan.orders_changed(SINCE, SINCE + timedelta(seconds=3))) == ["E1", "E2"]
    windows = [(asked.json["start_update"][-2:], asked.json["end_update"][-2:]) for asked in partner.calls]
    assert windows == [("00", "03"), ("00", "01"), ("02", "03")]


def test_who_a_buyer_is(partner: Partner) -> None:
    found = {
        "primitive_info": {"yz_open_id": "demoYzOpenId000001", "nick_name": "x"},
        "mobile_info": {"mobile": "13800000000"},
        "wechat_info": {"union_id": "uDEMO", "is_fans": 1},
        "platform_info": {"weixin_open_id": "oDEMOopenid1"},
    }
    partner.will(good({"user_list": [found, {"primitive_info": {"yz_open_id": "other"}, "wechat_info": None}]}))
    first, second = youzan.users(yz_open_id="demoYzOpenId000001")
    assert (first.unionid, first.openid, first.mobile) == ("uDEMO", "oDEMOopenid1", "13800000000")
    assert (second.unionid, second.mobile) == (None, None)
    assert partner.calls[0].json == {"yz_open_id": "demoYzOpenId000001", "result_type_list": [0, 1, 2, 9]}
    assert "uDEMO" not in repr(first)
