"""Tencent Cloud SMS: SendSms with a checked TC3 signature; every number has its own code."""

from __future__ import annotations

import hmac
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from sandbox.faults import Answer, Code
from sandbox.signers import tc3
from sandbox.sms_inbox import CHINA, MOBILE, deliver, hosts, sent, template_of

if TYPE_CHECKING:
    from sandbox.state import World

HOST = "sms.tencentcloudapi.com"
AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})"
)


class Tencent:
    """The vendor of this world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def refuse(self, code: Code, message: str | None = None) -> Answer:
        """A failure of the whole request."""
        words = message or f"{code}"
        return Answer(
            {"Response": {"Error": {"Code": str(code), "Message": words}, "RequestId": self._request_id()}}, code
        )

    def _request_id(self) -> str:
        return f"sandbox-{self._world.ids.token('sms', 20)}"

    def _auth_problem(self, request: Request, body: bytes) -> str:
        settings, headers = self._world.config["sms"]["tencent"], request.headers
        found = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        stamp = headers.get("x-tc-timestamp", "")
        if not found or not stamp.isdecimal():
            return "AuthFailure.SignatureFailure"
        if abs(self._world.clock.now() - int(stamp)) > 300:
            return "AuthFailure.SignatureExpire"
        key_id, scope, signed, signature = found.groups()
        if key_id != settings["secret_id"]:
            return "AuthFailure.SecretIdNotFound"
        day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
        if scope != f"{day}/sms/tc3_request" or not {"content-type", "host"} <= set(signed.split(";")):
            return "AuthFailure.SignatureFailure"
        good = [tc3(settings["secret_key"], one, signed, int(stamp), body) for one in hosts(headers, HOST)]
        return "" if any(hmac.compare_digest(signature, one) for one in good) else "AuthFailure.SignatureFailure"

    async def answer(self, request: Request) -> Answer:
        """One call."""
        raw, settings = await request.body(), self._world.config["sms"]["tencent"]
        problem = self._auth_problem(request, raw)
        if problem:
            return self.refuse(problem)
        if request.headers.get("x-tc-action") != "SendSms" or request.headers.get("x-tc-version") != "2021-01-11":
            return self.refuse("InvalidAction")
        try:
            body = json.loads(raw)
            numbers, params = list(body["PhoneNumberSet"]), [str(one) for one in body.get("TemplateParamSet", [])]
        except (ValueError, KeyError, TypeError):
            return self.refuse("InvalidParameter")
        if body.get("SmsSdkAppId") != settings["sdk_app_id"]:
            return self.refuse("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        statuses = [self._send(str(number), body, params) for number in numbers]
        code = next((one["Code"] for one in statuses if one["Code"] != "Ok"), "Ok")
        return Answer({"Response": {"SendStatusSet": statuses, "RequestId": self._request_id()}}, code)

    def _send(self, phone: str, body: dict[str, Any], params: list[str]) -> dict[str, Any]:
        number = MOBILE.fullmatch(phone)
        code, text = "InvalidParameterValue.IncorrectPhoneNumber", ""
        if number:
            code, text = self._judge(number[1], body, params)
        serial = f"2019:{self._world.ids.random('sms').randrange(10**18)}" if code == "Ok" else ""
        if number and code == "Ok":
            kind = (template_of(self._world.config["sms"]["tencent"], body["TemplateId"]) or ("code",))[0]
            deliver(self._world, "tencent", number[1], body["SignName"], text, params, kind)
            self._world.receipts.note("tencent", number[1], serial, "")
        return {
            "SerialNo": serial,
            "PhoneNumber": f"+86{number[1]}" if number else phone,
            "Fee": int(code == "Ok"),
            "SessionContext": body.get("SessionContext", ""),
            "Code": code,
            "Message": "send success" if code == "Ok" else code,
            "IsoCode": "CN",
        }

    def _judge(self, number: str, body: dict[str, Any], params: list[str]) -> tuple[str, str]:
        settings, now = self._world.config["sms"]["tencent"], self._world.clock.now()
        approved = template_of(settings, body.get("TemplateId"))
        if body.get("SignName") != settings["sign_name"]:
            return "FailedOperation.SignatureIncorrectOrUnapproved", ""
        if approved is None:
            return "FailedOperation.TemplateIncorrectOrUnapproved", ""
        kind, template = approved
        if len(set(re.findall(r"\{(\d+)\}", template))) != len(params):
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", ""
        if any("http" in param for param in params):
            return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", ""
        if kind == "marketing" and not 8 <= datetime.fromtimestamp(now, CHINA).hour < 21:
            return "FailedOperation.MarketingSendTimeConstraint", ""
        text = re.sub(r"\{(\d+)\}", lambda found: params[int(found[1]) - 1], template)
        earlier = sent(self._world, "tencent", number)
        if any(now - sms["at"] < 30 and sms["text"].endswith(f"】{text}") for sms in earlier):
            return "LimitExceeded.PhoneNumberThirtySecondLimit", ""
        today = datetime.fromtimestamp(now, CHINA).date()
        count = sum(datetime.fromtimestamp(sms["at"], CHINA).date() == today for sms in earlier)
        if count >= self._world.switches["sms.tencent_daily_limit"]:
            return "LimitExceeded.PhoneNumberDailyLimit", ""
        return "Ok", text
