"""Youzan's pushes: proven to be Youzan's and ours on the raw bytes, then opened. Keeping them is another's.

What always holds: nothing of a push is believed before its signature is right; what is opened names our app and one of
our shops. There is no timestamp and no nonce in the signature, so whoever keeps pushes must bear replays.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from pond.kernel.errors import Refused
from pond.platforms.signatures import matches

SIZE_MAX = 512 * 1024  # an order of a hundred items has some 200 KB once encoded


@dataclass(frozen=True)
class App:
    """Our app at Youzan, and the shops (kdt_id) it may hear of: one, or a head office with its branches."""

    client_id: str
    client_secret: str = field(repr=False)
    shops: Collection[int] = ()
    accept_body_sign: bool = False  # the officially discouraged `sign` of the body counts where no header came


@dataclass(frozen=True, kw_only=True)
class Push:
    """One push, opened. `status`, `root_kdt_id` and `msg_id` may be missing; `sendCount` says nothing and is dropped.

    `version` is in the unit it came in: seconds for orders, sometimes milliseconds for refunds.
    """

    type: str
    id: str
    version: int
    msg_id: str
    status: str
    kdt_id: int
    root_kdt_id: int | None
    test: bool
    msg: dict[str, Any] = field(repr=False)

    @property
    def business_key(self) -> str:
        """The same for whatever tells the same: a chain's head office and branch may each push an event.

        Two partial refunds of one order can share a second, so the refund belongs to it.
        """
        refund_id = self.msg.get("refund_id") or ""
        return json.dumps([self.type, self.id, self.version, str(refund_id)], ensure_ascii=False)


def sign(client_id: str, text: bytes, client_secret: str) -> str:
    """Youzan's signature of a text: plain MD5 over all three, no HMAC."""
    whole = client_id.encode() + text + client_secret.encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest()  # the partner's algorithm


def receive(raw: bytes, event_sign: str | None, app: App) -> Push:
    """Prove and open a push. `event_sign`: the header `Event-Sign`, None when there is none.

    Raises:
        Refused: `callback.too_large`, `callback.signature`, `callback.foreign_receiver` (another app's or shop's),
            `callback.json` (not JSON, or not the shape), `callback.double_encoded`.
    """
    if len(raw) > SIZE_MAX:
        raise Refused("callback.too_large", f"{len(raw)} bytes")
    if event_sign is not None and not matches(sign(app.client_id, raw, app.client_secret), event_sign):
        raise Refused("callback.signature", "Event-Sign does not match")
    if event_sign is None and not app.accept_body_sign:
        raise Refused("callback.signature", "no Event-Sign")
    envelope = _object(_loads(raw), "body")
    if event_sign is None:
        _check_body_sign(envelope, app)
    if envelope.get("client_id") != app.client_id:
        raise Refused("callback.foreign_receiver", "another client_id")
    kdt_id, root_kdt_id = _whole(envelope, "kdt_id"), _whole(envelope, "root_kdt_id")
    if not {kdt_id, root_kdt_id} & set(app.shops):
        raise Refused("callback.foreign_receiver", f"shop {kdt_id}")
    return Push(
        type=_text(envelope, "type"),
        id=_text(envelope, "id"),
        version=_whole(envelope, "version") or 0,
        msg_id=_text(envelope, "msg_id"),
        status=_text(envelope, "status"),
        kdt_id=kdt_id or 0,
        root_kdt_id=root_kdt_id,
        test=envelope.get("test") is True or envelope.get("test") == "true",
        msg=_opened(envelope.get("msg")),
    )


def _check_body_sign(envelope: dict[str, Any], app: App) -> None:
    """Only for a `msg` that is a text: how objects are signed is not documented."""
    msg, given = envelope.get("msg"), envelope.get("sign")
    if not isinstance(msg, str) or not isinstance(given, str):
        raise Refused("callback.signature", "neither Event-Sign nor a sign over a text")
    if not matches(sign(app.client_id, msg.encode("utf-8", "surrogatepass"), app.client_secret), given):
        raise Refused("callback.signature", "sign does not match")


def _opened(msg: object) -> dict[str, Any]:
    """The message: an object as it is, or JSON that is url-encoded with `+` for a space."""
    if not isinstance(msg, str):
        return _object(msg, "msg")
    try:
        text = unquote_plus(msg, errors="strict")
    except ValueError:
        raise Refused("callback.json", "msg is not UTF-8") from None
    if text.lstrip()[:1] == "%":
        raise Refused("callback.double_encoded", "msg is url-encoded twice")
    opened = _loads(text)
    if isinstance(opened, str):
        raise Refused("callback.double_encoded", "msg is JSON in JSON")
    return _object(opened, "msg")


def _loads(text: str | bytes) -> object:
    """JSON whose numbers with a point stay the text they were: they are money. Half an emoji (a nickname that was cut)
    becomes a question mark."""
    try:
        value = json.loads(text, parse_float=str, parse_constant=_no_constant)
        whole = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return value if b"?" not in whole else json.loads(whole)
    except (ValueError, RecursionError):
        raise Refused("callback.json", "not JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("callback.json", f"{what} is no object")
    return value


def _text(envelope: dict[str, Any], name: str) -> str:
    value = envelope.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused("callback.json", f"{name} is no text")
    return str(value)


def _whole(envelope: dict[str, Any], name: str) -> int | None:
    value = envelope.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError
        return int(value)
    except ValueError:
        raise Refused("callback.json", f"{name} is no whole number") from None
