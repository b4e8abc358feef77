"""What a registration's standing tells: an acceptance once it is one, a wish for review, an operator's decision."""

import json
from pathlib import Path
from typing import Any

import pytest

from pond.members.events import from_change

EVENTS = Path(__file__).parents[1] / "events"
NEVER = "2026-11-23T06:00:00.000Z"


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def row(standing: str | None, **more: str) -> dict[str, Any]:
    """A registration as the stream shows it."""
    said = golden("registration.review")
    return {
        "member_id": said["member_id"],
        "programme_id": said["programme_id"],
        "pool_id": "shops~sellers",
        "registered_at": NEVER,
        **({"standing": standing} if standing else {}),
        **more,
    }


def told(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[str]:
    return [event.name for event in from_change("registrations", old, new)]


def test_the_shapes_are_the_agreed_ones() -> None:
    (review,) = from_change("registrations", None, row("review"))
    (decided,) = from_change("registrations", row("review"), row("refused", decided_at=NEVER))
    assert review.detail() == golden("registration.review")
    assert decided.detail() == golden("registration.decided")


@pytest.mark.parametrize(
    ("old", "new", "events"),
    [
        (None, row("accepted"), ["member.registered"]),
        (None, row(None), ["member.registered"]),
        (None, row("refused"), []),
        (None, row("waitlist"), []),
        (row("review"), row("accepted", decided_at=NEVER), ["member.registered", "registration.decided"]),
        (row("waitlist"), row("accepted", decided_at=NEVER), ["member.registered", "registration.decided"]),
        (row("refused"), row("accepted", decided_at=NEVER), ["member.registered", "registration.decided"]),
        (row("review"), row("refused", decided_at=NEVER), ["registration.decided"]),
        (row("review"), row("review", shown="林"), []),
        (row(None), row("accepted"), []),
        (row("review"), None, []),
    ],
)
def test_only_a_change_of_standing_is_told(
    old: dict[str, Any] | None, new: dict[str, Any] | None, events: list[str]
) -> None:
    assert told(old, new) == events
