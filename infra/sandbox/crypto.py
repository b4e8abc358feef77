"""The message envelope of official account and WeCom: SHA-1 signatures and AES-256-CBC with padding to 32 bytes.

Written from the published protocol alone, so that what it seals and opens proves Pond's own implementation.
"""

import base64
import hashlib
from dataclasses import dataclass
from struct import Struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # the protocol pads to 32 although AES has blocks of 16
LENGTH = Struct(">I")


class Unreadable(Exception):
    """The ciphertext isn't ours, or is for another receiver."""


def sign(*parts: str) -> str:
    """Hex SHA-1 over the parts, sorted and joined: the signature of addresses and messages."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Sealer:
    """Seals and opens messages with one `EncodingAESKey` for one receiver (AppID or CorpID)."""

    encoding_aes_key: str
    receiver: str

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.encoding_aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def seal(self, message: bytes, random16: bytes) -> str:
        """Base64 ciphertext of random(16) + length + message + receiver."""
        plain = random16 + LENGTH.pack(len(message)) + message + self.receiver.encode()
        fill = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> bytes:
        """The message inside.

        Raises:
            Unreadable: bad base64, length, padding or receiver.
        """
        try:
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        except ValueError as error:
            raise Unreadable(str(error)) from error
        fill = plain[-1] if plain else 0
        if not 1 <= fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
            raise Unreadable("padding")
        body = plain[16:-fill]
        (length,) = LENGTH.unpack(body[:4])
        message, receiver = body[4 : 4 + length], body[4 + length :]
        if len(message) != length or receiver != self.receiver.encode():
            raise Unreadable("receiver")
        return message
