"""WeCom's callback address: verified on the raw values, opened, kept once. What follows is a worker's."""

from collections.abc import Mapping
from datetime import datetime

from pond.kernel.errors import Refused
from pond.kernel.settings import secret
from pond.platforms import inbox, xml
from pond.platforms.envelopes import Envelope
from pond.platforms.inbox import Received

SOURCE = "wecom"


def verify_address(query: Mapping[str, str]) -> str:
    """The answer to the check WeCom makes when the address is entered (to be given within 1 s).

    Raises:
        Refused: `callback.signature` and what `Envelope.open` refuses.
    """
    return _opened(query, query.get("echostr", "")).decode()


def receive(query: Mapping[str, str], body: bytes, now: datetime) -> Received:
    """Keep a pushed event, however often it is delivered.

    Raises:
        Refused: `callback.signature`, what `Envelope.open` and `xml.parse` refuse; nothing is kept then.
    """
    sealed = xml.parse(body)
    fields = xml.parse(_opened(query, str(sealed.get("Encrypt", ""))))
    return inbox.receive(SOURCE, inbox.wecom_key(fields), inbox.wecom_kind(fields), fields, now)


def _opened(query: Mapping[str, str], encrypted: str) -> bytes:
    corp = secret("wecom")
    envelope = Envelope(corp["token"], corp["aes_key"], corp["corp_id"])
    signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    if not encrypted or not envelope.verify(signature, timestamp, nonce, encrypted):
        raise Refused("callback.signature", "signature does not match")
    return envelope.open(encrypted)
