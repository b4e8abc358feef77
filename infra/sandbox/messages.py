"""The XML that partners send and the envelopes around it. Text is CDATA, numbers are bare, lists are nested `Item`s."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from defusedxml import ElementTree

from sandbox.crypto import Sealer, Unreadable, sign


class Garbage(Exception):
    """Pond's answer isn't one that the platform understands; the text says why."""


def _value(value: str | int | list[str]) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "".join(f"<Item>{_value(item)}</Item>" for item in value)
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def xml(fields: Mapping[str, str | int | list[str]]) -> str:
    """A message's XML."""
    return "<xml>" + "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items()) + "</xml>"


@dataclass(frozen=True)
class Envelope:
    """How one platform wraps messages for one receiver: `mode` is plain, compatible or aes."""

    token: str
    sealer: Sealer
    mode: str
    wecom: bool

    def body(self, message: str, random16: bytes) -> tuple[str, str]:
        """The body to post, and the ciphertext in it ("" in plain mode)."""
        if self.mode == "plain":
            return message, ""
        sealed = self.sealer.seal(message.encode(), random16)
        if self.mode == "compatible":
            return message.removesuffix("</xml>") + f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>", sealed
        to = _text(message, "ToUserName")
        agent = {"AgentID": ""} if self.wecom else {}
        return xml({"ToUserName": to, **agent, "Encrypt": sealed}), sealed

    def query(self, timestamp: str, nonce: str, sealed: str) -> dict[str, str]:
        """The signed query of a push; made anew for every attempt."""
        query = {"timestamp": timestamp, "nonce": nonce}
        if not self.wecom:
            query["signature"] = sign(self.token, timestamp, nonce)
        if sealed:
            query["msg_signature"] = sign(self.token, timestamp, nonce, sealed)
            if not self.wecom:
                query["encrypt_type"] = "aes"
        return query

    def reply(self, body: bytes) -> dict[str, str] | None:
        """The passive reply in an answer's body: its fields, or None for none.

        Raises:
            Garbage: not XML, not signed, not for us.
        """
        if body.strip() in (b"", b"success"):
            return None
        fields = _flat(body)
        if self.mode == "plain":
            return fields
        sealed = fields.get("Encrypt", "")
        if not sealed:
            raise Garbage("reply is not encrypted")
        if fields.get("MsgSignature") != sign(self.token, fields.get("TimeStamp", ""), fields.get("Nonce", ""), sealed):
            raise Garbage("reply's MsgSignature is wrong")
        try:
            return _flat(self.sealer.open(sealed))
        except Unreadable as error:
            raise Garbage(f"reply can't be decrypted: {error}") from error


def _flat(body: bytes) -> dict[str, str]:
    try:
        root: Any = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        raise Garbage("reply is not XML") from error
    return {child.tag: child.text or "" for child in root}


def _text(message: str, tag: str) -> str:
    return _flat(message.encode()).get(tag, "")
