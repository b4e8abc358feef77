"""Pictures, videos and files of content: kept once, and uploaded to a partner again before it forgets them."""

from datetime import datetime, timedelta
from typing import Literal

from pond.broadcasts import store_media as store
from pond.broadcasts.store_media import File
from pond.kernel.errors import NotFound, Refused
from pond.platforms import model_media, official_sending, wecom_media
from pond.platforms.model_media import Media

Partner = Literal["wecom", "account"]
RENEWAL = timedelta(hours=24)  # staff may tap "send" hours after a task was made

_AS = {"image": "image", "mini_program": "image", "link": "image", "video": "video", "file": "file"}


def keep(form: str, filename: str, data: bytes, by: str, now: datetime) -> File:
    """Put a file into the library; the same bytes again change nothing.

    Raises:
        Refused: `media.refused` when partners would not take it: its ending or size.
    """
    problem = model_media.problem(model_media.WECOM.get(_AS.get(form, "")), filename, len(data))
    if problem:
        raise Refused("media.refused", f"{filename}: {problem}")
    file = File(store.name(data), _AS[form], filename, len(data))
    if store.get(file.media) is None:
        store.put(file, data, by, now)
    return file


def there(media: str, form: str) -> bool:
    """Whether the library has this file, for an attachment of that form."""
    file = store.get(media)
    return file is not None and file.form == _AS.get(form)


def media_id(media: str, partner: Partner, now: datetime) -> str:
    """What a partner calls a file at present; uploaded (again) if it would forget it within a day.

    Raises:
        NotFound: `media.unknown`.
        PartnerRefused, PartnerBusy: what uploading raises.
    """
    held = store.uploaded(media, partner)
    if held and held[1] > now + RENEWAL:
        return held[0]
    file = store.get(media)
    if file is None:
        raise NotFound("media.unknown", media)
    made = _upload(partner, file, store.read(media))
    store.set_uploaded(media, partner, made.media_id, made.until)
    return made.media_id


def everything() -> list[File]:
    """All files of the library, by name; a scan, for operators."""
    return sorted(store.everything(), key=lambda file: file.filename)


def _upload(partner: Partner, file: File, data: bytes) -> Media:
    if partner == "wecom":
        return wecom_media.upload(file.form, file.filename, data)
    return official_sending.upload_image(file.filename, data)
