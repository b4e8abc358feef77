"""Reading a piece of content from a document, and writing it as one. A refusal names the place.

What is read here is whole as a document; whether its templates can be filled in is seen at the preview.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from pond.broadcasts.model_content import FORMS, ROUTES, Attachment, Content, Form, Route
from pond.programmes.model_reader import Part

ATTACHMENTS = 9  # WeCom: with one message
BODY_LENGTH, FIELD_LENGTH, URL_LENGTH = 4_000, 512, 2_048
_CODE = "content.invalid"
_FIELDS = frozenset(
    {
        *("content_id", "title", "form", "body", "attachments", "routes"),
        *("stage", "months_from", "months_to", "day", "slot"),
    }
)
_TEXTS = ("media", "title", "note", "url", "app_id", "page")
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "image": ("media",),
    "video": ("media",),
    "file": ("media",),
    "link": ("title", "url"),
    "mini_program": ("title", "app_id", "page", "media"),
}


def read(document: object) -> Content:
    """The piece a document describes, as a draft that has no version yet.

    Raises:
        Refused: `content.invalid`, its message being "where: what".
    """
    top = Part("content", document, _CODE)
    for name in top.names():
        if name not in _FIELDS:
            raise top.refusal(name, "no such field")
    attachments = tuple(_attachment(part) for part in top.parts("attachments", needed=False))
    if len(attachments) > ATTACHMENTS:
        raise top.refusal("attachments", f"at most {ATTACHMENTS}")
    form = cast(Form, top.choice("form", FORMS))
    if form != (attachments[0].form if attachments else "text"):
        raise top.refusal("form", "must be that of the first attachment, or text where there is none")
    routes = top.words("routes", needed=False) or ("wecom_group", "duty")
    for route in routes:
        if route not in ROUTES:
            raise top.refusal("routes", f"must be of {', '.join(ROUTES)}")
    months_from, months_to = top.number("months_from", 0, 240, None), top.number("months_to", 1, 240, None)
    if months_to is not None and months_to <= (months_from or 0):
        raise top.refusal("months_to", "must be above months_from")
    return Content(
        content_id=top.id("content_id"),
        version=0,
        title=top.text("title"),
        form=form,
        body=_bounded(top, "body", BODY_LENGTH) if top.has("body") else "",
        attachments=attachments,
        routes=cast(tuple[Route, ...], tuple(dict.fromkeys(routes))),
        stage=top.id("stage") if top.has("stage") else None,
        months_from=months_from,
        months_to=months_to,
        day=top.number("day", 0, 3_650, None),
        slot=top.id("slot") if top.has("slot") else None,
    )


def write(content: Content) -> dict[str, Any]:
    """The document of a piece: what `read` reads to the same one."""
    document = {
        name: value for name, value in asdict(content).items() if name in _FIELDS and value not in (None, "", ())
    }
    if content.attachments:
        document["attachments"] = [
            {name: value for name, value in asdict(one).items() if value} for one in content.attachments
        ]
    return document | {"routes": list(content.routes)}


def _attachment(part: Part) -> Attachment:
    form = cast(Form, part.choice("form", tuple(form for form in FORMS if form != "text")))
    for name in part.names():
        if name != "form" and name not in _TEXTS:
            raise part.refusal(name, "no such field")
    for name in _NEEDED[form]:
        part.text(name)
    return Attachment(
        form=form,
        **{
            name: _bounded(part, name, URL_LENGTH if name in ("url", "page") else FIELD_LENGTH)
            for name in _TEXTS
            if part.has(name)
        },
    )


def _bounded(part: Part, name: str, length: int) -> str:
    text = part.text(name)
    if len(text) > length:
        raise part.refusal(name, f"{len(text)} characters: at most {length}")
    return text
