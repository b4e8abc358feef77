"""The bucket of backups. An object is written once: a second writer is refused and finds the first one's.

What a run needs to go on after a crash stands in its parts' metadata: counts, a digest, a pseudonym.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from pond.insights.model import Tally
from pond.insights.model_backups import Manifest, Part, from_document, manifest_key, part_key
from pond.kernel.aws import client
from pond.kernel.errors import Permanent
from pond.kernel.settings import settings
from pond.kernel.tables import iso

_THERE_ALREADY = {"PreconditionFailed", "ConditionalRequestConflict"}
_NOT_THERE = {"NoSuchKey", "404"}


def manifest(name: str) -> Manifest | None:
    """The manifest of a backup that is whole."""
    body = _read(manifest_key(name))
    return from_document(json.loads(body)) if body is not None else None


def put_manifest(made: Manifest) -> bool:
    """Make a backup whole; False when it is already."""
    return _write_once(manifest_key(made.name), json.dumps(made.document()).encode())


def parts(name: str) -> list[Part]:
    """The parts there are, in order."""
    keys = sorted(_keys(f"{name}/part-"))
    return [_part(number, key) for number, key in enumerate(keys, 1)]


def put_part(name: str, part: Part, sealed: bytes) -> bool:
    """Write a part; False when there is one of this number."""
    told = {"sha256": part.sha256, "counts": ",".join(map(str, part.tally.counts))}
    if part.after:
        told["after"] = part.after
    return _write_once(part_key(name, part.number), sealed, told)


def read_part(name: str, number: int) -> bytes | None:
    """The sealed bytes of a part."""
    return _read(part_key(name, number))


def names() -> dict[str, bool]:
    """Every backup, and whether it is whole; oldest first within a programme."""
    found: dict[str, bool] = {}
    for key in _keys("backup/"):
        name, _, file = key.rpartition("/")
        found[name] = found.get(name, False) or file == "manifest.json"
    return dict(sorted(found.items()))


def note_opening(name: str, by: str, reason: str, now: datetime) -> None:
    """Keep who opened a backup, when and why; beside the backups, since it outlives them."""
    record = {"backup": name, "by": by, "reason": reason, "at": iso(now)}
    key = f"opened/{name.removeprefix('backup/')}/{iso(now)}.json"
    _s3().put_object(Bucket=_bucket(), Key=key, Body=json.dumps(record, ensure_ascii=False).encode())


def _part(number: int, key: str) -> Part:
    told = _s3().head_object(Bucket=_bucket(), Key=key)["Metadata"]
    counts = tuple(map(int, told["counts"].split(",")))
    return Part(number=number, sha256=told["sha256"], tally=Tally(counts), after=told.get("after"))


def _keys(prefix: str) -> Iterator[str]:
    for page in _s3().get_paginator("list_objects_v2").paginate(Bucket=_bucket(), Prefix=prefix):
        yield from (found["Key"] for found in page.get("Contents", []))


def _read(key: str) -> bytes | None:
    try:
        body: bytes = _s3().get_object(Bucket=_bucket(), Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            return None
        raise
    return body


def _write_once(key: str, body: bytes, told: dict[str, str] | None = None) -> bool:
    try:
        _s3().put_object(Bucket=_bucket(), Key=key, Body=body, IfNoneMatch="*", Metadata=told or {})
    except ClientError as error:
        if error.response["Error"]["Code"] in _THERE_ALREADY:
            return False
        raise
    return True


def _s3() -> Any:
    return client("s3")


def _bucket() -> str:
    bucket = settings().backup_bucket
    if not bucket:
        raise Permanent("backup.nowhere", "POND_BACKUP_BUCKET is not set")
    return bucket
