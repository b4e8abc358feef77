"""What media partners take: kinds, endings, sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFE = timedelta(days=3)
_MB = 1 << 20
_AT_LEAST = 6  # bytes: "more than 5"


@dataclass(frozen=True)
class Kind:
    """Most bytes, and the content type of each ending; without endings any is taken."""

    most: int
    types: Mapping[str, str]


@dataclass(frozen=True)
class Media:
    """An uploaded file and when its id ends."""

    media_id: str = field(repr=False)
    until: datetime


_PICTURES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
WECOM: Mapping[str, Kind] = {
    "image": Kind(10 * _MB, _PICTURES),
    "voice": Kind(2 * _MB, {"amr": "audio/amr"}),
    "video": Kind(10 * _MB, {"mp4": "video/mp4"}),
    "file": Kind(20 * _MB, {}),
}
WECOM_LASTING = Kind(2 * _MB, _PICTURES)  # `uploadimg`
OFFICIAL_ACCOUNT: Mapping[str, Kind] = {"image": Kind(10 * _MB, {**_PICTURES, "gif": "image/gif"})}


def content_type(kind: Kind, filename: str) -> str:
    """The type to send a file as."""
    return kind.types.get(_ending(filename), "application/octet-stream")


def problem(kind: Kind | None, filename: str, size: int) -> str:
    """Why the partner would not take a file, or nothing."""
    if kind is None:
        return "unknown kind of media"
    if not _ending(filename) or (kind.types and _ending(filename) not in kind.types):
        return f"the file's name must end in one of {', '.join(kind.types) or 'any ending'}"
    if not _AT_LEAST <= size <= kind.most:
        return f"{size} bytes; between {_AT_LEAST} and {kind.most} are taken"
    return ""


def _ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower() if "." in filename else ""
