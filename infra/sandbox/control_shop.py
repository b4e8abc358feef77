"""The control API of the shop: goods, orders and what buyer and seller do with them, and the pushes on their way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.control_http import Refused, fields, missing, need, route
from sandbox.youzan_orders import GOODS, POSTAGE_FEN, Sold, WrongStep

if TYPE_CHECKING:
    from sandbox.people import Account
    from sandbox.state import World

PAGE = Path(__file__).with_name("page") / "shop.html"


def routes(world: World) -> list[BaseRoute]:
    """All routes of this part."""
    control = _Control(world)
    return [
        route("GET", "/shop", control.shown),
        route("GET", "/shop/pushes", control.pushes),
        route("POST", "/shop/pushes/{push_id}/repeat", control.repeat),
        route("POST", "/shop/test", control.test),
        route("POST", "/accounts/{account_id}/orders", control.order, 201),
        route("POST", "/accounts/{account_id}/card", control.card, 201),
        route("POST", "/shop/orders/{tid}/ship", control.ship),
        *(
            route("POST", f"/shop/orders/{{tid}}/{step}", control.step(step))
            for step in ("pay", "confirm", "cancel", "close")
        ),
        route("POST", "/shop/orders/{tid}/refund", control.refund("refund"), 201),
        route("POST", "/shop/orders/{tid}/refunds", control.refund("ask"), 201),
        *(
            route("POST", f"/shop/orders/{{tid}}/refunds/{{refund_id}}/{step}", control.answered(step))
            for step in ("agree", "refuse", "withdraw")
        ),
        Route("/shop", _page, methods=["GET"]),
        Route("/shop/{path:path}", _page, methods=["GET"]),
    ]


async def _page(request: Request) -> Response:
    """The mother's shop, an H5 page: whose it is the cookie says, and which part of it its address."""
    return FileResponse(PAGE, headers={"cache-control": "no-cache"})


def _shown(sold: Sold) -> dict[str, Any]:
    return {
        "tid": sold.tid,
        "account_id": sold.account_id,
        "status": sold.status,
        "virtual": sold.virtual,
        "created": sold.created,
        "paid": sold.paid,
        "sent": sold.sent,
        "received": sold.received,
        "closed": sold.closed,
        "post_fen": sold.post_fen,
        "payment_fen": sold.payment_fen,
        "refunded_fen": sold.refunded_fen,
        "left_fen": sold.left_fen if sold.paid else 0,
        "items": sold.items,
        "refunds": list(sold.refunds.values()),
    }


class _Control:
    def __init__(self, world: World) -> None:
        self._world = world

    async def shown(self, request: Request) -> Any:
        orders = [_shown(sold) for sold in self._world.shop.orders.values()]
        stopped = self._world.shop.pusher.breaker.open
        return {"goods": GOODS, "postage_fen": POSTAGE_FEN, "orders": orders, "stopped": stopped}

    async def pushes(self, request: Request) -> Any:
        limit = request.query_params.get("limit", "200")
        if not limit.isdecimal():
            raise Refused("wrong_type", "limit must be a number")
        return {"pushes": list(self._world.shop.pusher.log)[::-1][: int(limit)]}

    async def repeat(self, request: Request) -> Any:
        for entry in self._world.shop.pusher.log:
            if entry["push_id"] == request.path_params["push_id"]:
                self._world.shop.pusher.bring(entry)
                return {"outcome": "queued"}
        raise missing("push")

    async def test(self, request: Request) -> Any:
        """The console's button: a push that is not to be booked."""
        now = self._world.clock.seconds()
        self._world.shop.pusher.push("trade_TradeSuccess", "E-test", "TRADE_SUCCESS", now, {"tid": "E-test"}, test=True)
        return {"outcome": "queued"}

    async def order(self, request: Request) -> Any:
        given = await fields(request, items=list)
        need(given, "items")
        account = self._account(request)
        try:
            wanted = [(int(item["item_id"]), int(item.get("num", 1))) for item in given["items"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Refused("wrong_type", "items are [{item_id, num?}]") from error
        return self._tried(lambda: _shown(self._world.shop.order(account, wanted)))

    def step(self, name: str) -> Callable[[Request], Any]:
        async def take(request: Request) -> Any:
            sold = self._sold(request)
            self._tried(lambda: getattr(self._world.shop, name)(sold))
            return _shown(sold)

        return take

    async def ship(self, request: Request) -> Any:
        given = await fields(request, oids=list)
        sold = self._sold(request)
        oids = [str(oid) for oid in given["oids"]] if "oids" in given else None
        self._tried(lambda: self._world.shop.ship(sold, oids))
        return _shown(sold)

    def refund(self, step: str) -> Callable[[Request], Any]:
        async def take(request: Request) -> Any:
            given = await fields(request, fen=int, oid=str)
            need(given, "fen", "oid")
            sold = self._sold(request)
            refund_id = self._tried(lambda: getattr(self._world.shop, step)(sold, given["fen"], given["oid"]))
            return _shown(sold) | {"refund_id": refund_id}

        return take

    def answered(self, step: str) -> Callable[[Request], Any]:
        async def take(request: Request) -> Any:
            sold = self._sold(request)
            self._tried(lambda: getattr(self._world.shop, step)(sold, request.path_params["refund_id"]))
            return _shown(sold)

        return take

    async def card(self, request: Request) -> Any:
        """One of the goods as a card in her chat with the account, as staff would send it."""
        given = await fields(request, item_id=int)
        account = self._account(request)
        good = next((one for one in GOODS if one["item_id"] == given.get("item_id")), None)
        if good is None:
            raise missing("goods")
        url = f"{self._world.origin}/shop/goods/{good['item_id']}"
        return self._world.chat(account, "account", "news", good["brief"], title=good["title"], url=url, via="custom")

    def _account(self, request: Request) -> Account:
        account = self._world.people.accounts.get(request.path_params["account_id"])
        if account is None:
            raise missing("account")
        return account

    def _sold(self, request: Request) -> Sold:
        sold = self._world.shop.orders.get(request.path_params["tid"])
        if sold is None:
            raise missing("order")
        return sold

    def _tried(self, work: Callable[[], Any]) -> Any:
        try:
            done = work()
        except WrongStep as error:
            raise Refused("wrong_step", f"not possible now: {error}", 409) from error
        self._world.stream.tell("shop")
        return done
