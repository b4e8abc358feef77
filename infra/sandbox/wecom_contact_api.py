"""WeCom's API of contacts: reading them, staff members' codes, welcome messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import wecom_contacts
from sandbox.faults import Answer
from sandbox.partner import Json, done, refusal
from sandbox.wecom_model import ContactWay

if TYPE_CHECKING:
    from sandbox.state import World

STATE_MAX = 30
WELCOME_BYTES = 4000
CONTACT_KEYS = ("type", "scene", "style", "remark", "skip_verify", "state", "user", "is_exclusive", "mark_source")


def picture_url(world: World, config_id: str) -> str:
    """Where the picture of a join way's or contact way's code is."""
    return f"{world.origin}/wecom/qr/{config_id}.png"


class ContactCalls:
    """One function a call: (body, query) to answer."""

    def __init__(self, world: World) -> None:
        self._world = world

    def contact(self, body: Json, query: dict[str, str]) -> Answer:
        """externalcontact/get."""
        world = self._world
        account = world.people.by_external(query.get("external_userid", ""))
        if account is None:
            return refusal(40096)
        mine = [c for c in world.wecom.contacts.values() if c.account_id == account.account_id and not c.task_id]
        if not mine:
            return refusal(84061, "not external contact")
        unionid = world.unionid(account, "wecom")
        person = {
            "external_userid": account.external_userid,
            "name": account.nickname,
            "avatar": "",
            "type": 1,
            "gender": 0,
        }
        follows = [
            {
                "userid": contact.userid,
                "remark": account.nickname,
                "description": "",
                "createtime": contact.created,
                "tags": [],
                "add_way": contact.add_way,
                "oper_userid": account.external_userid,
                **({"state": contact.state} if contact.state else {}),
            }
            for contact in mine
        ]
        return done(external_contact=person | ({"unionid": unionid} if unionid else {}), follow_user=follows)

    def add_contact_way(self, body: Json, query: dict[str, str]) -> Answer:
        """A code of staff members."""
        settings = self._settings({}, body)
        if isinstance(settings, Answer):
            return settings
        ids = self._world.ids
        way = ContactWay(
            ids.token("way", 32).lower(), f"https://work.weixin.qq.com/u/vc{ids.token('way', 30).lower()}", settings
        )
        self._world.wecom.contact_ways[way.config_id] = way
        self._world.stream.tell("staff")
        return done(config_id=way.config_id, **self._contact_code(way))

    def update_contact_way(self, body: Json, query: dict[str, str]) -> Answer:
        """Overwrite user and remark; type and scene stay."""
        way = self._world.wecom.contact_ways.get(str(body.get("config_id")))
        if way is None:
            return refusal(41044, "invalid config_id")
        fixed = {key: way.settings[key] for key in ("type", "scene")}
        settings = self._settings(fixed, {key: value for key, value in body.items() if key not in fixed})
        if isinstance(settings, Answer):
            return settings
        way.settings = settings
        self._world.stream.tell("staff")
        return done()

    def _settings(self, fixed: Json, body: Json) -> Json | Answer:
        """All settings of a code, or what is wrong with them."""
        settings = fixed | {key: body[key] for key in CONTACT_KEYS if key in body}
        for key, code in (("type", 41037), ("scene", 41038)):
            if key not in settings:
                return refusal(code, f"missing {key}")
            if settings[key] not in (1, 2):
                return refusal(code + 2, f"invalid {key}")
        users = settings.get("user")
        if not isinstance(users, list) or not users or (settings["type"] == 1 and len(users) != 1) or len(users) > 100:
            return refusal(41041, "invalid user")
        if any(userid not in self._world.wecom.staff for userid in users):
            return refusal(40003, "invalid userid")
        if len(settings.get("state", "")) > STATE_MAX or len(settings.get("remark", "")) > 30:
            return refusal(40058)
        return settings

    def _contact_code(self, way: ContactWay) -> dict[str, str]:
        return {"qr_code": picture_url(self._world, way.config_id)} if way.settings["scene"] == 2 else {}

    def get_contact_way(self, body: Json, query: dict[str, str]) -> Answer:
        """What a code is set to."""
        way = self._world.wecom.contact_ways.get(str(body.get("config_id")))
        if way is None:
            return refusal(41044, "invalid config_id")
        return done(
            contact_way={"config_id": way.config_id, "skip_verify": True, **way.settings, **self._contact_code(way)}
        )

    def del_contact_way(self, body: Json, query: dict[str, str]) -> Answer:
        """End a code."""
        gone = self._world.wecom.contact_ways.pop(str(body.get("config_id")), None)
        self._world.stream.tell("staff")
        return done() if gone else refusal(41044, "invalid config_id")

    def send_welcome(self, body: Json, query: dict[str, str]) -> Answer:
        """Within 20 s, once."""
        text = body.get("text", {}).get("content", "") if isinstance(body.get("text", {}), dict) else ""
        attachments = body.get("attachments", [])
        if not (text or attachments) or len(text.encode()) > WELCOME_BYTES or len(attachments) > 9:
            return refusal(40058)
        code = wecom_contacts.welcome(self._world, str(body.get("welcome_code", "")), text, attachments)
        return refusal(code) if code else done()
