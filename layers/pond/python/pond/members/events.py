"""What this room's tables tell the world, derived from a row's old and new image."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pond.kernel.events import DomainEvent

Image = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MemberRegistered(DomainEvent):
    """Answers, consent and phone of a person are complete for a programme; a seat is due in the pool."""

    name = "member.registered"
    member_id: str
    programme_id: str
    pool_id: str
    registered_at: str


def from_change(table: str, old: Image | None, new: Image | None) -> Iterator[DomainEvent]:
    """The events that a change of a row means: a registration is written once and never changed."""
    if table == "registrations" and old is None and new is not None:
        yield MemberRegistered(**{key: new[key] for key in ("member_id", "programme_id", "pool_id", "registered_at")})
