"""A programme's almanac, as applied from a document, read from a short cache."""

import time
from datetime import datetime
from typing import Any

from pond.broadcasts import store_plans
from pond.broadcasts.model_almanac import Almanac, read
from pond.programmes import service as programmes

CACHE_SECONDS = 30

_held: dict[str, tuple[float, Almanac]] = {}


def apply(programme_id: str, document: dict[str, Any], now: datetime) -> bool:
    """Make the almanac be as the document says; False when it was already.

    Raises:
        NotFound: `programme.unknown`.
        Refused: `almanac.invalid`.
    """
    programmes.get(programme_id)
    read(document)
    _held.pop(programme_id, None)
    return store_plans.put_document(_key(programme_id), document, now)


def get(programme_id: str) -> Almanac:
    """The almanac, at most 30 seconds old; the default one until another is applied."""
    held = _held.get(programme_id)
    if held is None or time.monotonic() - held[0] >= CACHE_SECONDS:
        document = store_plans.get_document(_key(programme_id))
        held = _held[programme_id] = (time.monotonic(), read(document) if document else Almanac())
    return held[1]


def forget() -> None:
    """Drop what is cached in this process."""
    _held.clear()


def _key(programme_id: str) -> str:
    return f"~almanac~{programme_id}"
