"""What goes with a text, as each partner takes it. Files are uploaded when they are needed, and again when a partner
forgets them."""

from collections.abc import Sequence
from datetime import datetime

from pond.broadcasts import media
from pond.broadcasts.model_content import Attachment, Rendered
from pond.kernel.errors import Permanent
from pond.platforms import model_messages, model_sending
from pond.platforms.model_messages import Message


def for_wecom(attachments: Sequence[Attachment], now: datetime) -> list[model_sending.Attachment]:
    """Attachments of a task.

    Raises:
        NotFound: `media.unknown`.
        PartnerRefused, PartnerBusy: what uploading raises.
    """
    return [_for_wecom(one, now) for one in attachments]


def for_account(said: Rendered, now: datetime) -> list[Message]:
    """The messages of the account: the text with links below it, then each other attachment, since WeChat takes one
    kind in a message. Each counts against a follower's allowance.

    Raises:
        Permanent: `broadcast.form`: the account cannot send this.
        NotFound, PartnerRefused, PartnerBusy: as `for_wecom`.
    """
    text = as_text(said)
    messages = [model_messages.text(text)] if text else []
    return messages + [_for_account(one, now) for one in said.attachments if one.form != "link"]


def as_text(said: Rendered) -> str:
    """A message of text alone: links follow it, line by line."""
    links = [f"{one.title} {one.url}".strip() for one in said.attachments if one.form == "link"]
    return "\n".join(line for line in [said.text, *links] if line)


def _for_account(one: Attachment, now: datetime) -> Message:
    if one.form == "image":
        return model_messages.image(media.media_id(one.media, "account", now))
    if one.form == "mini_program":
        cover = media.media_id(one.media, "account", now)
        return model_messages.miniprogram(one.title, one.app_id, one.page, cover)
    raise Permanent("broadcast.form", f"the account sends no {one.form}")


def _for_wecom(one: Attachment, now: datetime) -> model_sending.Attachment:
    match one.form:
        case "image":
            return model_sending.image(media.media_id(one.media, "wecom", now))
        case "link":
            return model_sending.link(one.title, one.url, one.note)
        case "mini_program":
            cover = media.media_id(one.media, "wecom", now)
            return model_sending.miniprogram(one.title, one.app_id, one.page, cover)
        case "video":
            return model_sending.video(media.media_id(one.media, "wecom", now))
        case "file":
            return model_sending.file(media.media_id(one.media, "wecom", now))
    raise Permanent("broadcast.form", f"WeCom takes no {one.form}")
