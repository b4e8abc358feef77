"""The media library: files in a bucket under their digest, and what partners call them for three days.

A file's key is made of what is in it, so writing it again changes nothing and nothing is ever written over.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.aws import client
from pond.kernel.settings import settings
from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, TimeAttribute

_FILE = "file"  # the row that says what a file is; the others are a partner's


class _Row(Table):
    class Meta:
        table_name = "media"

    media = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    form = UnicodeAttribute(null=True)
    filename = UnicodeAttribute(null=True)
    size = IntegerAttribute(null=True)
    put_at = TimeAttribute(null=True)
    put_by = UnicodeAttribute(null=True)
    media_id = UnicodeAttribute(null=True)
    until = TimeAttribute(null=True)
    expires_at = ExpiryAttribute(null=True)


@dataclass(frozen=True)
class File:
    """A file of the library: its name there, its form, what it was called, how large it is."""

    media: str
    form: str
    filename: str
    size: int


def name(data: bytes) -> str:
    """What a file is called in the library."""
    return hashlib.sha256(data).hexdigest()[:32]


def put(file: File, data: bytes, by: str, now: datetime) -> None:
    """Keep a file: its bytes first, then that it is there."""
    client("s3").put_object(Bucket=settings().media_bucket, Key=_key(file.media), Body=data)
    _Row(file.media, _FILE, form=file.form, filename=file.filename, size=file.size, put_at=now, put_by=by).save()


def get(media: str) -> File | None:
    """What a file is."""
    try:
        return _file(_Row.get(media, _FILE))
    except _Row.DoesNotExist:
        return None


def read(media: str) -> bytes:
    """A file's bytes."""
    body: bytes = client("s3").get_object(Bucket=settings().media_bucket, Key=_key(media))["Body"].read()
    return body


def uploaded(media: str, partner: str) -> tuple[str, datetime] | None:
    """What a partner calls a file, and until when."""
    try:
        row = _Row.get(media, partner)
    except _Row.DoesNotExist:
        return None
    return (row.media_id, row.until) if row.media_id else None


def set_uploaded(media: str, partner: str, media_id: str, until: datetime) -> None:
    """Keep what a partner calls a file; of two who uploaded it at once either is right."""
    _Row(media, partner, media_id=media_id, until=until, expires_at=until).save()


def everything() -> Iterator[File]:
    """All files; a scan, for operators."""
    return map(_file, _Row.scan(_Row.place == _FILE))


def _key(media: str) -> str:
    return f"media/{media}"


def _file(row: Any) -> File:
    return File(row.media, row.form, row.filename, row.size)
