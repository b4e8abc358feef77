"""Notices by text message and their receipts: each finds the other, whatever comes first, twice, late or wrong."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.kernel.logs import logger
from pond.platforms import inbox, receipts, store_texts, texts
from pond.platforms.model_sms import TextState
from support import budgets

pytestmark = pytest.mark.usefixtures("cloud")
PHONE = "+8613800000000"
OK = {"tencent": {"result": 0, "errmsg": "OK"}, "aliyun": {"code": 0, "msg": "OK"}}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The metrics of receipts, in order; `ReceiptFailed=0` is one that was delivered."""
    found: list[str] = []

    def count(name: str, value: int = 1) -> None:
        found.append(f"{name}={value}")

    monkeypatch.setattr(receipts, "count", count)
    return found


def receipt(vendor: str, message_id: str, *, good: bool = True, phone: str = "13800000000") -> dict[str, Any]:
    if vendor == "tencent":
        return {
            "user_receive_time": "2026-11-23 14:00:09",
            "nationcode": "86",
            "mobile": phone,
            "report_status": "SUCCESS" if good else "FAIL",
            "errmsg": "DELIVRD" if good else "MK:0001",
            "description": "",
            "sid": message_id,
        }
    return {
        "phone_number": phone,
        "send_time": "2026-11-23 14:00:00",
        "report_time": "2026-11-23 14:00:09",
        "success": good,
        "err_code": "DELIVERED" if good else "MK:0001",
        "err_msg": "",
        "sms_size": "1",
        "biz_id": message_id,
        "out_id": "ref",
    }


def post(vendor: str, entries: object, now: datetime) -> dict[str, Any]:
    body = json.dumps(entries).encode()
    answer: dict[str, Any] = json.loads(receipts.receive(vendor, receipts.address_key(vendor), body, now))
    return answer


def state(text_id: str) -> TextState:
    found = texts.state_of(text_id)
    assert found is not None
    return found.state


@pytest.mark.parametrize("vendor", ["tencent", "aliyun"])
def test_an_array_of_receipts_finds_its_texts(
    vendor: str, unique: Callable[[str], str], now: datetime, counted: list[str]
) -> None:
    first, second, third = (unique("sid") for _ in range(3))
    one, two, three = (texts.note(vendor, sid, PHONE, now) for sid in (first, second, third))
    arrived = now + timedelta(hours=72)
    entries = [receipt(vendor, first), receipt(vendor, second, good=False), receipt(vendor, unique("sid"))]
    assert post(vendor, entries, arrived) == OK[vendor]
    assert (state(one), state(two), state(three)) == (TextState.DELIVERED, TextState.FAILED, TextState.ACCEPTED)
    found = texts.state_of(two)
    assert found is not None
    assert (found.reason, found.accepted_at, found.reported_at) == ("MK:0001", now, arrived)
    assert counted == ["ReceiptFailed=0", "ReceiptFailed=1", "ReceiptUnknown=1"]


@pytest.mark.parametrize(
    ("reason", "logged"),
    [("MK:0001", "MK:0001"), ("isv.MOBILE-1", "in words"), ("UNDELIV", "UNDELIV"), ("13800000000 is off", "in words")],
)
def test_why_a_text_failed_is_logged_as_a_code_and_never_as_words(
    reason: str, logged: str, unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, str]] = []
    monkeypatch.setattr(logger, "warning", lambda _, extra: lines.append(extra))
    sid = unique("sid")
    texts.note("tencent", sid, PHONE, now)
    post("tencent", [receipt("tencent", sid, good=False) | {"errmsg": reason}], now)
    assert lines == [{"status": "tencent", "reason": logged}]


def test_the_first_outcome_stands(unique: Callable[[str], str], now: datetime, counted: list[str]) -> None:
    sid = unique("sid")
    text_id = texts.note("tencent", sid, PHONE, now)
    for good in (True, True, False):
        post("tencent", [receipt("tencent", sid, good=good)], now)
    assert state(text_id) is TextState.DELIVERED
    assert counted == ["ReceiptFailed=0", "ReceiptRepeated=1", "ReceiptRepeated=1"]


def test_a_receipt_that_was_faster_than_our_note(unique: Callable[[str], str], now: datetime) -> None:
    sid = unique("sid")
    post("tencent", [receipt("tencent", sid, good=False)], now)
    text_id = texts.note("tencent", sid, PHONE, now)
    assert state(text_id) is TextState.FAILED


@settings(max_examples=budgets.examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["note", "note", "good", "good", "bad"]), st.integers(1, 5))
def test_any_order_and_number_ends_the_same(
    unique: Callable[[str], str], now: datetime, steps: list[str], workers: int
) -> None:
    sid = unique("sid")

    def step(what: str) -> None:
        if what == "note":
            texts.note("tencent", sid, PHONE, now)
        else:
            post("tencent", [receipt("tencent", sid, good=what == "good")], now)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(step, steps))
    text_id = texts.note("tencent", sid, PHONE, now)
    kept = inbox.find("sms_tencent", text_id)
    assert kept is not None
    assert state(text_id).value == kept.fields["state"]  # of the receipt that was kept first


def test_a_stop_between_keeping_and_noting_is_made_good(
    unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid, other = unique("sid"), unique("sid")
    text_id, other_id = (texts.note("aliyun", one, PHONE, now) for one in (sid, other))
    real = store_texts.report

    def stop(which: str, *rest: Any) -> bool:
        if which == text_id:
            raise ConnectionError
        return real(which, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(store_texts, "report", stop)
        with pytest.raises(ConnectionError):
            post("aliyun", [receipt("aliyun", sid), receipt("aliyun", other)], now)
    assert (state(text_id), state(other_id)) == (TextState.ACCEPTED, TextState.DELIVERED)
    post("aliyun", [receipt("aliyun", sid), receipt("aliyun", other)], now)  # as the vendor does after a minute
    assert state(text_id) is TextState.DELIVERED


@pytest.mark.parametrize(("vendor", "key"), [("tencent", "guess"), ("tencent", ""), ("pigeon", "guess")])
def test_who_does_not_know_the_address_is_not_heard(vendor: str, key: str, now: datetime) -> None:
    with pytest.raises(Refused) as error:
        receipts.receive(vendor, key, b"[]", now)
    assert error.value.code == "callback.signature"


def test_the_addresses_of_two_vendors_differ_and_an_operator_may_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(receipts.address_key("tencent")) == 26
    assert receipts.address_key("tencent") != receipts.address_key("aliyun")
    monkeypatch.setattr(receipts, "secret", lambda name: {"receipt_key": "chosen"})
    assert receipts.address_key("tencent") == "chosen"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xff", b"[" * 30_000, b'"x"'], ids=["none", "object", "bytes", "deep", "text"]
)
def test_a_body_that_is_no_array(body: bytes, now: datetime) -> None:
    with pytest.raises(Refused) as error:
        receipts.receive("tencent", receipts.address_key("tencent"), body, now)
    assert error.value.code == "callback.malformed"


def test_entries_that_are_none_are_counted_and_the_rest_is_taken(
    unique: Callable[[str], str], now: datetime, counted: list[str]
) -> None:
    sid = unique("sid")
    text_id = texts.note("tencent", sid, PHONE, now)
    good = receipt("tencent", sid)
    wrong: list[object] = [None, 1, [], {}, {"sid": sid}]
    wrong += [good | {"sid": 5}, good | {"sid": ""}, good | {"mobile": "one"}]
    assert post("tencent", [*wrong, good | {"nationcode": "+86", "new_field": {"a": 1}}], now) == OK["tencent"]
    assert counted == ["ReceiptMalformed=1"] * len(wrong) + ["ReceiptFailed=0"]
    assert state(text_id) is TextState.DELIVERED


def test_no_number_stands_in_the_row(unique: Callable[[str], str], now: datetime) -> None:
    text_id = texts.note("tencent", unique("sid"), PHONE, now)
    row = repr(texts.state_of(text_id))
    assert "1380" not in row
    assert pseudonym("phone", PHONE) not in row
