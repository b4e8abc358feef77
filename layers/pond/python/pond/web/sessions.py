"""Who is asking: a signed cookie with pseudonyms, a form token bound to it, and the signed `state` of the OAuth trip.

What always holds: nothing is kept on our side; a value made for one purpose does not verify for another; whatever is
forged, altered or expired reads as absent, so that the person simply starts again.
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pond.kernel.errors import Refused
from pond.kernel.settings import secret

SESSION_COOKIE = "pond"
START_COOKIE = "pond_start"
SESSION_LIFE = timedelta(days=30)
START_LIFE = timedelta(minutes=10)
STATE_MAX = 128  # WeChat: `state` is a-zA-Z0-9, at most 128 characters
_SIGNATURE = 12  # bytes kept of HMAC-SHA256 where room is short: leaves 64 for a state's target


@dataclass(frozen=True)
class Session:
    """The person behind a browser, by pseudonyms only."""

    follower_id: str
    account_id: str
    expires: int  # epoch seconds


def open_session(follower_id: str, account_id: str, now: datetime) -> Session:
    """A session that begins now."""
    return Session(follower_id, account_id, int((now + SESSION_LIFE).timestamp()))


def seal(session: Session) -> str:
    """The cookie's value."""
    payload = _encode(json.dumps([session.follower_id, session.account_id, session.expires]).encode())
    return f"{payload}.{_encode(_sign('session', payload.encode()))}"


def unseal(value: str, now: datetime) -> Session | None:
    """The session in a cookie's value; None when it is not ours, altered or over."""
    payload, _, signature = value.partition(".")
    if not hmac.compare_digest(_encode(_sign("session", payload.encode())).encode(), signature.encode()):
        return None
    follower_id, account_id, expires = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return Session(follower_id, account_id, expires) if now.timestamp() < expires else None


def form_token(session: Session, opened_at: datetime) -> str:
    """What a form shown to this person must carry (against requests made by foreign pages): when, and our word."""
    opened = f"{int(opened_at.timestamp()):x}"
    whose = f"{opened}|{session.follower_id}|{session.account_id}"
    return f"{opened}.{_encode(_sign('form', whose.encode())[:_SIGNATURE])}"


def form_opened_at(session: Session, given: str, now: datetime) -> datetime | None:
    """When we showed this person the page that a form came from, to the second; None if we did not, or long ago."""
    opened = given.partition(".")[0]
    try:
        opened_at = datetime.fromtimestamp(int(opened, 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if not hmac.compare_digest(form_token(session, opened_at).encode(), given.encode()):
        return None
    return opened_at if now - opened_at < SESSION_LIFE else None


def new_start(kept: str | None = None) -> str:
    """The value of the short-lived cookie that ties an OAuth trip to the browser that began it; a good one is kept, so
    that two pages opened at once both come home."""
    return kept if kept and len(kept) == 32 and kept.isalnum() and kept.isascii() else secrets.token_hex(16)


def seal_state(target: str, start: str, now: datetime) -> str:
    """The OAuth `state` that brings the person back to `target` (a short ASCII text: programme and channel).

    Raises:
        Refused: `state.too_long`.
    """
    body = struct.pack(">I", int((now + START_LIFE).timestamp())) + target.encode()
    state = base64.b32encode(_sign("state", start.encode() + b"|" + body)[:_SIGNATURE] + body).decode().rstrip("=")
    if len(state) > STATE_MAX:
        raise Refused("state.too_long", f"{len(target)} characters of target")
    return state


def unseal_state(state: str, start: str, now: datetime) -> str | None:
    """The target in a returned `state`; None when it is not ours, another browser's, altered or over."""
    try:
        whole = base64.b32decode(state + "=" * (-len(state) % 8))
    except ValueError:
        return None
    signature, body = whole[:_SIGNATURE], whole[_SIGNATURE:]
    if not hmac.compare_digest(_sign("state", start.encode() + b"|" + body)[:_SIGNATURE], signature):
        return None
    (expires,) = struct.unpack(">I", body[:4])
    return body[4:].decode() if now.timestamp() < expires else None


def cookie(name: str, value: str, life: timedelta, path: str, secure: bool) -> str:
    """A `Set-Cookie` value that scripts cannot read."""
    flags = "; Secure" if secure else ""
    return f"{name}={value}; Path={path or '/'}; Max-Age={int(life.total_seconds())}; HttpOnly; SameSite=Lax{flags}"


def ended_cookie(name: str, path: str, secure: bool) -> str:
    """A `Set-Cookie` value that ends a cookie."""
    return cookie(name, "", timedelta(), path, secure)


def _sign(purpose: str, message: bytes) -> bytes:
    key = secret("keys")["session_key"].encode()
    return hmac.new(key, purpose.encode() + b"|" + message, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
