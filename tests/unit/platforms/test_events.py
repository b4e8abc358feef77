"""The one event of this room: its shape, and which changes of rows mean it."""

import json
from pathlib import Path

import pytest

from pond.platforms.events import CallbackReceived, from_change

GOLDEN = Path(__file__).parents[1] / "events" / "callback.received.json"
ROW = {
    "callback_id": "wecom-n4mbsk3c4gq3h5v2r3xrxw2v6a",
    "source": "wecom",
    "kind": "add_external_contact",
    "has_welcome_code": True,
    "received_at": "2026-11-23T06:00:00.000Z",
}


def test_a_new_row_is_a_callback_received() -> None:
    [event] = from_change("callbacks", None, ROW)
    assert event.name == "callback.received"
    assert event.detail() == json.loads(GOLDEN.read_text())
    envelope = {"detail-type": "callback.received", "detail": event.detail()}
    assert CallbackReceived.read(envelope) == event


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("callbacks", ROW, ROW),  # written again, unchanged
        ("callbacks", ROW, None),  # its time is over
        ("callbacks", None, {**ROW, "source": "official_account"}),
        ("tokens", None, ROW),
    ],
)
def test_other_changes_mean_nothing(table: str, old: dict[str, object] | None, new: dict[str, object] | None) -> None:
    assert from_change(table, old, new) == []
