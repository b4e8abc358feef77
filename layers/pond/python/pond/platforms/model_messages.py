"""Messages that the official account can send to a follower, as WeChat takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_TEXT_BYTES = 2048


@dataclass(frozen=True)
class Message:
    """A kind and what belongs to it: the body is `{"msgtype": kind, kind: content}`."""

    kind: str
    content: Mapping[str, object] = field(repr=False)


def text(words: str) -> Message:
    """Plain text."""
    return Message("text", {"content": words})


def image(media_id: str) -> Message:
    """A picture that `official_sending.upload_image` gave an id for within three days."""
    return Message("image", {"media_id": media_id})


def news(title: str, url: str, description: str = "", picurl: str = "") -> Message:
    """One link with title, words and picture; WeChat takes one only."""
    article = {"title": title, "description": description, "url": url, "picurl": picurl}
    return Message("news", {"articles": [article]})


def article(article_id: str) -> Message:
    """An article that the account has published."""
    return Message("mpnewsarticle", {"article_id": article_id})


def miniprogram(title: str, appid: str, pagepath: str, thumb_media_id: str) -> Message:
    """A mini program's card."""
    card = {"title": title, "appid": appid, "pagepath": pagepath, "thumb_media_id": thumb_media_id}
    return Message("miniprogrampage", card)


def menu(head: str, choices: Mapping[str, str], tail: str = "") -> Message:
    """A question with choices (id to words): tapping one says its words back to the account."""
    options = [{"id": choice, "content": words} for choice, words in choices.items()]
    return Message("msgmenu", {"head_content": head, "list": options, "tail_content": tail})


def problems(message: Message) -> list[str]:
    """What WeChat would refuse, one sentence each; nothing when it may be sent."""
    found: list[str] = []
    for name, value in message.content.items():
        if name in ("content", "media_id", "article_id", "title", "appid", "thumb_media_id") and not value:
            found.append(f"{name} is missing")
    size = len(str(message.content.get("content", "")).encode())
    if size > _TEXT_BYTES:
        found.append(f"content: {size} bytes, at most {_TEXT_BYTES}")
    return found
