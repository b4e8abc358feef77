"""An erasure: somebody's wish to be forgotten, and how far it is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

State = Literal["requested", "erased", "done"]


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """Asked for → `erased`: gone wherever a key leads to → `done`: everything was searched as well.

    `erasure_id` is random and what the person's receipt shows; whose it was is kept until it is done, and not after.
    `by`: "person", or the operator who carried out a wish that came by another way, with `reason`. `taken`: how many
    rows of which table it took.
    """

    erasure_id: str
    requested_at: datetime
    member_id: str | None = None
    account_id: str | None = None
    follower_id: str | None = None
    by: str = "person"
    reason: str = ""
    state: State = "requested"
    erased_at: datetime | None = None
    done_at: datetime | None = None
    taken: Mapping[str, int] = field(default_factory=dict)
