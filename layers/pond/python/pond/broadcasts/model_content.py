"""Pieces of content as values: what is said, in which form, for whom, and how far its review is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Form = Literal["text", "image", "link", "mini_program", "video", "file"]
Route = Literal["wecom_group", "wecom_customer", "account", "sms", "duty"]
ContentState = Literal["draft", "approved"]

FORMS: tuple[Form, ...] = ("text", "image", "link", "mini_program", "video", "file")
ROUTES: tuple[Route, ...] = ("wecom_group", "wecom_customer", "account", "sms", "duty")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What goes with a text. `media` names a file of the media library (image, video, file, a mini-program's cover);
    a link has `url`, a mini-program `app_id` and `page`. Texts in it are templates, too."""

    form: Form
    media: str = ""
    title: str = ""
    note: str = ""
    url: str = ""
    app_id: str = ""
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """One version of a piece. An approved version never changes; a change is the next version.

    `stage`, `months_from` up to, not including, `months_to`, `day` and `slot` say where in the library it stands.
    `previewed` is the fingerprint of the examples that somebody looked at; only with it a version is approved.
    """

    content_id: str
    version: int
    title: str
    form: Form
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    routes: tuple[Route, ...] = ("wecom_group", "duty")
    stage: str | None = None
    months_from: int | None = None
    months_to: int | None = None
    day: int | None = None
    slot: str | None = None
    state: ContentState = "draft"
    made_at: datetime | None = None
    made_by: str | None = None
    previewed: str | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None


@dataclass(frozen=True)
class Rendered:
    """What is sent: the text, and what goes with it, all fields filled in."""

    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Fault:
    """Why a piece cannot be approved: in which field (`body`, `attachments[0].title` …), which line of it, and what."""

    field: str
    line: int
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.field}, line {self.line}: {self.code}: {self.what}"
