"""WeCom's API under `/wecom`: the token, customer groups and their codes; contacts are in wecom_contact_api."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import Answer
from sandbox.partner import Api, Json, done, refusal
from sandbox.pictures import png
from sandbox.wecom_contact_api import ContactCalls, picture_url
from sandbox.wecom_mass_api import MassCalls
from sandbox.wecom_model import Group, JoinWay

if TYPE_CHECKING:
    from sandbox.state import World

GROUPS_MAX = 5
STATE_MAX = 30
PAGE_MAX = 1000
JOIN_KEYS = (
    "scene",
    "remark",
    "auto_create_room",
    "room_base_name",
    "room_base_id",
    "chat_id_list",
    "state",
    "mark_source",
)


def routes(world: World) -> tuple[list[BaseRoute], list[str]]:
    """The routes, and the names of the endpoints that faults can be set on."""
    api = Api(world, "wecom", "/wecom")
    calls, contacts, masses = _Calls(world), ContactCalls(world), MassCalls(world)

    def families() -> list[Any]:
        return [world.wecom.tokens]

    at = "/cgi-bin/externalcontact"
    posts = {
        f"{at}/groupchat/add_join_way": calls.add_join_way,
        f"{at}/groupchat/get_join_way": calls.get_join_way,
        f"{at}/groupchat/update_join_way": calls.update_join_way,
        f"{at}/groupchat/del_join_way": calls.del_join_way,
        f"{at}/groupchat/get": calls.group,
        f"{at}/groupchat/list": calls.group_list,
        f"{at}/add_contact_way": contacts.add_contact_way,
        f"{at}/get_contact_way": contacts.get_contact_way,
        f"{at}/update_contact_way": contacts.update_contact_way,
        f"{at}/del_contact_way": contacts.del_contact_way,
        f"{at}/send_welcome_msg": contacts.send_welcome,
        f"{at}/add_msg_template": masses.add,
        f"{at}/get_groupmsg_list_v2": masses.listed,
        f"{at}/get_groupmsg_task": masses.staff,
        f"{at}/get_groupmsg_send_result": masses.results,
        f"{at}/remind_groupmsg_send": masses.remind,
        f"{at}/cancel_groupmsg_send": masses.cancel,
    }
    made: list[BaseRoute] = [
        api.route("GET", "/cgi-bin/gettoken", calls.gettoken),
        api.route("GET", f"{at}/get", contacts.contact, families),
        api.route("GET", f"{at}/list", masses.customers, families),
        api.upload("/cgi-bin/media/upload", masses.upload, families),
        api.upload("/cgi-bin/media/uploadimg", masses.upload_image, families),
        *(api.route("POST", endpoint, call, families) for endpoint, call in posts.items()),
        Route("/wecom/qr/{config_id}.png", calls.picture, methods=["GET"]),
    ]
    return made, api.endpoints


class _Calls:
    def __init__(self, world: World) -> None:
        self._world = world

    def gettoken(self, body: Json, query: dict[str, str]) -> Answer:
        settings = self._world.config["wecom"]
        if query.get("corpid") != settings["corp_id"]:
            return refusal(40013, "invalid corpid")
        if query.get("corpsecret") != settings["app_secret"]:
            return refusal(40001, "invalid credential")
        token = self._world.wecom.tokens.issue()
        return done(access_token=token.value, expires_in=int(token.until - self._world.clock.now()))

    async def picture(self, request: Request) -> Response:
        config_id = request.path_params["config_id"]
        way = self._world.wecom.join_ways.get(config_id) or self._world.wecom.contact_ways.get(config_id)
        return png(way.code) if way else Response(status_code=404)

    def _join_settings(self, body: Json) -> Json | int:
        """The settings in a body, all of them; or the error code."""
        settings = {key: body[key] for key in JOIN_KEYS if key in body}
        chat_ids = settings.get("chat_id_list")
        if settings.get("scene") not in (1, 2) or not isinstance(chat_ids, list) or not chat_ids:
            return 40058
        if len(chat_ids) > GROUPS_MAX:
            return 41091
        if any(not self._open(chat_id) for chat_id in chat_ids):
            return 86003
        if len(settings.get("state", "")) > STATE_MAX or len(settings.get("room_base_name", "")) > 40:
            return 40058
        return {"auto_create_room": 1, "state": "", **settings, "remark": str(settings.get("remark", ""))[:30]}

    def _open(self, chat_id: object) -> bool:
        group = self._world.wecom.groups.get(str(chat_id))
        return group is not None and group.status == "open"

    def add_join_way(self, body: Json, query: dict[str, str]) -> Answer:
        settings = self._join_settings(body)
        if isinstance(settings, int):
            return refusal(settings)
        ids = self._world.ids
        way = JoinWay(
            ids.token("way", 32).lower(), f"https://work.weixin.qq.com/gm/{ids.token('way', 32).lower()}", settings
        )
        self._world.wecom.join_ways[way.config_id] = way
        self._world.stream.tell("staff")
        return done(config_id=way.config_id)

    def get_join_way(self, body: Json, query: dict[str, str]) -> Answer:
        way = self._world.wecom.join_ways.get(str(body.get("config_id")))
        if way is None:
            return refusal(41044, "invalid config_id")
        shown = {"config_id": way.config_id, **way.settings}
        if way.settings["scene"] == 2:
            shown["qr_code"] = picture_url(self._world, way.config_id)
        return done(join_way=shown)

    def update_join_way(self, body: Json, query: dict[str, str]) -> Answer:
        way = self._world.wecom.join_ways.get(str(body.get("config_id")))
        if way is None:
            return refusal(41044, "invalid config_id")
        settings = self._join_settings(body)
        if isinstance(settings, int):
            return refusal(settings)
        way.settings = settings
        self._world.stream.tell("staff")
        return done()

    def del_join_way(self, body: Json, query: dict[str, str]) -> Answer:
        gone = self._world.wecom.join_ways.pop(str(body.get("config_id")), None)
        self._world.stream.tell("staff")
        return done() if gone else refusal(41044, "invalid config_id")

    def group(self, body: Json, query: dict[str, str]) -> Answer:
        group = self._world.wecom.groups.get(str(body.get("chat_id")))
        if group is None:
            return refusal(86003)
        seen = group.as_of(self._world.clock.now() - self._world.switches["wecom.group_lag_seconds"])
        if seen["status"] != "open":
            return refusal(86003)
        return done(
            group_chat={
                "chat_id": group.chat_id,
                "name": seen["name"],
                "owner": seen["owner"],
                "create_time": group.create_time,
                "notice": seen["notice"],
                "member_list": [self._member(member, body.get("need_name") == 1) for member in seen["members"]],
                "admin_list": [],
                "member_version": seen["member_version"],
            }
        )

    def _member(self, member: dict[str, Any], named: bool) -> dict[str, Any]:
        account = self._world.people.accounts.get(member.get("account_id", ""))
        unionid = self._world.unionid(account, "wecom") if account else None
        shown = {key: member[key] for key in ("userid", "type", "join_time", "join_scene")}
        if unionid:
            shown["unionid"] = unionid
        if member.get("invitor"):
            shown["invitor"] = {"userid": member["invitor"]}
        if member["state"]:
            shown["state"] = member["state"]
        return shown | {"group_nickname": ""} | ({"name": member["name"]} if named else {})

    def group_list(self, body: Json, query: dict[str, str]) -> Answer:
        limit = body.get("limit")
        owners = (
            body.get("owner_filter", {}).get("userid_list", [])
            if isinstance(body.get("owner_filter", {}), dict)
            else []
        )
        if type(limit) is not int or not 1 <= limit <= PAGE_MAX or len(owners) > 100:
            return refusal(40058)
        groups = [group for group in self._world.wecom.groups.values() if self._listed(group, owners)]
        start = int(body["cursor"]) if str(body.get("cursor") or "").isdecimal() else 0
        page = groups[start : start + limit]
        cursor = str(start + limit) if start + limit < len(groups) else ""
        return done(group_chat_list=[{"chat_id": group.chat_id, "status": 0} for group in page], next_cursor=cursor)

    @staticmethod
    def _listed(group: Group, owners: list[str]) -> bool:
        return group.status == "open" and (not owners or group.owner in owners)
