"""What goes with a text, as each partner takes it."""

from collections.abc import Sequence

from pond.broadcasts.model_content import Attachment
from pond.platforms import model_sending


def for_wecom(attachments: Sequence[Attachment]) -> list[model_sending.Attachment]:
    """Attachments of a task."""
    return [_of(attachment) for attachment in attachments]


def _of(one: Attachment) -> model_sending.Attachment:
    match one.form:
        case "link":
            return model_sending.link(one.title, one.url, one.note)
    raise NotImplementedError(one.form)
