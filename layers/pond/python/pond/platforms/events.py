"""Events of the outside: a callback was received, a text message ended."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pond.kernel.events import DomainEvent
from pond.platforms.model_sms import TextState

_CODE = re.compile(r"[A-Za-z0-9_:.-]{1,40}")  # anything else that a vendor says may be of a person
WECOM, YOUZAN = "wecom", "youzan"


@dataclass(frozen=True, kw_only=True)
class CallbackReceived(DomainEvent):
    """A callback of WeCom or Youzan is kept under `callback_id`. `welcome`: it brought a welcome code, which lives 20
    seconds."""

    name: ClassVar[str] = "callback.received"

    callback_id: str
    source: str
    kind: str
    welcome: bool


@dataclass(frozen=True, kw_only=True)
class TextEnded(DomainEvent):
    """A text message is known to be delivered, or not to be. `reference` is what its sender knows it by, `reason` the
    vendor's code."""

    name: ClassVar[str] = "text.ended"

    reference: str
    delivered: bool
    reason: str


def from_change(table: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[DomainEvent]:
    """What a row's change (images as plain values) means. The official account's callbacks are worked at once: none."""
    if table == "texts":
        return _ended(old, new)
    if table != "callbacks" or old or not new or new["source"] not in (WECOM, YOUZAN):
        return []
    return [
        CallbackReceived(
            callback_id=new["callback_id"],
            source=new["source"],
            kind=new["kind"],
            welcome=bool(new["has_welcome_code"]),
        )
    ]


def _ended(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[DomainEvent]:
    if (
        not new
        or not new.get("reference")
        or new["state"] == TextState.ACCEPTED
        or (old and old["state"] != TextState.ACCEPTED)
    ):
        return []
    reason = str(new.get("reason") or "")
    return [
        TextEnded(
            reference=new["reference"],
            delivered=new["state"] == TextState.DELIVERED,
            reason=reason if _CODE.fullmatch(reason) else "other",
        )
    ]
