"""`/h5/*`: the brand's own domain in front of Pond's API, so that pages, cookies and the phone share one origin.

What always holds: each account has its own cookies, as each real phone has. In a browser that holds several phones they
stand side by side as `name.account`; Pond sees and sets the plain names, and only those of the account in hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.callbacks import reachable
from sandbox.official_oauth import COOKIE

if TYPE_CHECKING:
    from sandbox.state import World

# connection matters of one hop, and what httpx or Starlette write themselves
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"}
NOT_SENT = HOP | {"host", "content-length", "accept-encoding"}
NOT_RETURNED = HOP | {"content-length", "content-encoding", "date", "server"}
SECONDS = 30.0
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def routes(world: World) -> list[BaseRoute]:
    """The proxy."""

    async def forward(request: Request) -> Response:
        return await _forward(world, request)

    return [Route("/h5", forward, methods=METHODS), Route("/h5/{path:path}", forward, methods=METHODS)]


async def _forward(world: World, request: Request) -> Response:
    target = world.config["h5_target"].rstrip("/")
    if not target:
        return PlainTextResponse("no H5 target is set\n", status_code=502)
    # the raw path: an encoded slash or Chinese letter must arrive as it was sent
    path = request.scope["raw_path"].decode().partition("?")[0].removeprefix("/h5")
    query = request.scope["query_string"].decode()
    url, host = reachable(target + (path or "/") + (f"?{query}" if query else ""))
    try:
        answer = await world.client.request(
            request.method,
            url,
            content=await request.body(),
            headers=_sent(world, request) + list(host.items()),
            timeout=SECONDS,
        )
    except httpx.HTTPError as error:
        return PlainTextResponse(f"the H5 target does not answer: {type(error).__name__}\n", status_code=502)
    response = Response(answer.content, status_code=answer.status_code)
    kept = [(name.lower(), value) for name, value in answer.headers.raw if name.decode().lower() not in NOT_RETURNED]
    account_id = request.cookies.get(COOKIE, "")
    if account_id in world.people.accounts:
        kept = [(name, _owned(value, account_id) if name == b"set-cookie" else value) for name, value in kept]
    own = [(name, value) for name, value in response.raw_headers if name == b"content-length"]
    response.raw_headers = [*kept, *own]
    return response


def _owned(set_cookie: bytes, account_id: str) -> bytes:
    name, _, rest = set_cookie.partition(b"=")
    return name + f".{account_id}=".encode() + rest


def _cookies(world: World, header: str, account_id: str) -> list[str]:
    """The cookies of the account in hand, by their plain names, and those that are nobody's."""
    cookies = []
    for one in header.split("; ") if header else []:
        name, _, value = one.partition("=")
        plain, _, owner = name.rpartition(".")
        if plain and owner in world.people.accounts:
            if owner == account_id:
                cookies.append(f"{plain}={value}")
        elif name != COOKIE:
            cookies.append(one)
    return cookies


def _sent(world: World, request: Request) -> list[tuple[str, str]]:
    headers = [(name, value) for name, value in request.headers.items() if name not in NOT_SENT]
    cookies = _cookies(world, request.headers.get("cookie", ""), request.cookies.get(COOKIE, ""))
    headers = [(name, value) for name, value in headers if name not in ("cookie", "x-forwarded-for")]
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    caller = request.client.host if request.client else "127.0.0.1"
    before = request.headers.get("x-forwarded-for")
    return [
        *headers,
        ("x-forwarded-for", f"{before}, {caller}" if before else caller),
        ("x-forwarded-host", request.headers.get("host", "")),
        ("x-forwarded-proto", request.url.scheme),
    ]
