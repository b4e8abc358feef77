"""What may be sent through WeCom: the shapes of attachments, and the limits that are known before a call is made.

What always holds: a message that `problems` finds nothing in is refused by WeCom only for what it alone knows (who
exists, which media has expired, which mini program is linked).
"""

from collections.abc import Mapping, Sequence
from typing import Any

TEXT_BYTES = 4000
ATTACHMENTS_MAX = 9
GROUPS_MAX = 2000  # chat_id_list
CUSTOMERS_MAX = 10_000  # external_userid
_URL_BYTES = 2048
# msgtype -> field -> (most bytes, whether it must be there)
_FIELDS: Mapping[str, Mapping[str, tuple[int, bool]]] = {
    "image": {"media_id": (512, False), "pic_url": (_URL_BYTES, False)},
    "link": {
        "title": (128, True),
        "url": (_URL_BYTES, True),
        "desc": (512, False),
        "picurl": (_URL_BYTES, False),
    },
    "miniprogram": {"title": (64, True), "pic_media_id": (512, True), "appid": (128, True), "page": (1024, True)},
    "video": {"media_id": (512, True)},
    "file": {"media_id": (512, True)},
}

Attachment = Mapping[str, Any]  # as WeCom takes it: {"msgtype": "image", "image": {…}}


def image(media_id: str) -> Attachment:
    """A picture uploaded within the last three days."""
    return {"msgtype": "image", "image": {"media_id": media_id}}


def image_at(pic_url: str) -> Attachment:
    """A picture at the lasting address that `wecom_media.upload_image` gave."""
    return {"msgtype": "image", "image": {"pic_url": pic_url}}


def link(title: str, url: str, desc: str = "", picurl: str = "") -> Attachment:
    """A link's card; at most 128 bytes of title and 512 of description."""
    more = {name: value for name, value in (("desc", desc), ("picurl", picurl)) if value}
    return {"msgtype": "link", "link": {"title": title, "url": url, **more}}


def miniprogram(title: str, appid: str, page: str, pic_media_id: str) -> Attachment:
    """A mini program's card (linked to the corp); at most 64 bytes of title."""
    card = {"title": title, "pic_media_id": pic_media_id, "appid": appid, "page": page}
    return {"msgtype": "miniprogram", "miniprogram": card}


def video(media_id: str) -> Attachment:
    """A video uploaded within the last three days."""
    return {"msgtype": "video", "video": {"media_id": media_id}}


def file(media_id: str) -> Attachment:
    """A file uploaded within the last three days."""
    return {"msgtype": "file", "file": {"media_id": media_id}}


def problems(text: str, attachments: Sequence[Attachment] = ()) -> list[str]:
    """What WeCom would refuse, one sentence each; nothing when it may be sent."""
    found: list[str] = []
    if not text and not attachments:
        found.append("text and attachments are both empty")
    if (size := len(text.encode())) > TEXT_BYTES:
        found.append(f"text: {size} bytes, at most {TEXT_BYTES}")
    if len(attachments) > ATTACHMENTS_MAX:
        found.append(f"{len(attachments)} attachments, at most {ATTACHMENTS_MAX}")
    for number, attachment in enumerate(attachments, 1):
        found += [f"attachment {number}: {problem}" for problem in _attachment_problems(attachment)]
    return found


def _attachment_problems(attachment: Attachment) -> list[str]:
    kind = str(attachment.get("msgtype"))
    fields = _FIELDS.get(kind)
    values = attachment.get(kind)
    if fields is None or not isinstance(values, Mapping):
        return [f"unknown kind {kind!r}"]
    found = [f"{name}: not a field of {kind}" for name in values if name not in fields]
    for name, (most, needed) in fields.items():
        size = len(str(values.get(name) or "").encode())
        if needed and not size:
            found.append(f"{name} is missing")
        if size > most:
            found.append(f"{name}: {size} bytes, at most {most}")
    if kind == "image" and not (values.get("media_id") or values.get("pic_url")):
        found.append("media_id or pic_url is missing")
    return found
