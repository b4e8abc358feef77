"""The official account's callback address: verified, kept once with what it comes to, answered, all within WeChat's
five seconds.

Nothing is kept or done before the signature is right and the receiver is us. No partner is called here. A repeated
delivery acts again to no further effect and has the same answer, so that one which broke off half-way is completed by
the next. Before it is answered every push stands somewhere under its business key: a follow, a scan or a click on the
follower's row, in the very write it comes to; the message that got a place on that place; all else, and whatever came
late or was not understood or could not be worked, in the inbox.
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


@dataclass(frozen=True)
class _Done:
    """What a push came to: the text to answer, if any, and whether the push is kept with its effect."""

    text: str | None = None
    kept: bool = False


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
    key = inbox.official_account_key(push.fields)
    texts = {name: str(value) for name, value in push.fields.items()}
    try:
        done = _act(kind, texts, inbox.name(SOURCE, key), now, is_turned_away, library)
    except Exception:
        inbox.receive(SOURCE, key, kind, push.fields, now)  # WeChat delivers it again at most thrice
        raise
    is_first = done.kept or inbox.receive(SOURCE, key, kind, push.fields, now).first
    count("CallbackReceived" if is_first else "CallbackRepeated")
    if done.text is None:
        return SUCCESS
    fields = push.fields
    reply = xml.text_reply(str(fields["FromUserName"]), str(fields["ToUserName"]), done.text, now)
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
) -> _Done:
    """Do what a push asks for. Kinds we do not know come to nothing."""
    openid, created = fields.get("FromUserName", ""), fields.get("CreateTime", "")
    if not openid or not created.isdecimal() or len(created) > 10:
        return _Done()
    at = from_epoch(int(created))
    if fields.get("MsgType", "").lower() != "event":
        if kind == "text":
            return _answer(fields.get("Content", ""), openid, callback_id, at, now, is_turned_away, library)
        followers.wrote(openid, at)
        return _Done()
    scene = fields.get("EventKey", "")
    match kind:
        case "subscribe" | "scan":
            channel = codes.find(scene.removeprefix(_SCENE)) if scene else None
            follower = followers.acted(openid, at, channel.channel_id if channel else None, callback_id)
            used_last = channel is not None and follower.channel_id == channel.channel_id
            return _Done(keywords.greeting(follower, channel if used_last else None), follower.heard == callback_id)
        case "click":
            follower = followers.acted(openid, at, None, callback_id)
            said = keywords.answer(scene, follower, now, callback_id, None, is_turned_away, library)
            return _Done(said.text, said.text is not None and follower.heard == callback_id)
        case "unsubscribe":
            followers.unfollow(openid, at)
    return _Done()


def _answer(
    text: str,
    openid: str,
    callback_id: str,
    at: datetime,
    now: datetime,
    is_turned_away: TurnedAway,
    library: Library,
) -> _Done:
    known = followers.glance(followers.follower_id(openid))
    if known:
        said = keywords.answer(text, known, now, callback_id, at, is_turned_away, library)
    else:
        follower = followers.wrote(openid, at)
        said = keywords.answer(text, follower, now, callback_id, None, is_turned_away, library)
    return _Done(said.text, said.placed)


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
