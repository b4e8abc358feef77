"""The official account's API under `/oa`, as platform documents describe it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import media
from sandbox.faults import Answer
from sandbox.official_messages import custom_message
from sandbox.official_oauth import access_token, userinfo
from sandbox.partner import Api, Json, done, refusal
from sandbox.pictures import png

if TYPE_CHECKING:
    from sandbox.people import Account
    from sandbox.state import World
    from sandbox.tokens import Token

TEMPORARY_MAX = 2_592_000
TEMPLATE_MEMORY = 600
LIMITS = {"short_thing": 5, "thing": 20, "character_string": 32, "number": 32, "phone_number": 17, "letter": 32}
FIELD = re.compile(r"([a-z_]+?)(\d+)")


def routes(world: World) -> tuple[list[BaseRoute], list[str]]:
    """The routes, and the names of the endpoints that faults can be set on."""
    api = Api(world, "official_account", "/oa")
    account = _Calls(world)

    def families() -> list[Any]:
        return [world.official.tokens, world.official.stable]

    made: list[BaseRoute] = [
        api.route("POST", "/cgi-bin/stable_token", account.stable_token),
        api.route("GET", "/cgi-bin/token", account.token),
        api.route("POST", "/cgi-bin/qrcode/create", account.create_code, families),
        api.route("POST", "/cgi-bin/message/custom/send", account.send_custom, families),
        api.route("POST", "/cgi-bin/message/template/send", account.send_template, families),
        api.upload("/cgi-bin/media/upload", account.upload, families),
        api.route("GET", "/cgi-bin/user/info", account.user_info, families),
        api.route("GET", "/sns/oauth2/access_token", lambda body, query: access_token(world, query)),
        api.route("GET", "/sns/userinfo", lambda body, query: userinfo(world, query)),
        Route("/oa/cgi-bin/showqrcode", account.show_code, methods=["GET"]),
    ]
    return made, api.endpoints


class _Calls:
    def __init__(self, world: World) -> None:
        self._world = world

    def _credentials_problem(self, given: dict[str, Any]) -> int:
        settings = self._world.config["official_account"]
        if given.get("appid") != settings["app_id"]:
            return 40013
        return 0 if given.get("secret") == settings["app_secret"] else 40125

    def _token_answer(self, token: Token) -> Answer:
        # real answers carry no errcode here
        return Answer({"access_token": token.value, "expires_in": int(token.until - self._world.clock.now())})

    def token(self, body: Json, query: dict[str, str]) -> Answer:
        problem = self._credentials_problem(query)
        return refusal(problem) if problem else self._token_answer(self._world.official.tokens.issue())

    def stable_token(self, body: Json, query: dict[str, str]) -> Answer:
        problem = self._credentials_problem(body)
        if problem:
            return refusal(problem)
        token = (
            self._world.official.stable.force() if body.get("force_refresh") else self._world.official.stable.issue()
        )
        return refusal(token) if isinstance(token, int) else self._token_answer(token)

    def create_code(self, body: Json, query: dict[str, str]) -> Answer:
        name = body.get("action_name")
        scene = body.get("action_info", {}).get("scene", {}) if isinstance(body.get("action_info"), dict) else {}
        if name not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
            return refusal(47001)
        value = scene.get("scene_str" if "STR" in name else "scene_id")
        limit = 100_000 if name == "QR_LIMIT_SCENE" else 2**32 - 1
        good = (
            isinstance(value, str) and 1 <= len(value) <= 64
            if "STR" in name
            else type(value) is int and 0 < value <= limit
        )
        seconds = body.get("expire_seconds", 60)
        if not good or type(seconds) is not int or not 0 < seconds <= TEMPORARY_MAX:
            return refusal(40035, "invalid parameter")
        code = self._world.official.make_code(str(value), None if "LIMIT" in name else seconds)
        lives = {} if "LIMIT" in name else {"expire_seconds": seconds}
        return Answer({"ticket": code.ticket, **lives, "url": code.url})

    async def show_code(self, request: Request) -> Response:
        code = self._world.official.codes.get(request.query_params.get("ticket", ""))
        return png(code.url) if code else Response(status_code=404)

    def user_info(self, body: Json, query: dict[str, str]) -> Answer:
        account = self._world.people.by_openid(query.get("openid", ""))
        if account is None:
            return refusal(40003)
        if not account.following:
            return Answer({"subscribe": 0, "openid": account.openid})
        unionid = self._world.unionid(account, "official_account")
        scene = "ADD_SCENE_QR_CODE" if account.scene else "ADD_SCENE_SEARCH"
        return Answer(
            {
                "subscribe": 1,
                "openid": account.openid,
                "subscribe_time": account.followed_at,
                **({"unionid": unionid} if unionid else {}),
                "remark": "",
                "groupid": 0,
                "tagid_list": [],
                "subscribe_scene": scene,
                "qr_scene": int(account.scene) if account.scene.isdecimal() else 0,
                "qr_scene_str": account.scene,
            }
        )

    def _receiver(self, body: Json) -> Account | int:
        account = self._world.people.by_openid(str(body.get("touser", "")))
        if account is None:
            return 40003
        return account if account.following else 43004

    def send_custom(self, body: Json, query: dict[str, str]) -> Answer:
        account = self._receiver(body)
        if isinstance(account, int):
            return refusal(account)
        kind = str(body.get("msgtype"))
        shown = custom_message(self._world, kind, body.get(kind) or {})
        if isinstance(shown, int):
            return refusal(shown)
        if len(shown["text"].encode()) > 2048:
            return refusal(45002, "content size out of limit")
        live = [grant for grant in account.grants.values() if grant.until > self._world.clock.now()]
        spendable = sorted((grant for grant in live if grant.left > 0), key=lambda grant: grant.until)
        if not spendable:
            return refusal(45047 if live else 45015)
        spendable[0].left -= 1
        self._world.chat(account, "account", kind, **shown, via="custom")
        return done()

    def upload(self, part: media.Part | None, query: dict[str, str]) -> Answer:
        """media/upload: three days."""
        kind = query.get("type", "")
        wrong = 41005 if part is None else media.problem(media.KINDS["official_account"].get(kind), part)
        if part is None or wrong:
            return refusal(wrong)
        item = self._world.media.add("official_account", kind, part)
        return Answer({"type": kind, "media_id": item.media_id, "created_at": self._world.clock.seconds()})

    def send_template(self, body: Json, query: dict[str, str]) -> Answer:
        account = self._receiver(body)
        if isinstance(account, int):
            return refusal(account)
        template = self._world.config["official_account"]["templates"].get(body.get("template_id"))
        if template is None:
            return refusal(40037)
        data, client_id = body.get("data"), str(body.get("client_msg_id", ""))
        if not isinstance(data, dict) or len(client_id) > 32:
            return refusal(47003)
        labels = template.get("fields") or {key: key for key in data}  # a template without fields takes any
        if not labels.keys() <= data.keys():
            return refusal(47003)
        wrong = next((key for key, value in data.items() if not _fits(key, value)), None)
        if wrong:
            return refusal(47003, f"argument invalid! data.{wrong}.value invalid")
        now = self._world.clock.now()
        sent = self._world.official.templates_sent
        earlier = sent.get((account.openid, client_id))
        if client_id and earlier and now - earlier[0] < TEMPLATE_MEMORY:
            return done(msgid=earlier[1])
        msg_id = self._world.ids.random("template").randrange(10**18)
        if client_id:
            sent[account.openid, client_id] = (now, msg_id)
        if not account.refuses:
            text = "\n".join(f"{label}: {data[key]['value']}" for key, label in labels.items())
            self._world.chat(
                account,
                "account",
                "template",
                text,
                url=body.get("url") or None,
                title=template["title"],
                via="template",
            )
        self._world.official.template_done(account, msg_id)
        return done(msgid=msg_id)


def _fits(key: str, value: Any) -> bool:
    """Whether a value suits its typed key; `first` and `remark` are old keys that nobody sees."""
    text = value.get("value") if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        return False
    named = FIELD.fullmatch(key)
    return key in ("first", "remark") or (named is not None and len(text) <= LIMITS.get(named[1], 64))
