"""Faults that testers order: a delay, an error code, or an answer cut off after the effect, per platform and endpoint.

`play` runs every partner endpoint, so that faults, source addresses and the log of calls are the same for all.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Code = int | str


@dataclass
class Fault:
    """Applies to `endpoint` ("*": all of the platform) so many `times` (None: until removed)."""

    fault_id: str
    platform: str
    endpoint: str
    delay_seconds: float = 0.0
    error: Code | None = None
    message: str | None = None
    drop_answer: bool = False
    times: int | None = None

    def shown(self) -> dict[str, Any]:
        return asdict(self)


class Cut(Response):
    """Begins an answer and ends the connection: the caller can't know whether the call took effect."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"64"), (b"connection", b"close"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self.all: dict[str, Fault] = {}

    def take(self, platform: str, endpoint: str) -> Fault | None:
        """The first fault for this call, counted."""
        for fault in list(self.all.values()):
            if fault.platform == platform and fault.endpoint in ("*", endpoint):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        del self.all[fault.fault_id]
                return fault
        return None


@dataclass(frozen=True)
class Answer:
    """What a partner answers: `code` is what the log of calls shows (0 and "Ok" are good)."""

    body: dict[str, Any]
    code: Code = 0
    status: int = 200


async def play(
    faults: Faults,
    platform: str,
    endpoint: str,
    request: Request,
    work: Callable[[Request], Awaitable[Answer]],
    refuse: Callable[[Code, str | None], Answer],
    log: Callable[[Code], None],
    respond: Callable[[Answer], Response],
) -> Response:
    """Answer one call of a partner's API under the faults in force."""
    fault = faults.take(platform, endpoint)
    if fault and fault.delay_seconds:
        await asyncio.sleep(fault.delay_seconds)
    answer = refuse(fault.error, fault.message) if fault and fault.error is not None else await work(request)
    log(answer.code)
    return Cut() if fault and fault.drop_answer else respond(answer)
