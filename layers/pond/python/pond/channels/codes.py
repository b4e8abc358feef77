"""Channels and their codes: a parametric QR code whose scene is the channel's id, and a short link.

A code is temporary and is replaced before it ends; what a channel's code leads to never changes. A code that was made
but not noted (no answer came, or another was quicker) is of no harm: it leads to the same channel, and ends by
itself.
"""

import io
import re
import time
from datetime import datetime, timedelta
from typing import Literal

from pond.channels import store_channels as store
from pond.channels.model import CODE_LIFE, CODE_RENEWAL, Channel, ChannelCode
from pond.kernel.errors import NotFound, PondError, Refused, Transient
from pond.kernel.logs import logger
from pond.kernel.settings import settings
from pond.platforms import official_account
from pond.programmes import service as programmes

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
CACHE_SECONDS = 30  # a changed channel is in use everywhere within this time
_found: dict[str, tuple[float, Channel]] = {}
_SCALE = 12  # pixels a module: sharp on a printed poster's proof, small as a file


def create_channel(
    channel_id: str, name: str, source: str, tags: tuple[str, ...], programme_id: str, now: datetime
) -> Channel:
    """Have a channel of that name, source, tags and programme; the same again changes nothing.

    Raises:
        Refused: `channel.invalid`.
        NotFound: `programme.unknown`.
    """
    if not _ID.fullmatch(channel_id) or not name.strip():
        raise Refused("channel.invalid", "an id of 1 to 31 of a-z, 0-9 and -, and a name")
    channel = Channel(channel_id, name.strip(), source, tags, programmes.get(programme_id).programme_id)
    store.save(channel)
    _found.pop(channel_id, None)
    return channel


def get(channel_id: str) -> Channel:
    """The channel.

    Raises:
        NotFound: `channel.unknown`.
    """
    return _load(channel_id)[0]


def find(channel_id: str) -> Channel | None:
    """The channel of that id, if there is one, at most 30 seconds old (scenes come from outside: may be anything)."""
    cached = _found.get(channel_id)
    if cached and time.monotonic() - cached[0] < CACHE_SECONDS:
        return cached[1]
    held = store.load(channel_id) if _ID.fullmatch(channel_id) else None
    if held is None:
        return None
    _found[channel_id] = time.monotonic(), held[0]
    return held[0]


def code(channel_id: str, now: datetime) -> ChannelCode:
    """The channel's code, made anew when it ends soon. One that still lives is used when WeChat makes no new one.

    Raises:
        NotFound: `channel.unknown`.
        Transient: `code.not_made`.
    """
    _, held = _load(channel_id)
    if held and held.expires_at > now + CODE_RENEWAL:
        return held
    try:
        return _renew(channel_id, held, now)
    except PondError as error:
        logger.warning("code not made", extra={"channel_id": channel_id, "code": error.code})
        if held and held.expires_at > now:
            return held
        raise Transient("code.not_made", error.code) from error


def renew_due(now: datetime) -> int:
    """Replace the codes that end soon. How many."""
    renewed = 0
    for channel, held in store.everything():
        if held is None or held.expires_at <= now + CODE_RENEWAL:
            renewed += code(channel.channel_id, now).expires_at > now + CODE_RENEWAL
    return renewed


def short_link(channel_id: str) -> str:
    """The channel's page, for where no picture can be shown."""
    return f"{settings().public_url}/c/{channel_id}"


def code_image(url: str, kind: Literal["png", "svg"]) -> bytes:
    """A QR code that holds `url`, as a picture to download."""
    import segno  # here, so that only who draws pays for it

    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind=kind, scale=_SCALE, border=4)
    return out.getvalue()


def _renew(channel_id: str, held: ChannelCode | None, now: datetime) -> ChannelCode:
    made = official_account.create_qr(channel_id, int(CODE_LIFE.total_seconds()))
    fresh = ChannelCode(made.url, now + timedelta(seconds=made.seconds), made.ticket)
    if store.set_code(channel_id, fresh, held):
        return fresh
    return _load(channel_id)[1] or fresh  # another was quicker


def _load(channel_id: str) -> tuple[Channel, ChannelCode | None]:
    held = store.load(channel_id)
    if held is None:
        raise NotFound("channel.unknown", channel_id)
    return held
