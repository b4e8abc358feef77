"""What happens in WeCom: people join and leave groups, add staff, staff tap buttons; and the callbacks this causes.

Changes made through the API cause no callback; only the actions here do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.messages import xml
from sandbox.people import Account
from sandbox.tokens import CorpTokens
from sandbox.wecom_model import ContactWay, Group, JoinWay, Welcome, version

if TYPE_CHECKING:
    from sandbox.state import World
    from sandbox.wecom_model import Contact

SCENE_INVITED, SCENE_LINK, SCENE_SCANNED = 1, 2, 3  # groupchat/get's join_scene
EVENT_SCENE = {SCENE_INVITED: 0, SCENE_LINK: 0, SCENE_SCANNED: 3}  # the event's JoinScene counts differently
LEFT, REMOVED = 0, 1


class WeCom:
    """The corp of this world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tokens = CorpTokens(world.clock, world.ids)
        self.staff: dict[str, str] = {one["userid"]: one["name"] for one in world.config["wecom"]["staff"]}
        self.groups: dict[str, Group] = {}
        self.join_ways: dict[str, JoinWay] = {}
        self.contact_ways: dict[str, ContactWay] = {}
        self.contacts: dict[tuple[str, str], Contact] = {}
        self.welcomes: dict[str, Welcome] = {}

    def create_group(self, name: str, owner: str, staff: list[str], **more: Any) -> Group:
        """A staff member makes a group in the client."""
        world = self._world
        group = Group(
            chat_id=more.get("chat_id") or "wrDEMO" + world.ids.token("group", 26),
            name=name,
            owner=owner,
            capacity=more.get("capacity") or world.switches["wecom.group_capacity"],
            qr_limit=more.get("qr_limit") or world.switches["wecom.group_qr_limit"],
            create_time=world.clock.seconds(),
        )
        self.groups[group.chat_id] = group
        for userid in dict.fromkeys([owner, *staff]):
            group.members.append(self._member(userid, 1, self.staff.get(userid, userid), SCENE_INVITED))
        self._bump(group)
        self._chat_event(group, "create", {})
        self._changed(group)
        world.stream.tell("staff")
        return group

    def _member(self, userid: str, kind: int, name: str, scene: int, state: str = "") -> dict[str, Any]:
        now = self._world.clock.seconds()
        return {
            "userid": userid,
            "type": kind,
            "name": name,
            "join_time": now,
            "join_scene": scene,
            "state": state or None,
        }

    def join(self, account: Account, group: Group, scene: int, state: str = "", invitor: str = "") -> str:
        """A person enters a group: joined, already, full or dismissed."""
        if group.status != "open":
            return "dismissed"
        if group.member(account.external_userid):
            return "already"
        room = group.qr_limit if scene == SCENE_SCANNED else group.capacity
        if len(group.members) >= min(room, group.capacity):
            return "full"
        member = self._member(account.external_userid, 2, account.nickname, scene, state)
        self._add(group, {**member, "account_id": account.account_id, "invitor": invitor}, scene)
        return "joined"

    def fill(self, group: Group, count: int) -> None:
        """Strangers join by invitation, as far as there is room."""
        for _ in range(min(count, group.capacity - len(group.members))):
            self._add(
                group,
                self._member("wmSTRANGER" + self._world.ids.token("stranger", 22), 2, "路人", SCENE_INVITED),
                SCENE_INVITED,
            )

    def _add(self, group: Group, member: dict[str, Any], scene: int) -> None:
        before = group.member_version
        group.members.append(member)
        self._bump(group)
        self._say_in(group, "", f"{member['name']} 加入了群聊", system=True)
        fields = {"UpdateDetail": "add_member", "JoinScene": EVENT_SCENE[scene]}
        self._chat_event(group, "update", fields | self._list_fields([member["userid"]], before, group))
        self._changed(group)

    def scan(self, account: Account, way: JoinWay) -> tuple[str, str | None]:
        """A person scans a group code: the outcome and the group."""
        groups = [self.groups[chat_id] for chat_id in way.chat_ids if chat_id in self.groups]
        inside = next((group for group in groups if group.member(account.external_userid)), None)
        if inside:
            return "already", inside.chat_id
        outcome = "dismissed"
        for group in groups:
            outcome = self.join(account, group, SCENE_SCANNED, way.settings.get("state", ""))
            if outcome == "joined":
                return outcome, group.chat_id
        if outcome == "full" and way.settings.get("auto_create_room", 1):
            grown = self._grow(way, groups[0].owner)
            return self.join(account, grown, SCENE_SCANNED, way.settings.get("state", "")), grown.chat_id
        return outcome, None

    def _grow(self, way: JoinWay, owner: str) -> Group:
        """WeCom makes the next group of a code by itself."""
        settings = way.settings
        number = settings.get("room_base_id", 1)
        group = self.create_group(f"{settings.get('room_base_name', '群聊')}{number}", owner, [])
        way.settings = settings | {"room_base_id": number + 1, "chat_id_list": [*way.chat_ids, group.chat_id]}
        return group

    def leave(self, group: Group, userid: str, quit_scene: int) -> bool:
        """A member leaves or is removed; false when not inside."""
        member = group.member(userid)
        if member is None or group.status != "open":
            return False
        before = group.member_version
        group.members.remove(member)
        self._bump(group)
        self._say_in(group, "", f"{member['name']} {'退出了群聊' if quit_scene == LEFT else '被移出群聊'}", system=True)
        fields = {"UpdateDetail": "del_member", "QuitScene": quit_scene}
        self._chat_event(group, "update", fields | self._list_fields([userid], before, group))
        self._changed(group)
        return True

    def dismiss(self, group: Group) -> None:
        """The owner ends the group."""
        if group.status == "open":
            group.status = "dismissed"
            self._bump(group)
            self._say_in(group, "", "群聊已解散", system=True)
            self._chat_event(group, "dismiss", {})
            self._changed(group)

    def change(self, group: Group, detail: str) -> None:
        """Name, notice or owner was changed in the client (already set on the group)."""
        group.remember(self._world.clock.now())
        self._chat_event(group, "update", {"UpdateDetail": detail})
        self._changed(group)

    def say(self, group: Group, name: str, text: str) -> None:
        """Somebody writes into the group; no server hears it."""
        self._say_in(group, name, text, system=False)
        self._changed(group)

    def send_in(self, group: Group, name: str, text: str, attachments: list[dict[str, Any]]) -> None:
        """A mass message arrives in the group under the owner's name."""
        self._say_in(group, name, text, system=False, attachments=attachments)
        self._changed(group)

    def _say_in(self, group: Group, name: str, text: str, *, system: bool, **more: Any) -> None:
        group.messages.append({"at": self._world.clock.now(), "from": name, "text": text, "system": system, **more})

    def _bump(self, group: Group) -> None:
        group.member_version = version(self._world.ids.token("version", 16))
        group.remember(self._world.clock.now())

    def _changed(self, group: Group) -> None:
        self._world.stream.tell("group", chat_id=group.chat_id)

    def _list_fields(self, userids: list[str], before: str, group: Group) -> dict[str, Any]:
        form = self._world.switches["wecom.member_list"]
        if form == "none":
            return {}
        members: str | list[str] = userids if form == "items" else ",".join(userids)
        versions = {"LastMemVer": before, "CurMemVer": group.member_version}
        return {"MemChangeCnt": len(userids), "MemChangeList": members, **versions}

    def _chat_event(self, group: Group, change: str, fields: dict[str, Any]) -> None:
        detail = str(fields.get("UpdateDetail", ""))
        self.event(
            "change_external_chat", change, {"ChatId": group.chat_id}, fields, f"{group.name}: {change} {detail}"
        )

    def event(
        self, name: str, change: str, first: dict[str, str], fields: dict[str, Any], summary: str, after: float = 0.0
    ) -> None:
        """Send one event to Pond; everything of customer contact comes from `sys`."""
        body = xml(
            {
                "ToUserName": self._world.config["wecom"]["corp_id"],
                "FromUserName": "sys",
                "CreateTime": self._world.clock.seconds(),
                "MsgType": "event",
                "Event": name,
                **first,
                "ChangeType": change,
                **fields,
            }
        )
        self._world.courier.send("wecom", change, summary.strip(), body, after=after)
