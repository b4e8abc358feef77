"""The events of this room: their shapes, and which changes of rows mean them."""

import json
from pathlib import Path

import pytest

from pond.platforms.events import CallbackReceived, TextEnded, from_change

EVENTS = Path(__file__).parents[1] / "events"
GOLDEN = EVENTS / "callback.received.json"
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


TEXT = {
    "text_id": "n4mbsk3c4gq3h5v2r3xrxw2v6a",
    "state": "accepted",
    "reference": "n4mbsk3c4gq3h5v2r3xrxw2v6a/000001.0/7",
}
FAILED = {**TEXT, "state": "failed", "reason": "MK:0001"}


def test_a_text_that_ended_is_told_under_its_senders_reference() -> None:
    [event] = from_change("texts", TEXT, FAILED)
    assert event.name == "text.ended"
    assert event.detail() == json.loads((EVENTS / "text.ended.json").read_text())
    assert TextEnded.read({"detail-type": "text.ended", "detail": event.detail()}) == event


def test_words_of_a_vendor_stay_with_us() -> None:
    [event] = from_change("texts", TEXT, {**FAILED, "reason": "13800000000 关机"})
    assert event.detail()["reason"] == "other"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, TEXT),
        (FAILED, {**FAILED, "reason": "late"}),
        (FAILED, None),
        (TEXT, {key: value for key, value in FAILED.items() if key != "reference"}),
    ],
)
def test_other_changes_of_a_text_mean_nothing(old: dict[str, object] | None, new: dict[str, object] | None) -> None:
    assert from_change("texts", old, new) == []
