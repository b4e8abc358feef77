"""A sandbox in this process, with a receiver in Pond's place that remembers what it is sent and answers as told."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.app import create_app
from sandbox.config import load
from support.partners import Box, Http, Push


@pytest.fixture
def box() -> Iterator[Box]:
    """A fresh, seeded sandbox whose callbacks reach the receiver."""
    box: Box

    async def callback(request: Request) -> Response:
        if request.method == "GET":
            return Response(box.answers.pop(0)[2] if box.answers else request.query_params["echostr"])
        query = dict(request.query_params)
        body, headers = (await request.body()).decode(), dict(request.headers)
        box.pushes.append(Push(request.path_params["platform"], query, body, headers))
        seconds, status, body = box.answers.pop(0) if box.answers else (0, 200, "success")
        await asyncio.sleep(seconds)
        return Response(body, status_code=status)

    async def page(request: Request) -> Response:
        seen = {"path": request.url.path, "query": request.url.query, "headers": dict(request.headers)}
        answer = JSONResponse(seen, status_code=201)
        answer.set_cookie("one", "1")
        answer.set_cookie("two", "2")
        return answer

    receiver = Starlette(
        routes=[
            Route("/callback/{platform}", callback, methods=["GET", "POST"]),
            Route("/local/{path:path}", page, methods=["GET", "POST"]),
        ]
    )
    config = load()
    config["h5_target"] = "http://pond/local"
    for platform in ("official_account", "wecom", "youzan"):
        config[platform]["callback_url"] = f"http://pond/callback/{platform}"
    for vendor in ("tencent", "aliyun"):
        config["sms"][vendor]["callback_url"] = f"http://pond/callback/{vendor}"
    client = httpx.AsyncClient(transport=httpx.ASGITransport(receiver))
    app = httpx.ASGITransport(create_app(config, seed=7, client=client), raise_app_exceptions=False)
    with start_blocking_portal() as portal:
        box = Box(Http(portal, httpx.AsyncClient(transport=app, base_url="http://localhost:8900")))
        box.do("POST", "/clock", now=1_795_400_000, freeze=True)  # an afternoon in China; only `advance` moves it
        box.switch(wecom__half_confirm_seconds=0, wecom__group_lag_seconds=0)
        for platform in ("official_account", "wecom"):
            box.switch(**{f"{platform}__callback_retry_seconds": 0, f"{platform}__callback_timeout_seconds": 0.1})
        yield box
