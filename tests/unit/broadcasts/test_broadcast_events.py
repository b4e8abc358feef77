"""What broadcasts became, as events in the agreed shapes of the golden files."""

import json
from pathlib import Path

import pytest

from pond.broadcasts.events import from_change

EVENTS = Path(__file__).parents[1] / "events"
ROW = {"broadcast_id": "newcomer~day2~2026-11-24", "programme_id": "yutang", "route": "wecom_group"}


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("approved", "scheduled", "broadcast.scheduled"),
        ("scheduled", "dispatching", "broadcast.begun"),
        ("stopped", "dispatching", "broadcast.begun"),
        ("dispatching", "sent", "broadcast.sent"),
        ("dispatching", "stopped", "broadcast.stopped"),
    ],
)
def test_a_change_of_state_is_told(before: str, after: str, name: str) -> None:
    (event,) = from_change("broadcasts", ROW | {"state": before}, ROW | {"state": after})
    assert event.name == name
    assert event.detail() == json.loads((EVENTS / f"{name}.json").read_text())


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_what_is_only_planned_is_told_to_nobody(state: str) -> None:
    assert list(from_change("broadcasts", None, ROW | {"state": state})) == []


def test_another_look_is_no_event() -> None:
    row = ROW | {"state": "dispatching"}
    assert list(from_change("broadcasts", row, row | {"next_at": "2026-11-24T02:00:00.000Z"})) == []
    assert list(from_change("chunks", None, row)) == []
