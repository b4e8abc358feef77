"""What rows became, as events in the agreed shapes of the golden files."""

import json
from pathlib import Path
from typing import Any

import pytest

from pond.channels.events import OpeningOpened, from_change

EVENTS = Path(__file__).parents[1] / "events"
EARLY, LATE = "2026-11-23T06:00:00.000Z", "2026-11-23T06:00:05.000Z"
FOLLOWER = {"follower_id": "n4mbsk3c4gq3h5v2r3xrxw2v6a", "openid": "oDEMO", "bookings": {}, "notices": {}}
BOOKING = {
    "programme_id": "yutang",
    "number": 12,
    "follower_id": FOLLOWER["follower_id"],
    "channel_id": "douyin",
    "booked_at": EARLY,
}
OPENING = {"programme_id": "yutang", "opening_id": "20261123T060000Z", "quota": 10, "state": "planned"}
OPENED = {
    "person_id": FOLLOWER["follower_id"],
    "open_id": f"{EARLY}~k4mbsk3c4g",
    "link_id": "k4mbsk3c4g",
    "place": "q3h5v2r3xr",
    "follower_id": FOLLOWER["follower_id"],
    "opened_at": EARLY,
    "first": True,
}
OPEN = OPENING | {"state": "open", "first_number": 11, "last_number": 20, "waited_through": 14}


@pytest.mark.parametrize(
    ("table", "old", "new", "name"),
    [
        ("followers", None, FOLLOWER | {"following_at": EARLY, "channel_id": "douyin"}, "follower.followed"),
        (
            "followers",
            FOLLOWER | {"following_at": EARLY, "unfollowed_at": LATE, "channel_id": "douyin"},
            FOLLOWER | {"following_at": LATE, "unfollowed_at": LATE, "channel_id": "douyin"},
            "follower.followed",
        ),
        (
            "followers",
            FOLLOWER | {"following_at": EARLY},
            FOLLOWER | {"following_at": EARLY, "unfollowed_at": LATE},
            "follower.unfollowed",
        ),
        ("bookings", None, BOOKING, "booking.made"),
        ("openings", OPENING, OPEN, "opening.opened"),
        ("opens", None, OPENED, "link.opened"),
        ("openings", OPEN, OPEN | {"state": "closed"}, "opening.closed"),
    ],
)
def test_a_change_is_told_in_the_agreed_shape(
    table: str, old: dict[str, Any] | None, new: dict[str, Any], name: str
) -> None:
    (event,) = from_change(table, old, new)
    assert event.name == name
    assert event.detail() == json.loads((EVENTS / f"{name}.json").read_text())
    assert type(event).read({"detail-type": name, "detail": event.detail()}) == event


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("followers", None, FOLLOWER),
        ("followers", None, FOLLOWER | {"following_at": EARLY, "unfollowed_at": LATE}),
        ("followers", FOLLOWER | {"following_at": EARLY}, FOLLOWER | {"following_at": LATE, "unfollowed_at": EARLY}),
        ("followers", FOLLOWER | {"following_at": EARLY}, None),
        ("bookings", BOOKING, BOOKING | {"told_at": LATE}),
        ("openings", None, OPENING),
        ("openings", OPENING, OPENING | {"state": "missed"}),
        ("openings", OPEN, OPEN),
        ("opens", None, {name: value for name, value in OPENED.items() if name != "first"}),
        ("seats", None, {"state": "held"}),
    ],
)
def test_other_changes_are_not_told(table: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    assert list(from_change(table, old, new)) == []


def test_an_opening_nobody_waited_for_has_nobody_to_tell() -> None:
    (event,) = from_change("openings", OPENING, OPEN | {"waited_through": 10})
    assert isinstance(event, OpeningOpened)
    assert event.last_number < event.first_number


def test_the_raw_openid_is_in_no_event() -> None:
    for event in from_change("followers", None, FOLLOWER | {"following_at": EARLY}):
        assert "oDEMO" not in json.dumps(event.detail())
