"""Puts the partners, the proxy, the control API and the page into one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox import (
    control_mass,
    control_phone,
    control_shop,
    control_staff,
    control_stage,
    dialling,
    media,
    official_account,
    official_oauth,
    pictures,
    proxy,
    sms,
    wecom,
    youzan,
)
from sandbox.state import World

PAGE = Path(__file__).with_name("page")


def create_app(
    config: dict[str, Any], *, seed: int | None = None, client: httpx.AsyncClient | None = None
) -> Starlette:
    """The whole sandbox. `client` makes the calls to Pond (tests put an ASGI transport there)."""
    client = client or httpx.AsyncClient(trust_env=False, timeout=60.0, limits=httpx.Limits(max_connections=64))
    world = World(config, client=client, seed=seed)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        world.courier.forget()
        await client.aclose()

    account_routes, account_endpoints = official_account.routes(world)
    wecom_routes, wecom_endpoints = wecom.routes(world)
    shop_routes, shop_endpoints = youzan.routes(world)
    endpoints = {
        "official_account": account_endpoints,
        "wecom": wecom_endpoints,
        "youzan": shop_endpoints,
        "sms": sms.ENDPOINTS,
        "calls": dialling.ENDPOINTS,
    }
    routes: list[BaseRoute] = [
        *account_routes,
        *wecom_routes,
        *shop_routes,
        *sms.routes(world),
        *dialling.routes(world),
        *official_oauth.routes(world),
        *media.routes(world),
        *control_mass.routes(world),
        *control_phone.routes(world),
        *control_shop.routes(world),
        *control_staff.routes(world),
        *control_stage.routes(world, endpoints),
        *proxy.routes(world),
        Route("/qr", pictures.any_text, methods=["GET"]),
    ]
    if PAGE.is_dir():
        routes += [
            Mount("/page", StaticFiles(directory=PAGE)),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.stream = world.stream
    return app
