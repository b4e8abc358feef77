"""Callbacks from partners: kept once under a business key before they are answered, worked on afterwards. (What the
official account's pushes come to at once may be kept with its effect instead: `channels.callbacks`.)

What always holds: the same callback delivered n times, at once or hours apart, is one row, and one delivery is told
that it was the first. Ids of people are inside the sealed body and the keyed hash, nowhere else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pond.kernel.errors import NotFound
from pond.kernel.ids import pseudonym
from pond.kernel.settings import settings
from pond.platforms import store_inbox

_CONTACT = "change_external_contact"
_WECOM_EVENTS = {_CONTACT, "change_external_chat"}
_WECOM_FIELDS = (
    *("Event", "ChangeType", "UserID", "ExternalUserID", "ChatId", "UpdateDetail", "State", "WelcomeCode"),
    *("MemChangeList", "CurMemVer", "CreateTime"),
)


@dataclass(frozen=True)
class Received:
    """Where a callback is kept, and whether this delivery was the first of it."""

    callback_id: str
    first: bool


@dataclass(frozen=True)
class Callback:
    """A callback as it came; `fields` as `xml.parse` gives them."""

    source: str
    kind: str
    fields: dict[str, object] = field(repr=False)
    received_at: datetime


def receive(
    source: str, business_key: str, kind: str, fields: Mapping[str, object], now: datetime, *, subject: str = ""
) -> Received:
    """Keep a callback if it is new. `source`: "wecom", "official_account", "youzan" …; the keys of the first two are
    made below. `subject`: what it is about, if it is to be found by that (`about`); never a person's id."""
    callback_id = name(source, business_key)
    first = store_inbox.add(
        store_inbox.Stored(
            callback_id=callback_id,
            source=source,
            kind=kind,
            has_welcome_code=bool(fields.get("WelcomeCode")),
            body=json.dumps(fields, ensure_ascii=False).encode(),
            received_at=now,
            expires_at=now + timedelta(days=int(settings().callback_retention_days)),
            subject=subject,
        )
    )
    return Received(callback_id, first)


def name(source: str, business_key: str) -> str:
    """The id under which a callback is kept, here or with its effect."""
    return f"{source}-{pseudonym('callback', business_key)}"


def find(source: str, business_key: str) -> Callback | None:
    """The callback kept under a key, if it came."""
    stored = store_inbox.find(name(source, business_key))
    return Callback(stored.source, stored.kind, json.loads(stored.body), stored.received_at) if stored else None


def load(callback_id: str) -> Callback:
    """A kept callback.

    Raises:
        NotFound: `callback.not_found` when it never came or its days (`CallbackRetentionDays`) are over.
    """
    stored = store_inbox.find(callback_id)
    if stored is None:
        raise NotFound("callback.not_found", callback_id)
    return Callback(stored.source, stored.kind, json.loads(stored.body), stored.received_at)


def about(subject: str) -> list[str]:
    """The ids of the callbacks kept about a subject, the oldest first."""
    return store_inbox.about(subject)


def official_account_key(fields: Mapping[str, object]) -> str:
    """What makes a message or event of the official account the same one.

    Messages have a MsgId. Events have none: a follow and a scan can share a second, so Event and EventKey belong to
    the key, and the MsgID of the message an event reports on.
    """
    if fields.get("MsgId"):
        return _digest("message", fields["MsgId"])
    return _digest(
        "event", *(fields.get(name) for name in ("FromUserName", "CreateTime", "Event", "EventKey", "MsgID"))
    )


def wecom_key(fields: Mapping[str, object]) -> str:
    """What makes a WeCom event the same one: nearly all it says, as FromUserName is always "sys"; unknown: whole."""
    if fields.get("Event") not in _WECOM_EVENTS:
        return _digest("other", sorted(fields.items()))
    return _digest("event", *(fields.get(name) for name in _WECOM_FIELDS))


def wecom_kind(fields: Mapping[str, object]) -> str:
    """How WeCom's callbacks are told apart: a contact's by ChangeType ("add_external_contact"), others by Event."""
    event = str(fields.get("Event") or fields.get("MsgType") or "unknown")
    return str(fields.get("ChangeType") or event) if event == _CONTACT else event


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
