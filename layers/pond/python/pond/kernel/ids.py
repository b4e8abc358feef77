"""Identifiers: random ones that sort by time, and pseudonyms that stand for a person's ids everywhere outside
sealed fields."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from pond.kernel.settings import secret

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32: no i, l, o, u


def new_id(now: datetime, randomness: int | None = None) -> str:
    """26 characters that sort by creation time (48 bits of milliseconds, 80 bits of randomness)."""
    value = int(now.timestamp() * 1000) << 80 | (secrets.randbits(80) if randomness is None else randomness)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def pseudonym(kind: str, value: str) -> str:
    """26 characters that stand for `value` (an openid, unionid, external_userid or phone) as key and in events
    and logs.

    A keyed hash (HMAC-SHA256, 128 bits kept): equal values meet, and nobody without the key can go back or try
    numbers out.
    """
    key = secret("keys")["hash_key"].encode()
    digest = hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()
