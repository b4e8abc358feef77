"""The control API of the staff: what they do in the WeCom client, where no server API reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox import views, wecom_contacts
from sandbox.control_http import Refused, fields, missing, need, route
from sandbox.wecom_model import Group
from sandbox.wecom_state import REMOVED

if TYPE_CHECKING:
    from sandbox.state import World

DETAILS = {"name": "change_name", "notice": "change_notice", "owner": "change_owner"}


def routes(world: World) -> list[BaseRoute]:
    """All routes of this part."""
    staff = _Staff(world)
    return [
        route("GET", "/staff", staff.view),
        route("POST", "/staff", staff.hire, 201),
        route("GET", "/groups", staff.groups),
        route("POST", "/groups", staff.create_group, 201),
        route("GET", "/groups/{chat_id}", staff.group),
        route("PATCH", "/groups/{chat_id}", staff.change_group),
        route("POST", "/groups/{chat_id}/remove", staff.remove),
        route("POST", "/groups/{chat_id}/say", staff.say),
        route("POST", "/groups/{chat_id}/dismiss", staff.dismiss),
        route("POST", "/groups/{chat_id}/fill", staff.fill),
        route("POST", "/staff/tasks/{task_id}/confirm", staff.confirm),
        route("POST", "/staff/{userid}/contacts/{account_id}/delete", staff.delete_contact),
    ]


class _Staff:
    def __init__(self, world: World) -> None:
        self._world = world

    def _group(self, request: Request) -> Group:
        group = self._world.wecom.groups.get(request.path_params["chat_id"])
        if group is None:
            raise missing("group")
        return group

    def _check_staff(self, *userids: str) -> None:
        if any(userid not in self._world.wecom.staff for userid in userids):
            raise missing("staff")

    async def view(self, request: Request) -> Any:
        world, wecom = self._world, self._world.wecom
        return {
            "staff": [{"userid": userid, "name": name} for userid, name in wecom.staff.items()],
            "groups": [views.group(self._world, one) for one in wecom.groups.values()],
            "masses": [views.mass_task(world, one) for one in world.masses.tasks.values()],
            "contact_ways": [views.contact_way(world, one) for one in wecom.contact_ways.values()],
            "join_ways": [views.join_way(world, one) for one in wecom.join_ways.values()],
            "tasks": [views.task(world, one) for one in wecom.contacts.values() if one.task_id],
            "contacts": [views.contact(world, one) for one in wecom.contacts.values() if not one.task_id],
        }

    async def hire(self, request: Request) -> Any:
        given = await fields(request, userid=str, name=str)
        need(given, "userid", "name")
        self._world.wecom.staff[given["userid"]] = given["name"]
        self._world.stream.tell("staff")
        return given

    async def groups(self, request: Request) -> Any:
        return {"groups": [views.group(self._world, one) for one in self._world.wecom.groups.values()]}

    async def create_group(self, request: Request) -> Any:
        given = await fields(request, name=str, owner=str, staff=list, capacity=int, qr_limit=int, chat_id=str)
        need(given, "name", "owner")
        if given.get("chat_id") in self._world.wecom.groups:
            raise Refused("taken", "chat_id is a group's already", 409)
        staff = given.pop("staff", [])
        self._check_staff(given["owner"], *staff)
        return views.group(
            self._world, self._world.wecom.create_group(given.pop("name"), given.pop("owner"), staff, **given)
        )

    async def group(self, request: Request) -> Any:
        return views.group(self._world, self._group(request))

    async def change_group(self, request: Request) -> Any:
        group = self._group(request)
        given = await fields(request, name=str, notice=str, owner=str, capacity=int, qr_limit=int)
        self._check_staff(*([given["owner"]] if "owner" in given else []))
        for name, value in given.items():
            changed = getattr(group, name) != value
            setattr(group, name, value)
            if changed and name in DETAILS:
                self._world.wecom.change(group, DETAILS[name])
        self._world.stream.tell("group", chat_id=group.chat_id)
        return views.group(self._world, group)

    async def remove(self, request: Request) -> Any:
        given = await fields(request, member=str)
        need(given, "member")
        removed = self._world.wecom.leave(self._group(request), given["member"], REMOVED)
        return {"outcome": "removed" if removed else "not_a_member"}

    async def say(self, request: Request) -> Any:
        group, given = self._group(request), await fields(request, userid=str, text=str)
        need(given, "userid", "text")
        if not group.member(given["userid"]) or group.status != "open":
            raise Refused("not_a_member", "only members of an open group can write", 409)
        name = self._world.wecom.staff.get(given["userid"], given["userid"])
        self._world.wecom.say(group, name, given["text"])
        return {"outcome": "said"}

    async def dismiss(self, request: Request) -> Any:
        group = self._group(request)
        self._world.wecom.dismiss(group)
        return views.group(self._world, group)

    async def fill(self, request: Request) -> Any:
        group, given = self._group(request), await fields(request, count=int)
        need(given, "count")
        self._world.wecom.fill(group, given["count"])
        return views.group(self._world, group)

    async def confirm(self, request: Request) -> Any:
        task_id = request.path_params["task_id"]
        contact = next((one for one in self._world.wecom.contacts.values() if one.task_id == task_id), None)
        if contact is None:
            raise missing("task")
        wecom_contacts.confirm(self._world, contact)
        return {"outcome": "confirmed"}

    async def delete_contact(self, request: Request) -> Any:
        given = await fields(request, by=str)
        if given.get("by", "staff") not in ("staff", "customer"):
            raise Refused("wrong_type", "by must be staff or customer")
        key = (request.path_params["userid"], request.path_params["account_id"])
        contact = self._world.wecom.contacts.get(key)
        if contact is None:
            return {"outcome": "not_a_contact"}
        wecom_contacts.delete(self._world, contact, given.get("by", "staff"))
        return {"outcome": "deleted"}
