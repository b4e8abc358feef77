"""WeCom's media: pictures, videos and files for attachments.

What always holds: nothing is uploaded that WeCom would refuse for its kind, ending or size. Media ids end after three
days, so a content that is sent later is uploaded again; repeating an upload gives another id and does no harm.
"""

from pond.kernel.clock import from_epoch
from pond.platforms import model_media
from pond.platforms.errors import Meaning, PartnerRefused
from pond.platforms.http import Upload
from pond.platforms.model_media import Kind, Media
from pond.platforms.wecom import api


def upload(kind: str, filename: str, data: bytes) -> Media:
    """Upload a file: `kind` "image" (jpg or png, 10 MB), "voice" (amr, 2 MB), "video" (mp4, 10 MB), "file" (20 MB).

    Raises:
        PartnerRefused: MEDIA when WeCom would not or does not take it.
        PartnerBusy: not uploaded; try again.
    """
    body = _checked(model_media.WECOM.get(kind), filename, data)
    answer = api.call("/cgi-bin/media/upload", query={"type": kind}, body=body)
    return Media(str(answer["media_id"]), from_epoch(int(answer["created_at"])) + model_media.LIFE)


def upload_image(filename: str, data: bytes) -> str:
    """Upload a picture (jpg or png, 2 MB) and answer its lasting address, which attachments take as `pic_url`. A corp
    may do so 1,000 times a day and 3,000 a month: keep the address.

    Raises:
        PartnerRefused, PartnerBusy: as `upload`.
    """
    body = _checked(model_media.WECOM_LASTING, filename, data)
    return str(api.call("/cgi-bin/media/uploadimg", body=body)["url"])


def _checked(kind: Kind | None, filename: str, data: bytes) -> Upload:
    problem = model_media.problem(kind, filename, len(data))
    if kind is None or problem:
        raise PartnerRefused("wecom", 0, Meaning.MEDIA, problem)
    return Upload(filename, model_media.content_type(kind, filename), data)
