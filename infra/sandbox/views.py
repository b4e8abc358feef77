"""How the control API shows people, groups and codes (the shapes in API.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.people import Account, Person
from sandbox.wecom_contact_api import picture_url
from sandbox.wecom_masses import MassTask
from sandbox.wecom_model import Contact, ContactWay, Group, JoinWay

if TYPE_CHECKING:
    from sandbox.state import World


def account(world: World, one: Account) -> dict[str, Any]:
    """An `Account`."""
    names = ("account_id", "person_id", "nickname", "openid", "unionid", "external_userid")
    states = ("following", "granted", "snapshot", "bound", "refuses")
    groups = [group.chat_id for group in world.wecom.groups.values() if group.member(one.external_userid)]
    contacts = [c.userid for c in world.wecom.contacts.values() if c.account_id == one.account_id and not c.task_id]
    return {name: getattr(one, name) for name in (*names, *states)} | {"groups": groups, "contacts": contacts}


def person(world: World, one: Person) -> dict[str, Any]:
    """A `Person`."""
    accounts = [account(world, world.people.accounts[account_id]) for account_id in one.account_ids]
    return {"person_id": one.person_id, "nickname": one.nickname, "phone": one.phone, "accounts": accounts}


def group(world: World, one: Group) -> dict[str, Any]:
    """A `Group`, as it is now (not late, as groupchat/get shows it)."""
    names = ("chat_id", "name", "owner", "notice", "status", "capacity", "qr_limit", "member_version")
    shown = ("userid", "type", "name", "join_time", "join_scene", "state")
    members = [{name: m[name] for name in shown} | {"account_id": m.get("account_id")} for m in one.members]
    messages = [m | {"attachments": attachments(world, m.get("attachments", []))} for m in one.messages]
    return {name: getattr(one, name) for name in names} | {"members": members, "messages": messages}


def join_way(world: World, one: JoinWay) -> dict[str, Any]:
    """A `JoinWay`."""
    settings = one.settings
    return {
        "config_id": one.config_id,
        "state": settings.get("state", ""),
        "chat_ids": one.chat_ids,
        "auto_create_room": settings["auto_create_room"],
        "room_base_name": settings.get("room_base_name", ""),
        "room_base_id": settings.get("room_base_id", 1),
        "qr_code": picture_url(world, one.config_id),
        "code": one.code,
        "remark": settings["remark"],
    }


def contact_way(world: World, one: ContactWay) -> dict[str, Any]:
    """A `ContactWay`."""
    return {
        "config_id": one.config_id,
        "state": one.settings.get("state", ""),
        "users": one.settings["user"],
        "skip_verify": one.settings.get("skip_verify", True),
        "qr_code": picture_url(world, one.config_id),
        "code": one.code,
        "remark": one.settings.get("remark", ""),
    }


def contact(world: World, one: Contact) -> dict[str, Any]:
    """A staff member's customer, with the welcome they got."""
    names = ("userid", "account_id", "state", "add_way", "welcome", "attachments", "messages")
    nickname = world.people.accounts[one.account_id].nickname
    shown = {name: getattr(one, name) for name in names} | {"nickname": nickname}
    messages = [message | {"attachments": attachments(world, message["attachments"])} for message in one.messages]
    return shown | {"attachments": attachments(world, one.attachments), "messages": messages}


def attachments(world: World, some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attachments with the addresses and names of what was uploaded (`shown`), as a phone needs them."""
    result = []
    for one in some:
        values = one.get(one["msgtype"]) or {}
        media_id = values.get("pic_media_id") or values.get("media_id")
        url = world.media.address(media_id) or values.get("pic_url") or values.get("picurl") or None
        result.append(one | {"shown": {"url": url, "filename": world.media.filename(media_id)}})
    return result


def mass_task(world: World, one: MassTask) -> dict[str, Any]:
    """A mass send as staff see it."""
    names = ("msgid", "chat_type", "text", "created", "cancelled")
    parts = [
        {
            "userid": part.userid,
            "sent_at": part.sent_at,
            "reminded": part.reminded,
            "targets": len(part.targets),
            "statuses": {str(status): sum(t.status == status for t in part.targets) for status in range(4)},
        }
        for part in one.parts.values()
    ]
    shown = {name: getattr(one, name) for name in names}
    return shown | {"attachments": attachments(world, one.attachments), "parts": parts}


def task(world: World, one: Contact) -> dict[str, Any]:
    """Something a staff member must tap."""
    nickname = world.people.accounts[one.account_id].nickname
    shown = {"task_id": one.task_id, "kind": "confirm_contact", "userid": one.userid, "account_id": one.account_id}
    return shown | {"nickname": nickname, "at": one.created}
