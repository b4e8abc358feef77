"""The control API behind the scenes: clock, switches, faults, settings, the logs of callbacks and calls, the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from sandbox.config import WrongConfig, merged
from sandbox.control_http import Refused, document, fields, missing, need, route
from sandbox.faults import Fault
from sandbox.switches import WrongSwitch

if TYPE_CHECKING:
    from sandbox.state import World

NUMBER = (int, float)


def routes(world: World, endpoints: dict[str, list[str]]) -> list[BaseRoute]:
    """All routes of this part; `endpoints` are what faults can be set on."""
    stage = _Stage(world, endpoints)
    return [
        route("GET", "/health", stage.health),
        route("GET", "/clock", stage.clock),
        route("POST", "/clock", stage.move_clock),
        route("GET", "/switches", stage.switches),
        route("PATCH", "/switches", stage.set_switches),
        route("GET", "/faults", stage.faults),
        route("POST", "/faults", stage.add_fault, 201),
        route("DELETE", "/faults", stage.clear_faults),
        route("DELETE", "/faults/{fault_id}", stage.remove_fault),
        route("GET", "/config", stage.config),
        route("PATCH", "/config", stage.set_config),
        route("GET", "/callbacks", stage.callbacks),
        route("POST", "/callbacks/verify", stage.verify),
        route("POST", "/callbacks/{callback_id}/repeat", stage.repeat),
        route("GET", "/calls", stage.calls),
        route("POST", "/settle", stage.settle),
        route("POST", "/reset", stage.reset),
        route("GET", "/stream", stage.stream),
    ]


class _Stage:
    def __init__(self, world: World, endpoints: dict[str, list[str]]) -> None:
        self._world = world
        self._endpoints = endpoints

    async def health(self, request: Request) -> Any:
        config = self._world.config
        addresses = {name: config[name]["callback_url"] for name in ("official_account", "wecom")}
        now = self._world.clock.now()
        return {"status": "ok", "now": now, "h5_target": config["h5_target"], "callbacks": addresses}

    async def clock(self, request: Request) -> Any:
        return {"now": self._world.clock.now(), "frozen": self._world.clock.frozen}

    async def move_clock(self, request: Request) -> Any:
        self._world.clock.move(**await fields(request, advance=NUMBER, freeze=bool, now=NUMBER))
        self._world.stream.tell("clock")
        return await self.clock(request)

    async def switches(self, request: Request) -> Any:
        return {"switches": self._world.switches.shown()}

    async def set_switches(self, request: Request) -> Any:
        body = await document(request)
        try:
            self._world.switches.set(body)
        except WrongSwitch as error:
            raise Refused(str(error.args[0]), f"{error.args[1]} = {body[error.args[1]]!r}") from error
        self._world.stream.tell("switches")
        return await self.switches(request)

    async def faults(self, request: Request) -> Any:
        return {"faults": [one.shown() for one in self._world.faults.all.values()], "endpoints": self._endpoints}

    async def add_fault(self, request: Request) -> Any:
        kinds: dict[str, Any] = {"platform": str, "endpoint": str, "delay_seconds": NUMBER, "error": (int, str)}
        given = await fields(request, **kinds, message=str, drop_answer=bool, times=int)
        need(given, "platform", "endpoint")
        known = self._endpoints.get(given["platform"])
        if known is None or given["endpoint"] not in ("*", *known):
            raise missing("endpoint")
        if given["platform"] != "sms" and isinstance(given.get("error"), str):
            raise Refused("wrong_type", "this platform's errors are numbers")
        fault = Fault(self._world.ids.next("f"), **given)
        self._world.faults.all[fault.fault_id] = fault
        self._world.stream.tell("faults")
        return fault.shown()

    async def clear_faults(self, request: Request) -> Any:
        self._world.faults.all.clear()
        self._world.stream.tell("faults")
        return await self.faults(request)

    async def remove_fault(self, request: Request) -> Any:
        if self._world.faults.all.pop(request.path_params["fault_id"], None) is None:
            raise missing("fault")
        self._world.stream.tell("faults")
        return await self.faults(request)

    async def config(self, request: Request) -> Any:
        return self._world.config

    async def set_config(self, request: Request) -> Any:
        try:
            self._world.config = merged(self._world.config, await document(request))
        except WrongConfig as error:
            raise Refused("wrong_config", f"{error} is not part of the settings, or has another shape") from error
        return self._world.config

    async def callbacks(self, request: Request) -> Any:
        shown = [one.shown() for one in reversed(self._world.courier.log.values())]
        return {"callbacks": _newest(request, shown)}

    async def verify(self, request: Request) -> Any:
        given = await fields(request, platform=str)
        if given.get("platform") not in ("official_account", "wecom"):
            raise missing("platform")
        return await self._world.courier.verify(given["platform"])

    async def repeat(self, request: Request) -> Any:
        callback = self._world.courier.log.get(request.path_params["callback_id"])
        if callback is None:
            raise missing("callback")
        if callback.platform == "sms":
            self._world.receipts.again(callback)
        else:
            self._world.courier.bring(callback)
        return {"outcome": "queued"}

    async def calls(self, request: Request) -> Any:
        return {"calls": _newest(request, list(self._world.calls))}

    async def settle(self, request: Request) -> Any:
        given = await fields(request, seconds=NUMBER)
        waiting = await self._world.courier.settle(given.get("seconds", 10))
        return {"settled": waiting == 0, "waiting": waiting}

    async def reset(self, request: Request) -> Any:
        given = await fields(request, seed=int)
        self._world.reset(given.get("seed"))
        return {"outcome": "reset"}

    async def stream(self, request: Request) -> Response:
        headers = {"cache-control": "no-store"}
        return StreamingResponse(self._world.stream.listen(), media_type="text/event-stream", headers=headers)


def _newest(request: Request, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest entries of the platform asked for."""
    platform, limit = request.query_params.get("platform"), request.query_params.get("limit", "50")
    mine = [entry for entry in entries if not platform or entry["platform"] == platform]
    return mine[: int(limit) if limit.isdecimal() else 50]
