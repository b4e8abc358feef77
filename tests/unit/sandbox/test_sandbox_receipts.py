"""Notices by text message, and the receipts that vendors post: in arrays, again, late, of nobody."""

import json
from typing import Any

import pytest

from support.partners import CONFIG, Box
from unit.sandbox.test_sandbox_sms import NUMBER, aliyun, inbox, tencent

TENCENT_OK, ALIYUN_OK = '{"result":0,"errmsg":"OK"}', '{"code":0,"msg":"OK"}'


@pytest.fixture
def mother(box: Box) -> dict[str, Any]:
    """Who owns the number; receipts are posted at once."""
    box.switch(sms__receipts_seconds=0, sms__receipts_retry_scale=0)
    return box.person(phone=NUMBER)


def notice(box: Box, *words: str, template: str = "1000002") -> Any:
    return tencent(box, TemplateId=template, TemplateParamSet=list(words))


def posted(box: Box) -> list[list[dict[str, Any]]]:
    assert box.do("POST", "/settle", seconds=5)["settled"]
    arrived, box.pushes[:] = list(box.pushes), []
    return [json.loads(push.body) for push in arrived]


def test_a_notice_and_its_receipt(box: Box, mother: dict[str, Any]) -> None:
    box.answers = [(0, 200, TENCENT_OK)]
    assert notice(box, "小满", "睡眠课") == "Ok"
    assert inbox(box, mother) == [
        f"【{CONFIG['sms']['tencent']['sign_name']}】小满您好，睡眠课今晚八点开始，我们群里见。"
    ]
    [[receipt]] = posted(box)
    assert (receipt["mobile"], receipt["nationcode"], receipt["report_status"]) == ("13900000001", "86", "SUCCESS")
    assert receipt["sid"].startswith("2019:")
    [entry] = box.do("GET", "/callbacks?platform=sms")["callbacks"]
    assert (entry["status"], len(entry["attempts"])) == ("delivered", 1)


def test_aliyun_tells_of_its_own_and_tries_again(box: Box, mother: dict[str, Any]) -> None:
    box.answers = [(0, 500, ""), (0, 200, "no json"), (0, 200, ALIYUN_OK)]
    aliyun(box, "n1", TemplateCode="SMS_100000002", TemplateParam='{"name":"小满","topic":"睡眠课"}', OutId="b~1")
    first, second, third = posted(box)
    assert first == second == third
    [receipt] = first
    assert (receipt["success"], receipt["out_id"], receipt["phone_number"]) == (True, "b~1", "13900000001")
    assert receipt["biz_id"].endswith("^0")


def test_tencent_does_not_try_again(box: Box, mother: dict[str, Any]) -> None:
    box.answers = [(0, 500, "")]
    notice(box, "小满", "睡眠课")
    assert len(posted(box)) == 1
    [entry] = box.do("GET", "/callbacks?platform=sms")["callbacks"]
    assert entry["status"] == "failed"
    box.answers = [(0, 200, TENCENT_OK)]
    box.do("POST", f"/callbacks/{entry['callback_id']}/repeat")
    assert len(posted(box)) == 1


def test_arrays_repetitions_strangers_losses_and_failures(box: Box, mother: dict[str, Any]) -> None:
    box.switch(sms__receipts_hold=True, sms__receipts_repeat=1, sms__receipts_unknown=True)
    box.switch(sms__receipts_lose_next=1, sms__receipts_fail_next=2)
    for words in ("一", "二", "三", "四"):
        assert notice(box, "小满", words) == "Ok"
    assert posted(box) == []
    box.advance(72 * 3600)
    box.answers = [(0, 200, TENCENT_OK)] * 2
    assert box.do("POST", "/receipts/release") == {"released": 3}
    first, second = posted(box)
    assert first == second
    assert [one["report_status"] for one in first] == ["FAIL", "SUCCESS", "SUCCESS", "SUCCESS"]
    assert first[-1]["mobile"] == "13900000000"
    assert box.do("POST", "/receipts/release") == {"released": 0}


def test_what_does_not_arrive_says_so(box: Box, mother: dict[str, Any]) -> None:
    box.switch(sms__deliver=False)
    box.answers = [(0, 200, TENCENT_OK)]
    notice(box, "小满", "睡眠课")
    assert posted(box)[0][0]["report_status"] == "FAIL"
    assert inbox(box, mother) == []


def test_marketing_in_the_day_only(box: Box, mother: dict[str, Any]) -> None:
    assert notice(box, "小满", template="1000003") == "Ok"
    box.advance(14 * 3600)  # late in the evening
    assert notice(box, "小满", template="1000003") == "FailedOperation.MarketingSendTimeConstraint"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("小满",), "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        (("小满", "https://pond.example"), "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"),
    ],
)
def test_parameters_that_are_not_taken(box: Box, mother: dict[str, Any], words: tuple[str, ...], code: str) -> None:
    assert notice(box, *words) == code


def test_notices_have_limits_of_their_own(box: Box, mother: dict[str, Any]) -> None:
    assert aliyun(box, "n0") == "OK"
    assert aliyun(box, "n1") == "isv.BUSINESS_LIMIT_CONTROL"  # codes: one a minute
    parameters = {"TemplateCode": "SMS_100000002", "TemplateParam": '{"name":"小满","topic":"睡眠课"}'}
    assert [aliyun(box, f"n{n}", **parameters) for n in range(2, 6)] == ["OK"] * 4
