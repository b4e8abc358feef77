"""The call vendor, `/calls/callees`: a campaign made in its console calls everybody who is put into it, once.

What always holds: who signs wrongly puts nobody in; an `out_id` that is there already is a duplicate and not called
again; a request that was taken stands, also when its answer is lost.
"""

from __future__ import annotations

import hmac
import json
import re
import time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.control_http import route
from sandbox.faults import Answer, Code, Cut, play
from sandbox.signers import called

if TYPE_CHECKING:
    from sandbox.state import World

ENDPOINTS = ["/callees"]
CALLEES_MAX = 1000
CLOCKS_APART_SECONDS = 300
_MOBILE = re.compile(r"1[3-9]\d{9}")


class Dialler:
    """Who is called, the oldest first, and how that ended."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.made: list[dict[str, Any]] = []
        self._nonces: set[str] = set()

    def answer(self, headers: dict[str, str], raw: bytes) -> Answer:
        """Take callees, as the vendor's console was told to."""
        if problem := self._problem(headers, raw):
            return refusal(problem)
        try:
            body = json.loads(raw)
            campaign, callees = body["task_id"], [(str(one["phone"]), str(one["out_id"])) for one in body["callees"]]
        except (ValueError, KeyError, TypeError):
            return refusal("format")
        if campaign != self._world.config["calls"]["campaign_id"]:
            return refusal("campaign")
        if not 1 <= len(callees) <= CALLEES_MAX:
            return refusal("format")
        if self._world.switches.spend("calls.busy_next"):
            return refusal("busy")
        reasons = {out_id: self._take(phone, out_id) for phone, out_id in callees}
        rejected = [{"out_id": out_id, "reason": reason} for out_id, reason in reasons.items() if reason]
        accepted = [out_id for out_id, reason in reasons.items() if not reason]
        return Answer({"code": 0, "message": "ok", "accepted": accepted, "rejected": rejected})

    def _problem(self, headers: dict[str, str], raw: bytes) -> str:
        account = self._world.config["calls"]
        stamp, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
        good = called(account["secret"], headers, raw)
        # Real time: it is about the machines' clocks, not about what the partners' rules count in.
        fresh = stamp.isdecimal() and abs(time.time() - int(stamp)) <= CLOCKS_APART_SECONDS
        if headers.get("x-key") != account["key"] or not hmac.compare_digest(good, headers.get("x-sign", "")):
            return "signature"
        if not fresh or not nonce or nonce in self._nonces:
            return "signature"
        self._nonces.add(nonce)
        return ""

    def _take(self, phone: str, out_id: str) -> str:
        """Call somebody; why not, if so."""
        switches = self._world.switches
        if not _MOBILE.fullmatch(phone):
            return "format"
        if any(one["out_id"] == out_id for one in self.made):
            return "duplicate"
        if switches.spend("calls.refuse_next"):
            return "blacklist"
        call = {"call_id": self._world.ids.next("t"), "at": self._world.clock.now(), "out_id": out_id}
        call |= {"phone": f"{phone[:3]}****{phone[-4:]}", "state": "ringing"}
        self.made.append(call)
        self._world.courier.later(switches["calls.ring_seconds"], lambda: self._end(call))
        self._world.stream.tell("dialled")
        return ""

    async def _end(self, call: dict[str, Any]) -> None:
        call["state"] = self._world.switches["calls.ends"]
        self._world.stream.tell("dialled")


def refusal(code: Code, message: str | None = None) -> Answer:
    """Nobody was taken, and why."""
    return Answer({"code": code, "message": message or str(code), "accepted": [], "rejected": []}, code)


def routes(world: World) -> list[BaseRoute]:
    """The vendor's one endpoint, and the list for the page."""

    async def work(request: Request) -> Answer:
        return world.dialler.answer(dict(request.headers), await request.body())

    async def callees(request: Request) -> Response:
        began = time.monotonic()

        def log(code: Code) -> None:
            world.log_call("calls", ENDPOINTS[0], code, time.monotonic() - began)

        def respond(answer: Answer) -> Response:
            silent = answer.body.get("accepted") and world.switches.spend("calls.silence_next")
            return Cut() if silent else JSONResponse(answer.body, status_code=answer.status)

        return await play(world.faults, "calls", ENDPOINTS[0], request, work, refusal, log, respond)

    async def made(request: Request) -> Any:
        return {"calls": world.dialler.made[::-1]}

    return [Route("/calls/callees", callees, methods=["POST"]), route("GET", "/dialled", made)]
