"""The SMS vendors, `/sms/tencent` and `/sms/aliyun`: signatures checked, numbers limited, messages put into the inbox.

The signed path is `/`; the signed host is the Host that arrived (Pond signs for the address it calls) or the vendor's.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import Answer, Code, play
from sandbox.sms_aliyun import Aliyun
from sandbox.sms_tencent import Tencent

if TYPE_CHECKING:
    from sandbox.state import World

ENDPOINTS = ["/tencent", "/aliyun"]


def routes(world: World) -> list[BaseRoute]:
    """Both vendors, with and without a slash at the end."""
    vendors: dict[str, Tencent | Aliyun] = {"/tencent": Tencent(world), "/aliyun": Aliyun(world)}
    made: list[BaseRoute] = []
    for endpoint, vendor in vendors.items():
        handle = _endpoint(world, endpoint, vendor.answer, vendor.refuse)
        made += [Route(f"/sms{endpoint}{end}", handle, methods=["GET", "POST"]) for end in ("", "/")]
    return made


def _endpoint(
    world: World,
    endpoint: str,
    work: Callable[[Request], Awaitable[Answer]],
    refuse: Callable[[Code, str | None], Answer],
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        began = time.monotonic()

        def log(code: Code) -> None:
            world.log_call("sms", endpoint, code, time.monotonic() - began)

        def respond(answer: Answer) -> Response:
            return JSONResponse(answer.body, status_code=answer.status)

        return await play(world.faults, "sms", endpoint, request, work, refuse, log, respond)

    return handle
