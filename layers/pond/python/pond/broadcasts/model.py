"""A broadcast as a value: what is to be told to whom, by which route and when, how far it has come, and the rules of
its life.

    draft → approved → scheduled → dispatching → sent
       └────────┴──────────┴────────────┴──────→ stopped → where it was

A state is left by a conditional write only, so whatever asks for it again, late or early, has no effect.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pond.broadcasts.model_audience import Audience
from pond.broadcasts.model_timing import Over, Per
from pond.kernel.errors import Refused

Route = Literal["wecom_group", "wecom_customer", "account", "sms", "duty"]
State = Literal["draft", "approved", "scheduled", "dispatching", "sent", "stopped"]

ROUTES: tuple[Route, ...] = ("wecom_group", "wecom_customer", "account", "sms", "duty")
TO_GROUPS: frozenset[str] = frozenset({"wecom_group", "duty"})  # a target of these is a group, else a member
TO_STAFF: frozenset[str] = frozenset({"wecom_group", "wecom_customer"})  # a task of WeCom's, for staff to tap
OPEN: frozenset[str] = frozenset({"draft", "approved", "scheduled", "dispatching"})  # what can be stopped
WHOLE_BP = 10_000
VARIANTS_MAX = 9  # a target's variant is one digit


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One version of what is told: a piece of content, and how large a part of the audience gets it (basis points)."""

    content_id: str
    version: int
    share_bp: int = WHOLE_BP


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody, or a plan's step, wants to be told. `source` says who: `plan~step`, or an operator's name;
    `over_cap` what becomes of who has had enough: moved as the caps say, or in any case dropped."""

    broadcast_id: str
    programme_id: str
    variants: tuple[Variant, ...]
    audience: Audience
    route: Route
    due_at: datetime
    source: str
    over_cap: Over = "move"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Why a broadcast follows another: it is for those targets of that one, `of`, who were over their cap of a day,
    week or month. `origin_id` is the broadcast that somebody planned, and `meant_at` when that began."""

    of: str
    per: Per
    origin_id: str
    meant_at: datetime


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """A broadcast as it stands. `stopped_from` is the state that resuming leads back to; `next_at` when the caretaker
    looks at it next; `note` what the system itself decided about it, for operators."""

    broadcast_id: str
    programme_id: str
    variants: tuple[Variant, ...]
    audience: Audience
    route: Route
    due_at: datetime
    source: str
    state: State
    created_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    began_at: datetime | None = None
    dealt_at: datetime | None = None  # all targets and chunks are written
    ended_at: datetime | None = None
    stopped_from: State | None = None
    next_at: datetime | None = None
    note: str | None = None
    over_cap: Over = "move"
    moved: Moved | None = None

    @property
    def origin_id(self) -> str:
        """The broadcast that was planned: by its id recipients get their version, also when they get it later."""
        return self.moved.origin_id if self.moved else self.broadcast_id

    @property
    def meant_at(self) -> datetime:
        """From when it counts how far somebody may be moved."""
        return self.moved.meant_at if self.moved else self.began_at or self.due_at

    @property
    def kind(self) -> Literal["group", "member"]:
        """What a target is."""
        return "group" if self.route in TO_GROUPS else "member"


def check(draft: Draft) -> None:
    """Refuse what could not be told as it is meant.

    Raises:
        Refused: `broadcast.invalid`, with what is wrong.
    """
    shares = [variant.share_bp for variant in draft.variants]
    if not 1 <= len(shares) <= VARIANTS_MAX:
        raise Refused("broadcast.invalid", f"1 to {VARIANTS_MAX} versions, not {len(shares)}")
    if min(shares) < 1 or sum(shares) > WHOLE_BP:
        raise Refused(
            "broadcast.invalid", f"shares of {shares} basis points: each from 1 on, together up to {WHOLE_BP}"
        )
    if draft.route not in ROUTES:
        raise Refused("broadcast.invalid", f"no route {draft.route!r}")


def variant_of(broadcast_id: str, variants: Sequence[Variant], recipient_id: str) -> int | None:
    """Which version a recipient gets, by a hash that is the same whenever asked; None for who is outside all shares."""
    digest = hashlib.sha256(f"{broadcast_id}/{recipient_id}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % WHOLE_BP
    for number, variant in enumerate(variants):
        if place < variant.share_bp:
            return number
        place -= variant.share_bp
    return None
