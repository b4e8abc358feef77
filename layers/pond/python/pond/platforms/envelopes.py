"""Encrypted callbacks of the official account and WeCom (one layout): verify, open, close.

What always holds: padding is PKCS#7 with blocks of 32 bytes, taken strictly; an envelope meant for another receiver is
refused; no error says what was inside. Callers verify the signature before they open.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pond.kernel.errors import Permanent, Refused
from pond.platforms.signatures import matches, sha1_signature
from pond.platforms.xml import cdata

_BLOCK = 32  # the partners pad to 32 bytes, though AES blocks are 16
_HEAD = 20  # 16 random bytes, then the message's length in 4


@dataclass(frozen=True)
class Envelope:
    """How one receiver's callbacks are sealed: its token, EncodingAESKey (43 characters) and id (AppID or CorpID)."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receive_id: str

    def verify(self, signature: str, timestamp: str, nonce: str, encrypted: str | None = None) -> bool:
        """Whether the signature is right: over three parts (plain mode) or four (with the ciphertext as received)."""
        parts = [self.token, timestamp, nonce, *([] if encrypted is None else [encrypted])]
        return matches(sha1_signature(*parts), signature)

    def open(self, encrypted: str) -> bytes:
        """The message in a base64 ciphertext whose signature was verified.

        Raises:
            Refused: `callback.undecryptable` when it is not what this key seals; `callback.foreign_receiver` when it is
                meant for another account.
        """
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused("callback.undecryptable", "not base64") from error
        if not sealed or len(sealed) % _BLOCK:
            raise Refused("callback.undecryptable", "not whole blocks")
        decryptor = self._cipher().decryptor()
        plain = _unpadded(decryptor.update(sealed) + decryptor.finalize())
        end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        if len(plain) < _HEAD or end > len(plain):
            raise Refused("callback.undecryptable", "length does not fit")
        if not hmac.compare_digest(plain[end:], self.receive_id.encode()):
            raise Refused("callback.foreign_receiver", "sealed for another account")
        return plain[_HEAD:end]

    def close(self, reply: bytes, nonce: str, timestamp: str, random16: bytes | None = None) -> str:
        """The XML that carries `reply` sealed and signed, as the answer to a callback."""
        head = os.urandom(16) if random16 is None else random16
        plain = head + len(reply).to_bytes(4, "big") + reply + self.receive_id.encode()
        fill = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
        encrypted = base64.b64encode(sealed).decode()
        signature = sha1_signature(self.token, timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{cdata(timestamp)}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _cipher(self) -> Cipher[modes.CBC]:
        try:
            key = base64.b64decode(self.aes_key + "=")
        except (binascii.Error, ValueError) as error:
            raise Permanent("settings.aes_key", "the EncodingAESKey is not base64") from error
        if len(key) != 32:
            raise Permanent("settings.aes_key", "the EncodingAESKey must have 43 characters")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _unpadded(plain: bytes) -> bytes:
    fill = plain[-1]
    if not 1 <= fill <= _BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise Refused("callback.undecryptable", "wrong padding")
    return plain[:-fill]
