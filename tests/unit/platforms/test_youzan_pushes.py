"""Youzan's pushes: the published vector, what real pushes look like, and everything that is not to be believed."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.platforms.youzan_pushes import SIZE_MAX, App, receive, sign

APP = App("ydemo123456", "0123456789abcdef0123456789abcdef", (10001,))
VECTOR = (
    b'{"msg":"%7B%22tid%22%3A%22E20240102030405000000001%22%2C%22update_time%22%3A%222024-01-02+03%3A04%3A05%22%7D",'
    b'"kdt_name":"demo shop","test":false,"sign":"a3a2dfc609e94b072d592f6d2c70d885","type":"trade_TradeSuccess",'
    b'"sendCount":1,"version":1704135845,"client_id":"ydemo123456","mode":1,"kdt_id":10001,'
    b'"id":"E20240102030405000000001","msg_id":"00000000-0000-4000-8000-000000000001","root_kdt_id":10001,'
    b'"status":"TRADE_SUCCESS"}'
)
VECTOR_SIGN = "3d87439a9b8f7cac9079ab127bee367a"
OLD = replace(APP, accept_body_sign=True)


def body(msg: object, **changes: Any) -> bytes:
    envelope = json.loads(VECTOR) | {"msg": msg} | changes
    return json.dumps({name: value for name, value in envelope.items() if value is not None}).encode()


def received(raw: bytes, app: App = APP) -> Any:
    return receive(raw, sign(app.client_id, raw, app.client_secret), app)


def code(raw: bytes, event_sign: str | None = "", app: App = APP) -> str:
    with pytest.raises(Refused) as refused:
        receive(raw, sign(app.client_id, raw, app.client_secret) if event_sign == "" else event_sign, app)
    return refused.value.code


def test_the_vector_is_taken_and_a_plus_is_a_space() -> None:
    push = receive(VECTOR, VECTOR_SIGN, APP)
    assert push.msg == {"tid": "E20240102030405000000001", "update_time": "2024-01-02 03:04:05"}
    assert (push.type, push.id, push.status) == ("trade_TradeSuccess", "E20240102030405000000001", "TRADE_SUCCESS")
    assert (push.version, push.kdt_id, push.root_kdt_id, push.test) == (1704135845, 10001, 10001, False)


@pytest.mark.parametrize(
    "raw", [VECTOR + b" ", VECTOR.replace(b'":"', b'": "', 1), VECTOR.replace(b"SUCCESS", b"CLOSED_")]
)
def test_one_byte_more_and_the_signature_is_wrong(raw: bytes) -> None:
    assert code(raw, VECTOR_SIGN) == "callback.signature"


def test_the_body_sign_counts_only_without_a_header_and_if_allowed() -> None:
    assert receive(VECTOR, None, OLD).id == "E20240102030405000000001"
    assert code(VECTOR, None) == "callback.signature"
    assert code(VECTOR, "0" * 32, OLD) == "callback.signature"
    assert code(VECTOR.replace(b"a3a2dfc", b"a3a2dfd"), None, OLD) == "callback.signature"
    assert code(body({"tid": "E1"}), None, OLD) == "callback.signature"  # undocumented for objects
    assert code(b'{"msg":"\\ud800","sign":"x"}', None, OLD) == "callback.signature"
    assert code(b'{"msg":"a","sign":"\\ud800"}', None, OLD) == "callback.signature"


def test_an_object_is_taken_as_it_is() -> None:
    push = received(body({"tid": "E1", "refund_id": "R1", "refunded_fee": "12.50"}, type="youzan_trade_RefundSuccess"))
    assert push.msg["refunded_fee"] == "12.50"


def test_numbers_with_a_point_stay_text() -> None:
    assert received(body(quote_plus('{"refunded_fee":12.10}'))).msg == {"refunded_fee": "12.10"}


def test_half_an_emoji_is_no_reason_to_lose_an_order() -> None:
    push = received(body(quote_plus('{"tid":"E1","nick":"\\ud83d"}'), kdt_name="\ud83d"))
    assert push.msg == {"tid": "E1", "nick": "?"}


def test_missing_fields_are_tolerated() -> None:
    push = received(body(quote_plus('{"tid":"E1"}'), status=None, root_kdt_id=None, msg_id=None, sendCount=None))
    assert (push.status, push.root_kdt_id, push.msg_id) == ("", None, "")


def test_numbers_as_text_and_text_as_numbers_are_read() -> None:
    push = received(body({}, kdt_id="10001", version="1704135845", id=77, test="true"))
    assert (push.kdt_id, push.version, push.id, push.test) == (10001, 1704135845, "77", True)


def test_a_test_push_says_so() -> None:
    assert received(body({}, test=True)).test


def test_a_branch_is_heard_through_its_head_office() -> None:
    assert received(body({}, kdt_id=10002, root_kdt_id=10001)).kdt_id == 10002


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"client_id": None}, {"kdt_id": 9, "root_kdt_id": None}])
def test_another_app_or_shop_is_refused(changes: dict[str, Any]) -> None:
    assert code(body({}, **changes)) == "callback.foreign_receiver"


ONCE = quote_plus('{"tid":"E1"}')


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (body(quote_plus(ONCE)), "callback.double_encoded"),
        (body(quote(json.dumps('{"tid":"E1"}'))), "callback.double_encoded"),
        (body("tid=E1"), "callback.json"),
        (body("%FF"), "callback.json"),
        (body(""), "callback.json"),
        (body(None), "callback.json"),
        (body(["E1"]), "callback.json"),
        (body(quote('{"fee":NaN}')), "callback.json"),
        (body({}, version="soon"), "callback.json"),
        (body({}, version=True), "callback.json"),
        (body({}, kdt_id=[1]), "callback.json"),
        (body({}, id={"a": 1}), "callback.json"),
        (b"", "callback.json"),
        (b"[]", "callback.json"),
        (b"\xff\xfe", "callback.json"),
        (b"[" * 100_000, "callback.json"),
        (b"{" + b" " * SIZE_MAX + b"}", "callback.too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(raw: bytes, refusal: str) -> None:
    assert code(raw) == refusal


@given(st.binary(max_size=80))
def test_whatever_comes_is_refused_or_opened(raw: bytes) -> None:
    assert code(raw) in ("callback.json", "callback.foreign_receiver", "callback.double_encoded")


def test_the_same_event_from_head_office_and_branch_is_one_and_two_refunds_in_a_second_are_two() -> None:
    branch = received(body({}, kdt_id=10002, msg_id="other"))
    assert branch.business_key == received(body({})).business_key
    one, two = (received(body({"refund_id": name}, type="trade_refund_SysRefund")) for name in ("R1", "R2"))
    assert one.business_key != two.business_key


def test_secrets_and_messages_are_not_shown() -> None:
    assert "0123456789abcdef" not in repr(APP)
    assert "update_time" not in repr(receive(VECTOR, VECTOR_SIGN, APP))
