"""Signatures of both SMS vendors against the published vectors, and what their answers mean."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from pond.kernel.errors import Permanent
from pond.kernel.settings import settings
from pond.platforms import sms, sms_aliyun, sms_tencent
from pond.platforms.errors import PartnerBusy
from pond.platforms.http import encode_json, encode_query
from support.partner import SECRETS, Answer, Partner

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)  # the 15th in China: the signature's day is UTC
ACCOUNT = SECRETS["sms"]
PHONE = "+8613800000000"


def test_tc3_vector() -> None:
    body = encode_json(
        {
            "PhoneNumberSet": [PHONE],
            "SmsSdkAppId": "1400000000",
            "TemplateId": "1000001",
            "SignName": "示例签名",
            "TemplateParamSet": ["123456"],
            "SessionContext": "job-1",
        }
    )
    assert sms_tencent._sha256(body) == "ebc707cc648f460c5c7ccd24b25993f52e4aeaf74e8a8267ec50431b1f7e90c3"
    header = sms_tencent.authorization(ACCOUNT["secret_id"], ACCOUNT["secret_key"], "sms.tencentcloudapi.com", body, AT)
    assert header == (
        "TC3-HMAC-SHA256 Credential=AKIDdemo00000000000000000000000000/2023-11-14/sms/tc3_request, "
        "SignedHeaders=content-type;host, Signature=c0d710a1e2ef03a66015a9875c6a30d261efc1789e49c4c7ed74b4d93cafe747"
    )


QUERY = (
    "OutId=job-1&PhoneNumbers=13800000000&SignName=%E7%A4%BA%E4%BE%8B%E7%AD%BE%E5%90%8D&TemplateCode=SMS_100000001"
    "&TemplateParam=%7B%22code%22%3A%22123456%22%7D"
)


def test_acs3_vector() -> None:
    headers = sms_aliyun.signed_headers(
        ACCOUNT["access_key_id"],
        ACCOUNT["access_key_secret"],
        "dysmsapi.aliyuncs.com",
        QUERY,
        AT,
        "nonce-demo-0001",
    )
    assert headers["x-acs-date"] == "2023-11-14T22:13:20Z"
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=LTAIdemo0000000000000000,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=f37e1ae91f82cdf9e38cb7874c7f77871096444caae87a0c23b6da946881f3b6"
    )


def tencent(code: str) -> dict[str, Any]:
    return {"Response": {"SendStatusSet": [{"SerialNo": "1", "PhoneNumber": PHONE, "Code": code}], "RequestId": "r"}}


def tencent_error(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": f"about {PHONE}"}, "RequestId": "r"}}


def aliyun(code: str, status: int = 200) -> Answer:
    return Answer({"Code": code, "Message": f"about {PHONE}", "RequestId": "r", "BizId": "b"}, status)


TENCENT = [
    (tencent("Ok"), "accepted"),
    (tencent("LimitExceeded.PhoneNumberDailyLimit"), "limited"),
    (tencent("FailedOperation.PhoneNumberInBlacklist"), "refused"),
    (tencent("FailedOperation.ContainSensitiveWord"), "refused"),
    (tencent("FailedOperation.TemplateIncorrectOrUnapproved"), "misconfigured"),
    (tencent_error("AuthFailure.SignatureFailure"), "misconfigured"),
    (Answer(hang_up=True), "unknown"),
    (Answer(status=500), "unknown"),
]
ALIYUN = [
    (aliyun("OK"), "accepted"),
    (aliyun("isv.BUSINESS_LIMIT_CONTROL"), "limited"),
    (aliyun("isv.MOBILE_NUMBER_ILLEGAL"), "refused"),
    (aliyun("isv.INVALID_PARAMETERS"), "refused"),
    (aliyun("isv.SMS_TEMPLATE_ILLEGAL"), "misconfigured"),
    (aliyun("SignatureDoesNotMatch", 400), "misconfigured"),
    (Answer(hang_up=True), "unknown"),
]


@pytest.mark.parametrize(("vendor", "case"), [("tencent", c) for c in TENCENT] + [("aliyun", c) for c in ALIYUN])
def test_outcomes(
    partner: Partner, monkeypatch: pytest.MonkeyPatch, vendor: str, case: tuple[Answer | dict[str, Any], str]
) -> None:
    monkeypatch.setenv("POND_SMS_VENDOR", vendor)
    answer, outcome = case
    partner.will(answer)
    assert sms.send_code(PHONE, "123456", "ref-1") == outcome
    assert len(partner.calls) == 1


@pytest.mark.parametrize(
    ("vendor", "answer"),
    [
        ("tencent", tencent("InternalError.Timeout")),
        ("tencent", tencent_error("RequestLimitExceeded")),
        ("aliyun", aliyun("isp.SYSTEM_ERROR")),
        ("aliyun", aliyun("Throttling.User", 400)),
    ],
)
def test_a_busy_vendor_is_not_asked_again_by_us(
    partner: Partner, monkeypatch: pytest.MonkeyPatch, vendor: str, answer: Answer | dict[str, Any]
) -> None:
    monkeypatch.setenv("POND_SMS_VENDOR", vendor)
    partner.will(answer)
    with pytest.raises(PartnerBusy) as error:
        sms.send_code(PHONE, "123456", "ref-1")
    assert len(partner.calls) == 1
    assert "1380" not in str(error.value)


@pytest.mark.usefixtures("short_patience")
def test_a_late_answer_is_unknown(partner: Partner) -> None:
    partner.will(Answer(wait=0.4))
    assert sms.send_code(PHONE, "123456", "ref-1") == "unknown"


def test_tencent_gets_what_was_signed(partner: Partner) -> None:
    partner.will(tencent("Ok"))
    sms.send_code(PHONE, "123456", "ref-1")
    [call] = partner.calls
    assert (call.method, call.path, call.headers["x-tc-action"]) == ("POST", "/", "SendSms")
    at = datetime.fromtimestamp(int(call.headers["x-tc-timestamp"]), UTC)
    assert call.headers["authorization"] == sms_tencent.authorization(
        ACCOUNT["secret_id"], ACCOUNT["secret_key"], call.headers["host"], call.body, at
    )
    assert call.headers["content-type"] == "application/json"
    assert call.json["TemplateParamSet"] == ["123456"] and call.json["SessionContext"] == "ref-1"


def test_aliyun_gets_what_was_signed(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POND_SMS_VENDOR", "aliyun")
    partner.will(aliyun("OK"))
    sms.send_code(PHONE, "123456", "ref-1")
    [call] = partner.calls
    assert call.raw_query == encode_query(dict(sorted(call.query.items())))
    assert call.query["PhoneNumbers"] == "13800000000" and call.query["TemplateParam"] == '{"code":"123456"}'
    again = sms_aliyun.signed_headers(
        ACCOUNT["access_key_id"],
        ACCOUNT["access_key_secret"],
        call.headers["host"],
        call.raw_query,
        datetime.strptime(call.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        call.headers["x-acs-signature-nonce"],
    )
    assert call.headers["authorization"] == again["Authorization"]
    assert re.fullmatch("[0-9a-f]{32}", call.headers["x-acs-signature-nonce"])


def test_an_unknown_vendor_is_said_plainly(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POND_SMS_VENDOR", "pigeon")
    settings.cache_clear()
    with pytest.raises(Permanent) as error:
        sms.send_code(PHONE, "123456", "ref-1")
    assert error.value.code == "settings.sms_vendor"
