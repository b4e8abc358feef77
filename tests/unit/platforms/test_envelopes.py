"""The published vectors of the partners' sealing, and everything that must not be opened."""

import base64
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import Permanent, Refused
from pond.platforms.envelopes import Envelope
from pond.platforms.signatures import matches, sha1_signature
from pond.platforms.xml import parse

TOKEN, TIMESTAMP, NONCE = "demoToken", "1700000000", "nonce123"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
RANDOM = b"0123456789abcdef"
ACCOUNT = Envelope(TOKEN, AES_KEY, "wxdemoappid0001")
CORP = Envelope(TOKEN, AES_KEY, "wwdemocorp0001")
V1 = (
    ACCOUNT,
    b"<xml><ToUserName>gh_demo</ToUserName></xml>",
    "Q3stYC6hdFzMh9T8HCvyDECwHx/yRH4d+iICgoQXpLUSbWLClcxgy9SSUaecD8KIBVRVtO+BJtNSrKgexdKqITTd5p6kqs6L1JnvlgP/Z+9aGIDA3Xyf"
    "8vFzVfaRaiJc",
    "2e921dca50c3f806e5fc96e5d77627311f3ee62d",
)
V2 = (
    CORP,
    b"1616140317555161061",
    "Q3stYC6hdFzMh9T8HCvyDH0IHJENRtL8kKsqSYgg4gC/DLMp+Dh0CkakObuqNf3ps29bt0UNYzrHhzOGjYmM4w==",
    "e28194f3a863731b3b59c4bdbd4de54575e7c371",
)
V3 = (
    CORP,
    b"x" * 62,
    "Q3stYC6hdFzMh9T8HCvyDIYwqgDt1ypEUlcs5PfWjtnJYeD0MvCI1D9CnNOEUm4J+N6bL6B/RMvhldhHfuSSzbLUkZJ1An9Xs7+C+o3bw+ak4gSVpEcrmu9d"
    "5UF3BF9iNhVY4zFmsOoBDWtufi9AVE0z3fGmBeIJbuiionyugLQ=",
    "0e57a020445803eca583e4fc691cc2f2aef625ec",
)


def seal(plain: bytes) -> str:
    """Encrypt exactly these bytes, padding and all, with the demonstration key."""
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def test_the_published_plain_signature() -> None:
    assert sha1_signature(TOKEN, TIMESTAMP, NONCE) == "4bccfec33b93fe49d69207423caccb3ce6773cc7"
    assert CORP.verify("4bccfec33b93fe49d69207423caccb3ce6773cc7", TIMESTAMP, NONCE)


@pytest.mark.parametrize(("envelope", "message", "encrypted", "signature"), [V1, V2, V3])
def test_published_vectors(envelope: Envelope, message: bytes, encrypted: str, signature: str) -> None:
    assert envelope.verify(signature, TIMESTAMP, NONCE, encrypted)
    assert envelope.open(encrypted) == message
    reply = parse(envelope.close(message, NONCE, TIMESTAMP, RANDOM).encode())
    assert reply == {"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": TIMESTAMP, "Nonce": NONCE}


@pytest.mark.parametrize("given_signature", ["", "2e921dca50c3f806e5fc96e5d77627311f3ee62e", "签名", V2[3].upper()])
def test_a_wrong_signature_does_not_verify(given_signature: str) -> None:
    assert not CORP.verify(given_signature, TIMESTAMP, NONCE, V2[2])
    assert not matches(V2[3], given_signature)


def test_the_plain_signature_does_not_cover_a_ciphertext() -> None:
    assert not CORP.verify(sha1_signature(TOKEN, TIMESTAMP, NONCE), TIMESTAMP, NONCE, V2[2])


def test_an_envelope_for_another_receiver_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        ACCOUNT.open(V2[2])
    assert refusal.value.code == "callback.foreign_receiver"


def body(message: bytes, length: int | None = None) -> bytes:
    return RANDOM + struct.pack(">I", len(message) if length is None else length) + message + b"wwdemocorp0001"


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "not base64!",
        V2[2][:-4],
        base64.b64encode(b"x" * 48).decode(),  # whole AES blocks, but not whole blocks of 32
        seal(body(b"x" * 29) + b"\x00"),  # padding 0
        seal(body(b"x" * 29) + b"\x21"),  # padding 33
        seal(body(b"x" * 28) + b"\x03\x02"),  # not all padding bytes alike
        seal(body(b"x" * 10) + b"\x04" * 4),  # padded to blocks of 16
        seal(b"\x20" * 32),  # nothing but padding
        seal(body(b"", 2**32 - 1) + b"\x1e" * 30),  # a length beyond the end
    ],
)
def test_what_is_not_an_envelope_is_refused(encrypted: str) -> None:
    with pytest.raises(Refused) as refusal:
        CORP.open(encrypted)
    assert refusal.value.code in {"callback.undecryptable", "callback.foreign_receiver"}
    assert "x" * 8 not in str(refusal.value)


@given(st.binary(max_size=400))
def test_what_is_closed_opens_again(message: bytes) -> None:
    reply = parse(CORP.close(message, NONCE, TIMESTAMP).encode())
    encrypted = str(reply["Encrypt"])
    assert CORP.verify(str(reply["MsgSignature"]), TIMESTAMP, NONCE, encrypted)
    assert CORP.open(encrypted) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_as_a_value_not_as_a_crash(noise: bytes) -> None:
    with pytest.raises(Refused):
        CORP.open(base64.b64encode(noise).decode())


@pytest.mark.parametrize("key", ["", "short", "ü" * 43])
def test_a_wrong_key_setting_is_said_plainly(key: str) -> None:
    with pytest.raises(Permanent) as error:
        Envelope(TOKEN, key, "wwdemocorp0001").open(V2[2])
    assert error.value.code == "settings.aes_key"


def test_keys_do_not_show_in_repr() -> None:
    assert TOKEN not in repr(CORP) and AES_KEY not in repr(CORP)
