"""Aliyun's SendSms (dysmsapi 2017-05-25), signed with ACS3-HMAC-SHA256.

What always holds: the query that is signed is the query that is sent; each request has a nonce of its own, which makes
it unique but does not make repeating it harmless.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pond.kernel import clock
from pond.kernel.settings import secret, settings
from pond.platforms import http
from pond.platforms.calls import misconfigured
from pond.platforms.errors import PartnerBusy
from pond.platforms.model_sms import Sent, SmsOutcome, Template

PARTNER = "sms_aliyun"
URL = "https://dysmsapi.aliyuncs.com"
_EMPTY = hashlib.sha256(b"").hexdigest()
_LIMITED = {"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"}
_THESE_WORDS = {"isv.INVALID_PARAMETERS"}
_THIS_NUMBER = {"isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT"}


def send(phone_e164: str, template: Template, parameters: Mapping[str, str], reference: str) -> Sent:
    """Send an approved template; its variables have names."""
    account = secret("sms")
    url = settings().sms_url or URL
    query = dict(
        sorted(
            {
                "PhoneNumbers": phone_e164.removeprefix("+86"),
                "SignName": account["sign_name"],
                "TemplateCode": template.code,
                "TemplateParam": http.encode_json({name: parameters[name] for name in template.parameters}).decode(),
                "OutId": reference,
            }.items()
        )
    )
    signed = signed_headers(
        account["access_key_id"],
        account["access_key_secret"],
        urlsplit(url).netloc,
        http.encode_query(query),
        clock.now(),
        secrets.token_hex(16),
    )
    reply = http.send(PARTNER, "POST", f"{url}/", query=query, headers=signed, idempotent=False)
    return _outcome(reply.data)


def signed_headers(key_id: str, key_secret: str, host: str, query: str, at: datetime, nonce: str) -> dict[str, str]:
    """The headers of a POST without a body; `query` is encoded and sorted."""
    headers = {
        "host": host,
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": _EMPTY,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": "2017-05-25",
    }  # in the order they are signed
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{_EMPTY}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return headers | {
        "Authorization": f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"
    }


def _outcome(answer: dict[str, Any]) -> Sent:
    code = str(answer.get("Code"))
    if code == "OK":
        return Sent(SmsOutcome.ACCEPTED, str(answer.get("BizId") or ""))
    return Sent(_refusal(code))


def _refusal(code: str) -> SmsOutcome:
    if code.startswith(("Throttling", "isp.")):
        raise PartnerBusy(PARTNER, 0, code)
    if code in _LIMITED:
        return SmsOutcome.LIMITED
    if code in _THIS_NUMBER:
        return SmsOutcome.REFUSED
    misconfigured(PARTNER, code)
    return SmsOutcome.REFUSED if code in _THESE_WORDS else SmsOutcome.MISCONFIGURED
