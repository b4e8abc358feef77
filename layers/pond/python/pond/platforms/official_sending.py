"""What the official account sends beside a template and plain text: custom messages of all kinds, pictures for them.

What always holds: a custom message is never sent again by itself, since the allowance is small and there is no key.
"""

from pond.kernel.clock import from_epoch
from pond.platforms import model_media, model_messages
from pond.platforms.errors import Meaning, PartnerRefused
from pond.platforms.http import Upload
from pond.platforms.model_media import Media
from pond.platforms.model_messages import Message
from pond.platforms.official_account import api


def send(openid: str, message: Message) -> None:
    """Send a custom message within a follower's allowance: 5 in the 48 hours after they wrote, 3 in the minute after
    a follow, scan or tap on the menu.

    Raises:
        PartnerRefused: OUTSIDE_WINDOW when another way is needed, UNREACHABLE when there is none, MEDIA when the media
            id has ended, MALFORMED (see `model_messages.problems`).
        OutcomeUnknown: no answer came; it may have been shown.
    """
    if wrong := model_messages.problems(message):
        raise PartnerRefused("official_account", 0, Meaning.MALFORMED, wrong[0])
    body = {"touser": openid, "msgtype": message.kind, message.kind: message.content}
    api.call("/cgi-bin/message/custom/send", body=body, idempotent=False)


def upload_image(filename: str, data: bytes) -> Media:
    """Upload a picture (jpg, png, gif, 10 MB) for custom messages; its id ends after three days. Repeating gives
    another id and does no harm.

    Raises:
        PartnerRefused: MEDIA when WeChat would not or does not take it.
    """
    kind = model_media.OFFICIAL_ACCOUNT["image"]
    if problem := model_media.problem(kind, filename, len(data)):
        raise PartnerRefused("official_account", 0, Meaning.MEDIA, problem)
    body = Upload(filename, model_media.content_type(kind, filename), data)
    answer = api.call("/cgi-bin/media/upload", query={"type": "image"}, body=body)
    return Media(str(answer["media_id"]), from_epoch(int(answer["created_at"])) + model_media.LIFE)
