"""What goes with a text, as each partner takes it."""

from collections.abc import Sequence

from pond.broadcasts.model_content import Attachment, Rendered
from pond.platforms import model_sending


def for_wecom(attachments: Sequence[Attachment]) -> list[model_sending.Attachment]:
    """Attachments of a task."""
    return [_of(attachment) for attachment in attachments]


def _of(one: Attachment) -> model_sending.Attachment:
    match one.form:
        case "link":
            return model_sending.link(one.title, one.url, one.note)
    raise NotImplementedError(one.form)


def as_text(said: Rendered) -> str:
    """A message of text alone: links follow it, line by line."""
    links = [f"{one.title} {one.url}".strip() for one in said.attachments if one.form == "link"]
    return "\n".join([said.text, *links])
