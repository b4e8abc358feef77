"""Both SMS vendors: signed requests, codes per number, limits, the inbox."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.signers import acs3, tc3
from support.partners import CONFIG, Box

TENCENT, ALIYUN = CONFIG["sms"]["tencent"], CONFIG["sms"]["aliyun"]
NUMBER = "+8613900000001"


@pytest.fixture
def mother(box: Box) -> dict[str, Any]:
    """Who owns the number."""
    return box.person(phone=NUMBER)


def inbox(box: Box, mother: dict[str, Any]) -> list[str]:
    return [sms["text"] for sms in box.do("GET", f"/people/{mother['person_id']}/sms")["messages"]]


def tencent(box: Box, code: str = "123456", secret: str = TENCENT["secret_key"], **change: Any) -> Any:
    now = int(box.do("GET", "/clock")["now"]) + change.pop("late", 0)
    document = {"PhoneNumberSet": [NUMBER], "SmsSdkAppId": TENCENT["sdk_app_id"], "TemplateId": "1000001"}
    document |= {"SignName": TENCENT["sign_name"], "TemplateParamSet": [code], "SessionContext": "job-1"} | change
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "host": "localhost:8900"}
    signature = tc3(secret, headers, "content-type;host", now, body)
    date = datetime.fromtimestamp(now, UTC).date().isoformat()
    credential = f"{TENCENT['secret_id']}/{date}/sms/tc3_request"
    headers |= {"x-tc-action": "SendSms", "x-tc-version": "2021-01-11", "x-tc-timestamp": str(now)}
    headers["authorization"] = (
        f"TC3-HMAC-SHA256 Credential={credential}, SignedHeaders=content-type;host, Signature={signature}"
    )
    answer = box.http.post("/sms/tencent/", content=body, headers=headers).json()["Response"]
    return answer["Error"]["Code"] if "Error" in answer else answer["SendStatusSet"][0]["Code"]


def aliyun(box: Box, nonce: str, secret: str = ALIYUN["access_key_secret"], **change: str) -> Any:
    date = datetime.fromtimestamp(box.do("GET", "/clock")["now"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"PhoneNumbers": NUMBER, "SignName": ALIYUN["sign_name"], "TemplateCode": "SMS_100000001"}
    query |= {"TemplateParam": '{"code":"654 321"}'} | change
    headers = {
        "host": "dysmsapi.aliyuncs.com",
        "x-acs-action": "SendSms",
        "x-acs-version": "2017-05-25",
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
    }
    names = ";".join(sorted(headers))
    signature = acs3(secret, "POST", list(query.items()), headers, names)
    headers["authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={ALIYUN['access_key_id']},SignedHeaders={names},Signature={signature}"
    )
    pairs = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in query.items())
    return box.http.post(f"/sms/aliyun/?{pairs}", headers=headers).json()["Code"]


def test_tencent_delivers_and_limits(box: Box, mother: dict[str, Any]) -> None:
    assert [tencent(box), tencent(box)] == ["Ok", "LimitExceeded.PhoneNumberThirtySecondLimit"]
    assert inbox(box, mother) == ["【示例签名】您的验证码是123456，5分钟内有效。请勿告诉他人。"]
    box.switch(sms__tencent_daily_limit=2)
    assert [tencent(box, "222222"), tencent(box, "333333")] == ["Ok", "LimitExceeded.PhoneNumberDailyLimit"]
    box.advance(86400)
    assert tencent(box, "444444") == "Ok"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "wrong"}, "AuthFailure.SignatureFailure"),
        ({"late": -400}, "AuthFailure.SignatureExpire"),
        ({"SmsSdkAppId": "1"}, "UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
        ({"SignName": "别人"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"TemplateId": "9"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        ({"TemplateParamSet": []}, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        ({"PhoneNumberSet": ["+8612345"]}, "InvalidParameterValue.IncorrectPhoneNumber"),
    ],
)
def test_tencent_refuses(box: Box, mother: dict[str, Any], change: dict[str, Any], code: str) -> None:
    assert tencent(box, **change) == code
    assert inbox(box, mother) == []


def test_aliyun_delivers_and_limits(box: Box, mother: dict[str, Any]) -> None:
    assert [aliyun(box, "n1"), aliyun(box, "n2")] == ["OK", "isv.BUSINESS_LIMIT_CONTROL"]
    assert inbox(box, mother) == ["【示例签名】您的验证码是654 321，5分钟内有效。请勿告诉他人。"]
    answers = []
    for number in range(5):
        box.advance(61)
        answers.append(aliyun(box, f"later{number}"))
    assert answers == ["OK"] * 4 + ["isv.BUSINESS_LIMIT_CONTROL"]


def test_aliyun_refuses(box: Box, mother: dict[str, Any]) -> None:
    assert aliyun(box, "n1", secret="wrong") == "SignatureDoesNotMatch"
    assert aliyun(box, "n1", TemplateCode="SMS_9") == "isv.SMS_TEMPLATE_ILLEGAL"
    assert aliyun(box, "n1") == "SignatureNonceUsed"
    assert aliyun(box, "n2", PhoneNumbers="123") == "isv.MOBILE_NUMBER_ILLEGAL"
    assert aliyun(box, "n3", SignName="别人") == "isv.SMS_SIGNATURE_ILLEGAL"
    assert aliyun(box, "n4", TemplateParam="{}") == "isv.TEMPLATE_MISSING_PARAMETERS"
    assert inbox(box, mother) == []


def test_a_message_can_be_accepted_and_lost(box: Box, mother: dict[str, Any]) -> None:
    box.switch(sms__deliver=False)
    assert tencent(box) == "Ok"
    assert inbox(box, mother) == []
