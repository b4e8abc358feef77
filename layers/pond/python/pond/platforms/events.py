"""Events of the outside: a callback was received."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pond.kernel.events import DomainEvent

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


def from_change(table: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[DomainEvent]:
    """What a row's change (images as plain values) means. The official account's callbacks are worked at once: none."""
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
