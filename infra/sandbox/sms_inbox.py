"""What both SMS vendors share: numbers, signed hosts, and the phones' inbox."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.state import World

CHINA = timezone(timedelta(hours=8))
MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


def hosts(headers: Mapping[str, str], own: str) -> list[dict[str, str]]:
    """The headers as they may have been signed: for the host that was called, or for the vendor's own name."""
    given = dict(headers)
    return [given, given | {"host": own}]


def template_of(settings: Mapping[str, Any], code: object) -> tuple[str, str] | None:
    """An approved template: its kind (code, notice, marketing) and its text. A plain text is of a code."""
    template = settings["templates"].get(str(code))
    if template is None:
        return None
    return ("code", template) if isinstance(template, str) else (template["kind"], template["text"])


def deliver(world: World, vendor: str, number: str, sign: str, text: str, params: list[str], kind: str) -> None:
    """Remember the message; the phone sees it unless the network loses it (`arrived` is false)."""
    phone = f"+86{number}"
    message = {"sms_id": world.ids.next("s"), "at": world.clock.now(), "phone": phone, "vendor": vendor, "sign": sign}
    message |= {"kind": kind, "text": f"【{sign}】{text}", "params": params, "arrived": world.switches["sms.deliver"]}
    world.sms.append(message)
    owner = world.people.by_phone(phone)
    world.stream.tell("sms", person_id=owner.person_id if owner else None)


def sent(world: World, vendor: str, number: str) -> list[dict[str, Any]]:
    """What the vendor accepted for the number so far."""
    return [sms for sms in world.sms if sms["vendor"] == vendor and sms["phone"] == f"+86{number}"]
