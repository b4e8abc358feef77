"""A backup as values: where it lies, its parts, its manifest.

A backup is `backup/{programme or _all}/{day}`: sealed parts, numbered from 1, and a manifest, which is written last and
makes it whole. A part says after which phone the next one goes on; the last one says None.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pond.insights.model import ROUTES, Tally

EVERYONE = "_all"  # no programme can be called so
_NAME = re.compile(r"backup/(?:_all|[a-z][a-z0-9-]{0,30})/\d{4}-\d{2}-\d{2}")


def backup_name(programme_id: str | None, day: date) -> str:
    """The backup of a programme's members, or of everyone, as of a China day."""
    return f"backup/{programme_id or EVERYONE}/{day.isoformat()}"


def is_backup_name(text: str) -> bool:
    """Whether a text can name a backup."""
    return _NAME.fullmatch(text) is not None


def part_key(name: str, number: int) -> str:
    """The object of a part: keys sort as parts follow."""
    return f"{name}/part-{number:06}.jsonl.sealed"


def manifest_key(name: str) -> str:
    """The object of the manifest."""
    return f"{name}/manifest.json"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One sealed part; `sha256` is of the sealed bytes."""

    number: int
    sha256: str
    tally: Tally
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A whole backup. Counts and digests only."""

    name: str
    made_at: datetime
    parts: tuple[Part, ...]

    @property
    def tally(self) -> Tally:
        """Everyone in it, by routes."""
        return sum((part.tally for part in self.parts), Tally())

    def document(self) -> dict[str, Any]:
        """As it is stored; `from_document` reads it back."""
        whole = self.tally
        return {
            "name": self.name,
            "made_at": self.made_at.isoformat(),
            "members": whole.members,
            "over_routes": {str(number): whole.over(number) for number in range(len(ROUTES) + 1)},
            "by_route": {route: whole.by(route) for route in ROUTES},
            "parts": [
                {"number": part.number, "sha256": part.sha256, "counts": list(part.tally.counts)} for part in self.parts
            ],
        }


def from_document(document: dict[str, Any]) -> Manifest:
    """The manifest that was stored."""
    parts = (
        Part(number=one["number"], sha256=one["sha256"], tally=Tally(tuple(one["counts"])), after=None)
        for one in document["parts"]
    )
    return Manifest(name=document["name"], made_at=datetime.fromisoformat(document["made_at"]), parts=tuple(parts))
