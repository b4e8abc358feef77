"""What the official account's and WeCom's APIs have in common: JSON in and out, `errcode`, tokens, source addresses."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import Answer, Code, play
from sandbox.media import Part, part_of

if TYPE_CHECKING:
    from sandbox.state import World
    from sandbox.tokens import Tokens

ESCAPED = re.compile(rb"\\u[0-9a-fA-F]{4}")
Json = dict[str, Any]
Call = Callable[[Json, dict[str, str]], Answer]
Take = Callable[[Part | None, dict[str, str]], Answer]

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid file size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40029: "invalid code",
    40033: "invalid charset: unicode escapes are not allowed",
    40037: "invalid template_id",
    40058: "invalid parameter",
    40063: "some parameters are empty or too long",
    40096: "invalid external userid",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    41005: "media data missing",
    41008: "missing code",
    42001: "access_token expired",
    42003: "code expired",
    43004: "require subscribe",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    47003: "argument invalid",
    60020: "not allow to access from your ip",
    41048: "no customer to send",
    41063: "the task is being dispatched, try later",
    41064: "too many attachments",
    41093: "the task has been cancelled",
    41094: "reminded too often",
    86214: "invalid attachment type",
    41050: "welcome code is expired",
    41051: "already welcomed or chatting",
    41096: "another app is sending the welcome",
    41091: "too many chat_id",
    86003: "chat not exist",
}


def refusal(code: Code, message: str | None = None) -> Answer:
    """An errcode answer."""
    text = message or MESSAGES.get(int(code), "refused")
    return Answer({"errcode": int(code), "errmsg": text}, int(code))


def done(**fields: Any) -> Answer:
    """A good answer."""
    return Answer({"errcode": 0, "errmsg": "ok", **fields})


class Api:
    """Makes routes of one platform: each call checks the caller and the token, then does its work."""

    def __init__(self, world: World, platform: str, prefix: str) -> None:
        self._world = world
        self._platform = platform
        self._prefix = prefix
        self._requests = 0
        self.endpoints: list[str] = []

    def route(
        self, method: str, endpoint: str, call: Call, families: Callable[[], list[Tokens]] | None = None
    ) -> Route:
        """One endpoint. `call(body, query)` answers; `families` are the tokens it accepts (None: needs none)."""
        self.endpoints.append(endpoint)

        async def work(request: Request) -> Answer:
            query = dict(request.query_params)
            problem = self._problem(request, endpoint, query, families)
            if problem:
                return refusal(problem)
            raw = await request.body()
            if method == "POST" and self._platform == "wecom" and ESCAPED.search(raw):
                return refusal(40033)
            try:
                body = json.loads(raw) if method == "POST" else {}
            except ValueError:
                return refusal(47001)
            try:
                return call(body, query) if isinstance(body, dict) else refusal(47001)
            except (TypeError, AttributeError):  # a field of another shape than documented
                return refusal(47001)

        return Route(self._prefix + endpoint, self._endpoint(endpoint, work), methods=[method])

    def upload(self, endpoint: str, call: Take, families: Callable[[], list[Tokens]]) -> Route:
        """An endpoint to which a file is posted: `call(part, query)` answers."""
        self.endpoints.append(endpoint)

        async def work(request: Request) -> Answer:
            query = dict(request.query_params)
            problem = self._problem(request, endpoint, query, families)
            if problem:
                return refusal(problem)
            return call(part_of(request.headers.get("content-type", ""), await request.body()), query)

        return Route(self._prefix + endpoint, self._endpoint(endpoint, work), methods=["POST"])

    def _problem(
        self,
        request: Request,
        endpoint: str,
        query: dict[str, str],
        families: Callable[[], list[Tokens]] | None,
    ) -> int:
        problem = self._caller_problem(request) or (self._token_problem(query, families()) if families else 0)
        return problem or self._quota_problem(endpoint)

    def _quota_problem(self, endpoint: str) -> int:
        most, now = self._world.switches[f"{self._platform}.calls_per_minute"], self._world.clock.now()
        return 0 if self._world.quotas.take(self._prefix + endpoint, most, now) else 45009

    def _endpoint(
        self, endpoint: str, work: Callable[[Request], Awaitable[Answer]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            began = time.monotonic()

            def log(code: Code) -> None:
                self._world.log_call(self._platform, endpoint, code, time.monotonic() - began)

            def respond(answer: Answer) -> Response:
                return JSONResponse(self._signed_off(answer.body, request), status_code=answer.status)

            return await play(self._world.faults, self._platform, endpoint, request, work, refusal, log, respond)

        return handle

    def _signed_off(self, body: Json, request: Request) -> Json:
        """Errors end as the real ones do, with an id worth logging."""
        if not body.get("errcode"):
            return body
        self._requests += 1
        if self._platform == "wecom":
            hint = f"hint: [{self._world.clock.seconds()}_{self._requests}_sandbox], from ip: {_ip(request)}"
            return body | {
                "errmsg": f"{body['errmsg']}, {hint}, more info at https://open.work.weixin.qq.com/devtool/query?e={body['errcode']}"
            }
        return body | {"errmsg": f"{body['errmsg']} rid: {self._world.clock.seconds():08x}-sandbox-{self._requests}"}

    def _caller_problem(self, request: Request) -> int:
        allowed = self._world.switches[f"{self._platform}.allowed_ips"]
        if not allowed or _ip(request) in [ip.strip() for ip in allowed.split(",")]:
            return 0
        return 60020 if self._platform == "wecom" else 40164

    @staticmethod
    def _token_problem(query: dict[str, str], families: list[Tokens]) -> int:
        value = query.get("access_token", "")
        if not value:
            return 41001
        problems = [family.problem(value) for family in families]
        return 0 if 0 in problems else max(problems)


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""
