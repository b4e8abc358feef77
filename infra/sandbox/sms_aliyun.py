"""Alibaba Cloud SMS: SendSms with a checked ACS3 signature and a nonce that serves once."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request

from sandbox.faults import Answer, Code
from sandbox.signers import acs3
from sandbox.sms_inbox import MOBILE, deliver, hosts, sent, template_of

if TYPE_CHECKING:
    from sandbox.state import World

HOST = "dysmsapi.aliyuncs.com"
AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
LIMITS = {  # seconds, messages of one signature to one number
    "code": ((60, 1), (3600, 5), (86400, 10)),
    "notice": ((86400, 50),),
    "marketing": ((86400, 50),),
}


class Aliyun:
    """The vendor of this world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def refuse(self, code: Code, message: str | None = None, status: int = 200) -> Answer:
        """A failure; those of the request itself come with an HTTP status of 4xx."""
        body = {"Code": str(code), "Message": message or str(code), "RequestId": self._world.ids.token("sms", 32)}
        if status != 200:
            body |= {"HostId": HOST, "Recommend": ""}
        return Answer(body, code, status)

    def _auth_problem(self, request: Request, body: bytes) -> str:
        settings, headers = self._world.config["sms"]["aliyun"], request.headers
        found = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if not found:
            return "IncompleteSignature"
        key_id, signed, signature = found.groups()
        if key_id != settings["access_key_id"]:
            return "InvalidAccessKeyId.NotFound"
        try:
            date = datetime.strptime(headers.get("x-acs-date", ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            return "InvalidTimeStamp.Format"
        if abs(self._world.clock.now() - date.timestamp()) > 900:
            return "InvalidTimeStamp.Expired"
        must = {"host", *(name for name in headers if name.startswith("x-acs-"))}
        if (
            not must <= set(signed.split(";"))
            or headers.get("x-acs-content-sha256") != hashlib.sha256(body).hexdigest()
        ):
            return "SignatureDoesNotMatch"
        query = list(request.query_params.multi_items())
        good = [acs3(settings["access_key_secret"], request.method, query, one, signed) for one in hosts(headers, HOST)]
        if not any(hmac.compare_digest(signature, one) for one in good):
            return "SignatureDoesNotMatch"
        nonce = headers.get("x-acs-signature-nonce", "")
        if not nonce or nonce in self._world.nonces:
            return "SignatureNonceUsed"
        self._world.nonces.add(nonce)
        return ""

    async def answer(self, request: Request) -> Answer:
        """One call: parameters in the query."""
        body = await request.body()
        problem = self._auth_problem(request, body)
        if problem:
            return self.refuse(problem, status=404 if problem.endswith("NotFound") else 400)
        if request.headers.get("x-acs-action") != "SendSms" or request.headers.get("x-acs-version") != "2017-05-25":
            return self.refuse("InvalidAction.NotFound", status=404)
        query, settings = request.query_params, self._world.config["sms"]["aliyun"]
        numbers = [MOBILE.fullmatch(number) for number in query.get("PhoneNumbers", "").split(",")]
        if query.get("SignName") != settings["sign_name"]:
            return self.refuse("isv.SMS_SIGNATURE_ILLEGAL")
        approved = template_of(settings, query.get("TemplateCode"))
        if approved is None:
            return self.refuse("isv.SMS_TEMPLATE_ILLEGAL")
        kind, template = approved
        try:
            params = {name: str(value) for name, value in json.loads(query.get("TemplateParam") or "{}").items()}
        except (ValueError, AttributeError):
            return self.refuse("isv.INVALID_JSON_PARAM")
        if set(re.findall(r"\$\{(\w+)\}", template)) - set(params):
            return self.refuse("isv.TEMPLATE_MISSING_PARAMETERS")
        good = [number[1] for number in numbers if number]
        if len(good) != len(numbers):
            return self.refuse("isv.MOBILE_NUMBER_ILLEGAL")
        if any(self._too_many(number, kind) for number in good):
            return self.refuse("isv.BUSINESS_LIMIT_CONTROL")
        text = re.sub(r"\$\{(\w+)\}", lambda found: params[found[1]], template)
        ids = self._world.ids
        biz_id = f"{ids.random('sms').randrange(10**18)}^0"
        for number in good:
            deliver(self._world, "aliyun", number, settings["sign_name"], text, list(params.values()), kind)
            self._world.receipts.note("aliyun", number, biz_id, query.get("OutId", ""))
        return Answer({"Code": "OK", "Message": "OK", "RequestId": ids.token("sms", 32), "BizId": biz_id}, "OK")

    def _too_many(self, number: str, kind: str) -> bool:
        now = self._world.clock.now()
        times = [sms["at"] for sms in sent(self._world, "aliyun", number) if sms["kind"] == kind]
        return any(sum(now - at < seconds for at in times) >= most for seconds, most in LIMITS[kind])
