"""The control API of sending: what staff tap in the WeCom client, and receipts that were held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox import views
from sandbox.control_http import Refused, fields, missing, route
from sandbox.wecom_masses import MassTask

if TYPE_CHECKING:
    from sandbox.state import World


def routes(world: World) -> list[BaseRoute]:
    """All routes of this part."""
    masses = _Masses(world)
    return [
        route("GET", "/masses", masses.all),
        route("POST", "/masses/send", masses.send_all),
        route("POST", "/masses/{msgid}/send", masses.send),
        route("POST", "/receipts/release", masses.release),
    ]


class _Masses:
    def __init__(self, world: World) -> None:
        self._world = world

    async def all(self, request: Request) -> Any:
        """Every task, oldest first."""
        return {"masses": [views.mass_task(self._world, one) for one in self._world.masses.tasks.values()]}

    async def send(self, request: Request) -> Any:
        """One staff member (or, with a task for one only, that one) sends a task."""
        task = self._world.masses.tasks.get(request.path_params["msgid"])
        if task is None:
            raise missing("task")
        given = await fields(request, userid=str)
        userid = given.get("userid") or next(iter(task.parts))
        if userid not in task.parts:
            raise missing("staff")
        if task.cancelled and task.parts[userid].sent_at is None:
            raise Refused("cancelled", "the task was cancelled", 409)
        self._world.masses.send(task, userid)
        return views.mass_task(self._world, task)

    async def send_all(self, request: Request) -> Any:
        """Everyone (or one, by `userid`) sends whatever waits."""
        given = await fields(request, userid=str)
        sent = 0
        for task in list(self._world.masses.tasks.values()):
            sent += self._send_parts(task, given.get("userid"))
        return {"sent": sent}

    async def release(self, request: Request) -> Any:
        """Post the receipts that wait."""
        return {"released": sum(self._world.receipts.release(vendor) for vendor in ("tencent", "aliyun"))}

    def _send_parts(self, task: MassTask, userid: str | None) -> int:
        waiting = [part for part in task.parts.values() if part.sent_at is None and userid in (None, part.userid)]
        for part in waiting if not task.cancelled else ():
            self._world.masses.send(task, part.userid)
        return 0 if task.cancelled else len(waiting)
