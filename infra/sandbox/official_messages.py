"""Custom messages of the official account: which kinds it takes and how the chat shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.state import World


def custom_message(world: World, kind: str, content: dict[str, Any]) -> dict[str, Any] | int:
    """What the chat shows of a message (text, title, url, picture, choices), or the error code."""
    makers = {"text": _text, "image": _image, "news": _news, "mpnewsarticle": _article, "msgmenu": _menu}
    if kind == "miniprogrampage":
        return _miniprogram(world, content)
    return makers[kind](world, content) if kind in makers else 40008


def _text(world: World, content: dict[str, Any]) -> dict[str, Any] | int:
    words = content.get("content")
    return {"text": words} if isinstance(words, str) and words else 40008


def _image(world: World, content: dict[str, Any]) -> dict[str, Any] | int:
    item = world.media.live("official_account", content.get("media_id"))
    return {"text": "", "picture": world.media.url(item)} if item else 40007


def _news(world: World, content: dict[str, Any]) -> dict[str, Any] | int:
    articles = content.get("articles") or []
    if len(articles) != 1 or not articles[0].get("title"):
        return 40008
    one = articles[0]
    shown = {"text": one.get("description") or "", "title": one["title"], "url": one.get("url") or None}
    return shown | {"picture": one.get("picurl") or None}


def _article(world: World, content: dict[str, Any]) -> dict[str, Any] | int:
    return {"text": "公众号文章", "title": str(content["article_id"])} if content.get("article_id") else 40008


def _miniprogram(world: World, content: dict[str, Any]) -> dict[str, Any] | int:
    if any(not content.get(name) for name in ("title", "appid", "pagepath", "thumb_media_id")):
        return 40008
    item = world.media.live("official_account", content["thumb_media_id"])
    return {"text": content["pagepath"], "title": content["title"], "picture": world.media.url(item)} if item else 40007


def _menu(world: World, content: dict[str, Any]) -> dict[str, Any] | int:
    choices = content.get("list")
    if not isinstance(choices, list) or not choices or any(not one.get("content") for one in choices):
        return 40008
    words = [str(content.get(name) or "") for name in ("head_content", "tail_content")]
    return {"text": "\n".join(filter(None, words)), "choices": [str(one["content"]) for one in choices]}
