"""Youzan's API under `/youzan`: tokens that end in milliseconds, refusals with status 200, details that lag."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import Answer, Code, play
from sandbox.youzan_orders import yuan, yz_open_id

if TYPE_CHECKING:
    from sandbox.state import World

Json = dict[str, Any]
LIFE_SECONDS = 7 * 86400


def gateway(code: Code, message: str | None = None) -> Answer:
    """A refusal of the gateway."""
    error = {"trace_id": "yz7-sandbox-1", "err_msg": message or "refused", "err_code": code}
    return Answer({"gw_err_resp": error}, code)


def done(data: object) -> Answer:
    return Answer({"trace_id": "yz7-sandbox-1", "code": 200, "success": True, "data": data, "message": "successful"})


def refused(code: int, message: str) -> Answer:
    return Answer({"trace_id": "yz7-sandbox-1", "code": code, "success": False, "data": {}, "message": message}, code)


def routes(world: World) -> tuple[list[BaseRoute], list[str]]:
    """The routes, and the endpoints that faults can be set on."""
    calls = _Calls(world)
    apis: dict[str, Callable[[Json], Answer]] = {
        "youzan.trade.get/4.0.2": calls.trade,
        "youzan.trades.sold.get/4.0.4": calls.sold,
        "youzan.trade.refund.get/3.0.1": calls.refund,
        "youzan.trade.refund.search/3.0.1": calls.refunds,
        "youzan.users.info.query/1.0.0": calls.users,
    }

    def endpoint(name: str, work: Callable[[Request], Awaitable[Answer]]) -> Callable[..., Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            began = time.monotonic()
            shown = name or f"/api/{request.path_params['name']}/{request.path_params['version']}"

            def log(code: Code) -> None:
                world.log_call("youzan", shown, code, time.monotonic() - began)

            def respond(answer: Answer) -> Response:
                return JSONResponse(answer.body)

            return await play(world.faults, "youzan", shown, request, work, gateway, log, respond)

        return handle

    async def api(request: Request) -> Answer:
        problem = calls.token_problem(request.query_params.get("access_token"))
        if problem:
            return gateway(problem, "token")
        call = apis.get(f"{request.path_params['name']}/{request.path_params['version']}")
        if call is None:
            return gateway(4005, "no such api")
        try:
            body = json.loads(await request.body())
            return call(body) if isinstance(body, dict) else gateway(4004)
        except ValueError:
            return gateway(4004, "not JSON")
        except (TypeError, AttributeError):
            return gateway(5001, "parameter type")

    made: list[BaseRoute] = [
        Route("/youzan/auth/token", endpoint("/auth/token", calls.token), methods=["POST"]),
        Route("/youzan/api/{name}/{version}", endpoint("", api), methods=["POST"]),
    ]
    return made, ["/auth/token", *(f"/api/{name}" for name in apis)]


class _Calls:
    def __init__(self, world: World) -> None:
        self._world = world

    async def token(self, request: Request) -> Answer:
        """`refresh` false: the same one while it is valid; true: a new one, and the old is dead."""
        app, shop = self._world.config["youzan"], self._world.shop
        try:
            given = json.loads(await request.body())
        except ValueError:
            given = None
        json_sent = request.headers.get("content-type", "").startswith("application/json")
        if not json_sent or not isinstance(given, dict) or given.get("client_secret") != app["client_secret"]:
            return self._no_token(1000)
        if given.get("client_id") != app["client_id"] or given.get("grant_id") != str(app["kdt_id"]):
            return self._no_token(1103)
        if given.get("authorize_type") != "silent" or not isinstance(given.get("refresh"), bool):
            return self._no_token(1105)
        now = self._world.clock.now()
        if given["refresh"] or not shop.token or now >= shop.token_until:
            shop.token = self._world.ids.token("youzan token", 32)
            shop.token_until = now + LIFE_SECONDS
        data = {
            "access_token": shop.token,
            "expires": int(shop.token_until * 1000),
            "scope": "",
            "authority_id": str(app["kdt_id"]),
        }
        return Answer({"success": True, "code": 200, "data": data, "message": None})

    def _no_token(self, code: int) -> Answer:
        return Answer({"success": False, "code": code, "data": None, "message": "refused"}, code)

    def token_problem(self, value: str | None) -> int:
        """0, 4201 missing, 4202 expired, 4203 unknown."""
        shop = self._world.shop
        if not value:
            return 4201
        if value != shop.token:
            return 4203
        return 0 if self._world.clock.now() < shop.token_until else 4202

    def trade(self, body: Json) -> Answer:
        sold = self._world.shop.orders.get(str(body.get("tid")))
        detail = self._world.shop.lagged(sold) if sold else None
        return done(detail) if detail else refused(5000, "trade not found")

    def sold(self, body: Json) -> Answer:
        since, until = body.get("start_update"), body.get("end_update")
        if not (isinstance(since, str) and isinstance(until, str) and len(since) == len(until) == 19):
            return gateway(5001, "a time without its pair or seconds")
        number, size = int(body.get("page_no", 1)), int(body.get("page_size", 20))
        if not (1 <= number <= 100 and 1 <= size <= 100):
            return refused(5001, "page")
        shop = self._world.shop
        seen = [detail for sold in shop.orders.values() if (detail := shop.lagged(sold))]
        changed = [one for one in seen if since <= one["full_order_info"]["order_info"]["update_time"] <= until]
        changed.sort(key=lambda one: str(one["full_order_info"]["order_info"]["update_time"]), reverse=True)
        page = changed[(number - 1) * size : number * size]
        rows = [{"full_order_info": one["full_order_info"]} for one in page]
        return done({"total_results": len(changed), "full_order_info_list": rows})

    def refund(self, body: Json) -> Answer:
        for sold in self._world.shop.orders.values():
            if one := sold.refunds.get(str(body.get("refund_id"))):
                return done(
                    {
                        "tid": sold.tid,
                        "oid": one["oid"],
                        "refund_id": one["refund_id"],
                        "refund_fee": yuan(one["fen"]),
                        "status": one["status"],
                        "demand": 1,
                        "version": sold.updated * 1000,
                    }
                )
        return refused(5000, "refund not found")

    def refunds(self, body: Json) -> Answer:
        """An order's refunds, page by page; what each comes to is `refund`'s to tell."""
        sold = self._world.shop.orders.get(str(body.get("tid")))
        number, size = int(body.get("page_no", 1)), int(body.get("page_size", 20))
        if not (1 <= number <= 100 and size >= 1 and number * size <= 3000):
            return refused(5001, "page")
        rows = [{"refund_id": refund_id, "tid": sold.tid} for refund_id in sold.refunds] if sold else []
        return done({"total": len(rows), "refunds": rows[(number - 1) * size : number * size]})

    def users(self, body: Json) -> Answer:
        people = self._world.people
        found = []
        for account in people.accounts.values():
            shop_id = yz_open_id(account)
            mobile = people.persons[account.person_id].phone.removeprefix("+86")
            unionid = account.unionid if account.bound else ""
            names = {"yz_open_id": shop_id, "mobile": mobile, "weixin_union_id": unionid}
            if any(body.get(name) == value for name, value in names.items() if value):
                found.append(
                    {
                        "primitive_info": {"yz_open_id": shop_id, "nick_name": account.nickname},
                        "mobile_info": {"mobile": mobile},
                        "wechat_info": {"union_id": unionid, "is_fans": int(account.following)},
                        "platform_info": {"weixin_open_id": account.openid},
                    }
                )
        return done({"user_list": found})
