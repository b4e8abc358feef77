"""Customers add staff through contact ways, staff confirm or delete them; welcome codes live twenty seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.people import Account
from sandbox.wecom_model import Contact, ContactWay, Welcome

if TYPE_CHECKING:
    from sandbox.state import World

WELCOME_SECONDS = 20


def scan(world: World, account: Account, way: ContactWay) -> tuple[str, str]:
    """A person scans a staff member's code: added, requested or already; and whom."""
    users = way.settings["user"]
    mine = [userid for userid in users if (userid, account.account_id) in world.wecom.contacts]
    if mine:
        waiting = world.wecom.contacts[mine[0], account.account_id].task_id
        return ("requested" if waiting else "already"), mine[0]
    userid = world.ids.random("staff").choice(users)
    contact = Contact(userid, account.account_id, way.settings.get("state", ""), world.clock.seconds())
    world.wecom.contacts[userid, account.account_id] = contact
    if not way.settings.get("skip_verify", True):
        contact.task_id = world.ids.next("t")
        world.stream.tell("staff")
        return "requested", userid
    code = _event(world, contact, "add_half_external_contact", "")
    pause = world.switches["wecom.half_confirm_seconds"]

    async def confirmed() -> None:
        _event(world, contact, "add_external_contact", code)

    world.courier.later(pause, confirmed)
    _tell(world, account)
    return "added", userid


def confirm(world: World, contact: Contact) -> None:
    """The staff member accepts a request."""
    contact.task_id = ""
    contact.created = world.clock.seconds()
    _event(world, contact, "add_external_contact", "")
    _tell(world, world.people.accounts[contact.account_id])


def delete(world: World, contact: Contact, by: str) -> None:
    """One of the two ends it."""
    del world.wecom.contacts[contact.userid, contact.account_id]
    change = "del_external_contact" if by == "staff" else "del_follow_user"
    _send(world, contact, change, {})
    _tell(world, world.people.accounts[contact.account_id])


def _tell(world: World, account: Account) -> None:
    world.stream.tell("staff")
    world.stream.tell("account", account_id=account.account_id)


def _event(world: World, contact: Contact, change: str, code: str) -> str:
    """Send an add event with its welcome code, the same one (`code`) in the second event of a pair; returns the code.

    No code: when the admin configured a welcome, or the earlier event's code is used.
    """
    if world.switches["wecom.welcome_configured"]:
        code = ""
    elif not code:
        code = world.ids.token("welcome", 32)
        world.wecom.welcomes[code] = Welcome(contact, world.clock.now() + WELCOME_SECONDS)
    usable = code and not world.wecom.welcomes[code].used
    fields = {"State": contact.state} if contact.state else {}
    _send(world, contact, change, fields | ({"WelcomeCode": code} if usable else {}))
    return code


def _send(world: World, contact: Contact, change: str, fields: dict[str, Any]) -> None:
    account = world.people.accounts[contact.account_id]
    who = {"UserID": contact.userid, "ExternalUserID": account.external_userid}
    summary = f"{account.nickname} ↔ {contact.userid}: {change}"
    world.wecom.event("change_external_contact", change, {}, who | fields, summary)


def welcome(world: World, code: str, text: str, attachments: list[dict[str, Any]]) -> int:
    """Deliver a welcome; 0 or the error code."""
    known = world.wecom.welcomes.get(code)
    if known is None or world.clock.now() >= known.until:
        return 41050
    if known.used:
        return 41051
    if world.switches["wecom.welcome_taken"]:
        return 41096
    known.used = True
    known.contact.welcome = text
    known.contact.attachments = attachments
    _tell(world, world.people.accounts[known.contact.account_id])
    return 0
