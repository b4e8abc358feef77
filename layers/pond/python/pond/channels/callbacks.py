"""The official account's callback address: verified, kept once, acted on, answered, all within WeChat's five seconds.

Nothing is kept or done before the signature is right and the receiver is us. No partner is called here. A repeated
delivery acts again to no further effect and has the same answer, so that one which broke off half-way is completed by
the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pond.channels import codes, followers, keywords
from pond.channels.keywords import Library, TurnedAway, no_library
from pond.kernel.clock import from_epoch
from pond.kernel.errors import Refused
from pond.kernel.logs import count
from pond.kernel.settings import secret
from pond.platforms import inbox, xml
from pond.platforms.envelopes import Envelope
from pond.platforms.signatures import matches, sha1_signature

SOURCE = "official_account"
SUCCESS = "success"  # WeChat: nothing to say, and do not deliver again
_SCENE = "qrscene_"


@dataclass(frozen=True)
class _Push:
    """A verified push: its fields, and the envelope to answer in when it came in one."""

    fields: dict[str, object]
    envelope: Envelope | None


def verify_address(query: Mapping[str, str]) -> str:
    """The answer to the check WeChat makes when the address is entered.

    Raises:
        Refused: `callback.signature`.
    """
    _verify_plain(query)
    return query.get("echostr", "")


def receive(
    query: Mapping[str, str],
    body: bytes,
    now: datetime,
    is_turned_away: TurnedAway = lambda _: False,
    library: Library = no_library,
) -> str:
    """Keep a pushed message or event, act on it, and give the answer's body.

    Raises:
        Refused: `callback.signature`, `callback.foreign_receiver`, and what `Envelope.open` and `xml.parse` refuse;
            nothing is kept then.
    """
    push = _opened(query, body)
    kind = str(push.fields.get("Event") or push.fields.get("MsgType") or "unknown").lower()
    received = inbox.receive(SOURCE, inbox.official_account_key(push.fields), kind, push.fields, now)
    count("CallbackReceived" if received.first else "CallbackRepeated")
    fields_of = {name: str(value) for name, value in push.fields.items()}
    said = _act(kind, fields_of, received.callback_id, now, is_turned_away, library)
    if said is None:
        return SUCCESS
    fields = push.fields
    reply = xml.text_reply(str(fields["FromUserName"]), str(fields["ToUserName"]), said, now)
    if push.envelope is None:
        return reply
    return push.envelope.close(reply.encode(), query.get("nonce", ""), str(int(now.timestamp())))


def _act(
    kind: str,
    fields: Mapping[str, str],
    callback_id: str,
    now: datetime,
    is_turned_away: TurnedAway,
    library: Library,
) -> str | None:
    """Do what a push asks for; the text to answer, if any. Kinds we do not know are kept, and that is all."""
    openid, created = fields.get("FromUserName", ""), fields.get("CreateTime", "")
    if not openid or not created.isdecimal() or len(created) > 10:
        return None
    at = from_epoch(int(created))
    is_message = fields.get("MsgType", "").lower() != "event"
    if is_message:
        known = followers.get(followers.follower_id(openid)) if kind == "text" else None
        if known:
            return keywords.answer(fields.get("Content", ""), known, now, callback_id, at, is_turned_away, library)
        known = followers.wrote(openid, at)
        return (
            keywords.answer(fields.get("Content", ""), known, now, callback_id, None, is_turned_away, library)
            if kind == "text"
            else None
        )
    scene = fields.get("EventKey", "")
    match kind:
        case "subscribe" | "scan":
            channel = codes.find(scene.removeprefix(_SCENE)) if scene else None
            follower = followers.acted(openid, at, channel.channel_id if channel else None)
            used_last = channel is not None and follower.channel_id == channel.channel_id
            return keywords.greeting(follower, channel if used_last else None)
        case "click":
            return keywords.answer(scene, followers.acted(openid, at), now, callback_id, None, is_turned_away, library)
        case "unsubscribe":
            followers.unfollow(openid, at)
    return None


def _opened(query: Mapping[str, str], body: bytes) -> _Push:
    account = secret(SOURCE.replace("_", "-"))
    outer = xml.parse(body)
    if query.get("encrypt_type", "raw") == "aes":
        envelope = Envelope(account["token"], account["aes_key"], account["app_id"])
        encrypted = str(outer.get("Encrypt", ""))
        signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        if not encrypted or not envelope.verify(signature, timestamp, nonce, encrypted):
            raise Refused("callback.signature", "the signature does not match")
        push = _Push(xml.parse(envelope.open(encrypted)), envelope)
    elif _plain_is_allowed(account):
        _verify_plain(query)
        push = _Push(outer, None)
    else:
        raise Refused("callback.signature", "only sealed messages are taken")
    if push.fields.get("ToUserName") != account["original_id"]:
        raise Refused("callback.foreign_receiver", "meant for another account")
    return push


def _plain_is_allowed(account: Mapping[str, Any]) -> bool:
    """The plain mode's signature does not cover the body: an account that seals its messages says `"mode": "safe"`."""
    return account.get("mode") != "safe"


def _verify_plain(query: Mapping[str, str]) -> None:
    token = secret(SOURCE.replace("_", "-"))["token"]
    expected = sha1_signature(token, query.get("timestamp", ""), query.get("nonce", ""))
    if not matches(expected, query.get("signature", "")):
        raise Refused("callback.signature", "the signature does not match")
