"""What seats and groups became, as events in the agreed shapes of the golden files."""

import json
from pathlib import Path
from typing import Any

import pytest

from pond.groups.events import from_change

EVENTS = Path(__file__).parents[1] / "events"
SEAT = {"member_id": "n4mbsk3c4gq3h5v2r3xrxw2v6a", "programme_id": "yutang", "pool_id": "yutang~pregnancy"}
WAITING = SEAT | {"state": "waiting", "waiting_number": 7}
HELD = SEAT | {
    "state": "held",
    "chat_id": "wrDEMO1",
    "hold_id": "2026-11-23T06:30:00.000Z~01kasmy2e0zzzzzzzzzzzzzzzz",
    "held_until": "2026-11-23T06:30:00.000Z",
}
TAKEN = HELD | {"state": "taken"}
GROUP = {
    "chat_id": "wrDEMO1",
    "programme_id": "yutang",
    "pool_id": "yutang~pregnancy",
    "state": "open",
    "capacity": 180,
    "live_seats": 0,
}


@pytest.mark.parametrize(
    ("table", "old", "new", "name"),
    [
        ("seats", HELD | {"state": "expired"}, HELD | {"state": "requested"}, "seat.requested"),
        ("seats", None, WAITING, "seat.waiting"),
        ("seats", WAITING, HELD, "seat.held"),
        ("seats", HELD, TAKEN, "seat.taken"),
        ("seats", TAKEN, HELD | {"state": "removed"}, "seat.freed"),
        ("groups", GROUP | {"state": "reserve"}, GROUP, "group.opened"),
        ("groups", GROUP | {"live_seats": 143}, GROUP | {"live_seats": 145}, "group.filling"),
    ],
)
def test_a_change_is_told_in_the_agreed_shape(
    table: str, old: dict[str, Any] | None, new: dict[str, Any], name: str
) -> None:
    (event,) = from_change(table, old, new)
    assert event.name == name
    assert event.detail() == json.loads((EVENTS / f"{name}.json").read_text())
    assert type(event).read({"detail-type": name, "detail": event.detail()}) == event


def test_who_did_not_wait_was_not_called_up() -> None:
    (event,) = from_change("seats", None, HELD)
    assert event.detail()["called"] is False


def test_a_live_seat_whose_member_was_forgotten_is_free() -> None:
    (event,) = from_change("seats", TAKEN, None)
    assert (event.name, event.detail()["reason"]) == ("seat.freed", "forgotten")
    assert list(from_change("seats", TAKEN | {"state": "left"}, None)) == []


def test_a_second_hold_is_told_though_the_state_is_the_same() -> None:
    (event,) = from_change("seats", HELD | {"hold_id": "earlier"}, HELD)
    assert event.name == "seat.held"


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("seats", HELD, HELD),
        ("groups", GROUP | {"live_seats": 145}, GROUP | {"live_seats": 146}),
        ("groups", GROUP, GROUP | {"state": "paused"}),
        ("groups", None, GROUP | {"state": "reserve"}),
    ],
)
def test_other_changes_are_not_told(table: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    assert list(from_change(table, old, new)) == []
