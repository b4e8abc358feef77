"""The control API of the phone: people, following, talking, scanning, groups, SMS."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urljoin, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from sandbox import views, wecom_contacts
from sandbox.control_http import Refused, fields, missing, need, route
from sandbox.official_oauth import COOKIE
from sandbox.people import Account, Person, Taken
from sandbox.wecom_model import Group
from sandbox.wecom_state import LEFT, SCENE_INVITED, SCENE_LINK

if TYPE_CHECKING:
    from sandbox.state import World

IDS = {"openid": str, "unionid": str, "external_userid": str}


def routes(world: World) -> list[BaseRoute]:
    """All routes of this part."""
    phone = _Phone(world)
    one = "/accounts/{account_id}"
    return [
        route("GET", "/people", phone.people),
        route("POST", "/people", phone.add_person, 201),
        route("POST", "/people/{person_id}/accounts", phone.add_account, 201),
        route("GET", "/people/{person_id}/sms", phone.sms),
        route("GET", "/codes", phone.codes),
        route("GET", "/showcase", phone.showcase),
        route("PUT", "/showcase", phone.set_showcase),
        route("GET", one, phone.account),
        route("PATCH", one, phone.change_account),
        route("POST", f"{one}/use", phone.use),
        route("GET", f"{one}/chat", phone.chat),
        route("POST", f"{one}/follow", phone.follow),
        route("POST", f"{one}/unfollow", phone.unfollow),
        route("POST", f"{one}/say", phone.say),
        route("POST", f"{one}/menu", phone.menu),
        route("POST", f"{one}/scan", phone.scan),
        route("GET", f"{one}/groups", phone.groups),
        route("POST", f"{one}/groups/{{chat_id}}/say", phone.say_in_group),
        route("POST", f"{one}/groups/{{chat_id}}/leave", phone.leave),
        route("POST", f"{one}/groups/{{chat_id}}/accept", phone.accept),
    ]


class _Phone:
    def __init__(self, world: World) -> None:
        self._world = world

    def _person(self, request: Request) -> Person:
        person = self._world.people.persons.get(request.path_params["person_id"])
        if person is None:
            raise missing("person")
        return person

    def _account(self, request: Request) -> Account:
        account = self._world.people.accounts.get(request.path_params["account_id"])
        if account is None:
            raise missing("account")
        return account

    def _follower(self, request: Request) -> Account:
        account = self._account(request)
        if not account.following:
            raise Refused("not_following", "this account does not follow the official account", 409)
        return account

    def _group(self, request: Request) -> Group:
        group = self._world.wecom.groups.get(request.path_params["chat_id"])
        if group is None:
            raise missing("group")
        return group

    async def people(self, request: Request) -> Any:
        return {"people": [views.person(self._world, one) for one in self._world.people.persons.values()]}

    async def add_person(self, request: Request) -> Any:
        given = await fields(request, nickname=str, phone=str, **IDS)
        try:
            person = self._world.people.add_person(**given)
        except Taken as error:
            raise Refused("taken", f"{error} is somebody's already", 409) from error
        self._world.stream.tell("people")
        return views.person(self._world, person)

    async def add_account(self, request: Request) -> Any:
        given = await fields(request, nickname=str, **IDS)
        try:
            account = self._world.people.add_account(self._person(request), **given)
        except Taken as error:
            raise Refused("taken", f"{error} is somebody's already", 409) from error
        self._world.stream.tell("people")
        return views.account(self._world, account)

    async def sms(self, request: Request) -> Any:
        person = self._person(request)
        arrived = [sms for sms in self._world.sms if sms["arrived"]]
        mine = [sms for sms in arrived if self._world.people.by_phone(sms["phone"]) is person]
        return {"messages": [{name: value for name, value in sms.items() if name != "arrived"} for sms in mine]}

    async def codes(self, request: Request) -> Any:
        return {"codes": [asdict(code) for code in self._world.official.live_codes()]}

    async def showcase(self, request: Request) -> Any:
        return {"items": self._world.showcase}

    async def set_showcase(self, request: Request) -> Any:
        items = (await fields(request, items=list)).get("items", [])
        for item in items:
            known = isinstance(item, dict) and set(item) <= {"title", "look", "scene", "code"}
            if not known or not item.get("title") or bool(item.get("scene")) == bool(item.get("code")):
                raise Refused("wrong_type", "an item is {title, look?, and either scene or code}")
        self._world.showcase = items
        self._world.stream.tell("codes")
        return {"items": items}

    async def account(self, request: Request) -> Any:
        return views.account(self._world, self._account(request))

    async def change_account(self, request: Request) -> Any:
        account = self._account(request)
        given = await fields(request, nickname=str, snapshot=bool, bound=bool, refuses=bool, granted=bool)
        for name, value in given.items():
            setattr(account, name, value)
        self._world.stream.tell("account", account_id=account.account_id)
        return views.account(self._world, account)

    async def use(self, request: Request) -> Response:
        account = self._account(request)
        answer = JSONResponse(views.account(self._world, account))
        answer.set_cookie(COOKIE, account.account_id, path="/", samesite="lax")
        return answer

    async def chat(self, request: Request) -> Any:
        return {"messages": self._account(request).chat}

    async def follow(self, request: Request) -> Any:
        account, given = self._account(request), await fields(request, scene=str, via=str)
        if account.following:
            return {"outcome": "already"}
        return {"outcome": self._world.official.follow(account, None, given.get("scene", ""))}

    async def unfollow(self, request: Request) -> Any:
        return {"outcome": self._world.official.unfollow(self._account(request))}

    async def say(self, request: Request) -> Any:
        given = await fields(request, text=str)
        need(given, "text")
        return self._world.official.say(self._follower(request), given["text"])

    async def menu(self, request: Request) -> Any:
        given = await fields(request, key=str, url=str)
        if len(given) != 1:
            raise Refused("missing_field", "key or url is needed")
        url = urljoin(f"{self._world.origin}/", given["url"]) if "url" in given else None
        outcome = self._world.official.menu(self._follower(request), given.get("key"), url)
        return {"outcome": outcome, "url": url}

    async def scan(self, request: Request) -> Any:
        account, given = self._account(request), await fields(request, code=str)
        need(given, "code")
        nothing = {"kind": None, "outcome": None, "chat_id": None, "userid": None, "url": None}
        return nothing | self._scanned(account, given["code"].strip())

    def _scanned(self, account: Account, text: str) -> dict[str, Any]:
        """What a code does: the text in it, a ticket, or the address of a code's picture."""
        world, parts = self._world, urlsplit(text)
        ticket = parse_qs(parts.query).get("ticket", [text])[0] if parts.path.endswith("/showqrcode") else text
        code = world.official.find_code(ticket)
        if code:
            if code.until is not None and world.clock.now() >= code.until:
                raise Refused("expired_code", "this code has expired", 404)
            return {"kind": "channel", "outcome": world.official.follow(account, code)}
        config_id = parts.path.removeprefix("/wecom/qr/").removesuffix(".png")
        for join_way in world.wecom.join_ways.values():
            if text == join_way.code or config_id == join_way.config_id:
                outcome, chat_id = world.wecom.scan(account, join_way)
                return {"kind": "group", "outcome": outcome, "chat_id": chat_id}
        for contact_way in world.wecom.contact_ways.values():
            if text == contact_way.code or config_id == contact_way.config_id:
                outcome, userid = wecom_contacts.scan(world, account, contact_way)
                return {"kind": "contact", "outcome": outcome, "userid": userid}
        partner = parts.hostname in ("weixin.qq.com", "work.weixin.qq.com") or parts.path.startswith(
            ("/wecom/", "/oa/")
        )
        if parts.scheme in ("http", "https") and parts.hostname and not partner:
            return {"kind": "page", "outcome": "opened", "url": text}
        raise missing("code")

    async def groups(self, request: Request) -> Any:
        me = self._account(request).external_userid
        return {
            "groups": [
                views.group(self._world, group) for group in self._world.wecom.groups.values() if group.member(me)
            ]
        }

    async def say_in_group(self, request: Request) -> Any:
        account, group = self._account(request), self._group(request)
        given = await fields(request, text=str)
        need(given, "text")
        if not group.member(account.external_userid) or group.status != "open":
            raise Refused("not_a_member", "only members of an open group can write", 409)
        self._world.wecom.say(group, account.nickname, given["text"])
        return {"outcome": "said"}

    async def leave(self, request: Request) -> Any:
        left = self._world.wecom.leave(self._group(request), self._account(request).external_userid, LEFT)
        return {"outcome": "left" if left else "not_a_member"}

    async def accept(self, request: Request) -> Any:
        account, group = self._account(request), self._group(request)
        given = await fields(request, invited_by=str, link=bool)
        scene = SCENE_LINK if given.get("link") else SCENE_INVITED
        invitor = given.get("invited_by", group.owner)
        outcome = self._world.wecom.join(account, group, scene, invitor=invitor)
        shown = {"kind": "group", "outcome": outcome, "chat_id": group.chat_id if outcome != "full" else None}
        return shown | {"userid": None, "url": None}
