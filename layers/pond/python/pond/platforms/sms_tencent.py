"""Tencent Cloud's SendSms (2021-01-11), signed with TC3-HMAC-SHA256.

What always holds: exactly the bytes that are sent are signed; the signature's date is UTC; the one number's own code
counts, not the request's.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pond.kernel import clock
from pond.kernel.settings import secret, settings
from pond.platforms import http
from pond.platforms.calls import misconfigured
from pond.platforms.errors import PartnerBusy
from pond.platforms.model_sms import Sent, SmsOutcome, Template

PARTNER = "sms_tencent"
URL = "https://sms.tencentcloudapi.com"
_CONTENT_TYPE = "application/json"
_BUSY = ("InternalError", "RequestLimitExceeded")
_THESE_WORDS = (
    "FailedOperation.ContainSensitiveWord",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "InvalidParameterValue.TemplateParameterLengthLimit",
)
_THIS_NUMBER = ("FailedOperation.PhoneNumberInBlacklist", "InvalidParameterValue.IncorrectPhoneNumber")


def send(phone_e164: str, template: Template, parameters: Mapping[str, str], reference: str) -> Sent:
    """Send an approved template; its variables have numbers, so the parameters go in the template's order."""
    account = secret("sms")
    url = settings().sms_url or URL
    body = http.encode_json(
        {
            "PhoneNumberSet": [phone_e164],
            "SmsSdkAppId": account["sdk_app_id"],
            "TemplateId": template.code,
            "SignName": account["sign_name"],
            "TemplateParamSet": [parameters[name] for name in template.parameters],
            "SessionContext": reference,
        }
    )
    at, host = clock.now(), urlsplit(url).netloc
    reply = http.send(
        PARTNER,
        "POST",
        f"{url}/",
        body=body,
        headers={
            "Authorization": authorization(account["secret_id"], account["secret_key"], host, body, at),
            "Content-Type": _CONTENT_TYPE,
            "Host": host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(int(at.timestamp())),
            "X-TC-Region": account.get("region") or "ap-guangzhou",
        },
        idempotent=False,
    )
    return _outcome(reply.data.get("Response") or {})


def authorization(secret_id: str, secret_key: str, host: str, body: bytes, at: datetime) -> str:
    """The `Authorization` header for a POST of `body` to `/` of that host at that time."""
    timestamp = str(int(at.timestamp()))
    date = clock.from_epoch(int(timestamp)).date().isoformat()
    signed = "content-type;host"
    canonical = f"POST\n/\n\ncontent-type:{_CONTENT_TYPE}\nhost:{host}\n\n{signed}\n{_sha256(body)}"
    scope = f"{date}/sms/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{_sha256(canonical.encode())}"
    key = f"TC3{secret_key}".encode()
    for part in (date, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={signed}, Signature={signature}"


def _outcome(response: dict[str, Any]) -> Sent:
    if "Error" in response:
        return Sent(_refusal(str(response["Error"].get("Code"))))
    status = (response.get("SendStatusSet") or [{}])[0]
    if status.get("Code") == "Ok":
        return Sent(SmsOutcome.ACCEPTED, str(status.get("SerialNo") or ""))
    return Sent(_refusal(str(status.get("Code"))))


def _refusal(code: str) -> SmsOutcome:
    if code.startswith(_BUSY):
        raise PartnerBusy(PARTNER, 0, code)
    if code.startswith("LimitExceeded."):
        return SmsOutcome.LIMITED
    if code == "FailedOperation.MarketingSendTimeConstraint":
        return SmsOutcome.QUIET
    if code in _THIS_NUMBER:
        return SmsOutcome.REFUSED
    misconfigured(PARTNER, code)
    return SmsOutcome.REFUSED if code in _THESE_WORDS else SmsOutcome.MISCONFIGURED


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
