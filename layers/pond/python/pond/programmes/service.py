"""Programmes as other rooms use them: applied from a document, read from a short cache."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pond.kernel.errors import NotFound
from pond.programmes import store
from pond.programmes.model import Programme, check_change, parse

CACHE_SECONDS = 30  # an applied change is in use everywhere within this time

_programmes: dict[str, tuple[float, Programme]] = {}
_ids: tuple[float, list[str]] | None = None


@dataclass(frozen=True)
class Applied:
    """What applying a document did."""

    outcome: Literal["created", "changed", "same"]
    programme_id: str
    version: int


def apply(document: dict[str, Any], now: datetime) -> Applied:
    """Make the programme be as the document says; the same document again changes nothing.

    Raises:
        Refused: `programme.invalid` or `programme.consent_version`, with what to correct.
        Transient: `programme.contended` when somebody else applied meanwhile.
    """
    programme = parse(document)
    held = store.load(programme.programme_id)
    if held is None:
        store.save(programme.programme_id, document, 1, now)
        forget()
        return Applied("created", programme.programme_id, 1)
    before, version = held
    if before == document:
        return Applied("same", programme.programme_id, version)
    check_change(parse(before), programme)
    store.save(programme.programme_id, document, version + 1, now)
    forget()
    return Applied("changed", programme.programme_id, version + 1)


def get(programme_id: str) -> Programme:
    """The programme, at most 30 seconds old.

    Raises:
        NotFound: `programme.unknown`.
    """
    cached = _programmes.get(programme_id)
    if cached and time.monotonic() - cached[0] < CACHE_SECONDS:
        return cached[1]
    held = store.load(programme_id)
    if held is None:
        raise NotFound("programme.unknown", programme_id)
    programme = parse(*held)
    _programmes[programme_id] = (time.monotonic(), programme)
    return programme


def consent(programme_id: str, version: str) -> str | None:
    """The text that was agreed to under a version, whatever the programme says now."""
    return store.consent(programme_id, version)


def all_ids() -> list[str]:
    """The ids of all programmes, sorted, at most 30 seconds old."""
    global _ids
    if _ids is None or time.monotonic() - _ids[0] >= CACHE_SECONDS:
        _ids = (time.monotonic(), store.ids())
    return _ids[1]


def forget() -> None:
    """Drop what is cached in this process."""
    global _ids
    _programmes.clear()
    _ids = None
