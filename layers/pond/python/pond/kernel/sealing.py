"""Sealed fields: AES-256-GCM under a data key that KMS wraps (envelope). Destroying the KMS key makes them unreadable.

A sealed value is `version (1) | length of wrapped key (2) | wrapped key | nonce (12) | ciphertext and tag`. `context`
is bound as associated data: a value copied to another row does not open there.
"""

import os
import time
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pond.kernel.aws import client
from pond.kernel.settings import settings

_VERSION = 1
_DATA_KEY_SECONDS = 600  # one KMS call per process and ten minutes, not per field
_held: tuple[float, bytes, bytes] | None = None  # (made, plain, wrapped)


def seal(plain: bytes, context: str) -> bytes:
    """Encrypt `plain` for the row named by `context` (such as "phones/<phone_id>")."""
    key, wrapped = _data_key()
    nonce = os.urandom(12)
    head = bytes([_VERSION]) + len(wrapped).to_bytes(2, "big") + wrapped + nonce
    return head + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` made for the same `context`.

    Raises:
        ValueError: not a sealed value of a known version.
        cryptography.exceptions.InvalidTag: altered, or sealed for another context.
    """
    if len(sealed) < 3 or sealed[0] != _VERSION:
        raise ValueError("not a sealed value of a known version")
    size = int.from_bytes(sealed[1:3], "big")
    wrapped, rest = sealed[3 : 3 + size], sealed[3 + size :]
    return AESGCM(_unwrap(wrapped)).decrypt(rest[:12], rest[12:], context.encode())


def _data_key() -> tuple[bytes, bytes]:
    global _held
    if _held is None or time.monotonic() - _held[0] > _DATA_KEY_SECONDS:
        answer = client("kms").generate_data_key(KeyId=settings().key_id, KeySpec="AES_256")
        _held = (time.monotonic(), answer["Plaintext"], answer["CiphertextBlob"])
    return _held[1], _held[2]


@lru_cache(maxsize=64)
def _unwrap(wrapped: bytes) -> bytes:
    plain: bytes = client("kms").decrypt(CiphertextBlob=wrapped, KeyId=settings().key_id)["Plaintext"]
    return plain
