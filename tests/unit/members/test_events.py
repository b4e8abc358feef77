"""A new registration is one event; its shape is the golden file's, which consumers rely on."""

import json
from pathlib import Path
from typing import Any

import pytest

from pond.members.events import AccountBlocked, MemberMerged, MemberPhoneChanged, MemberRegistered, from_change

GOLDEN = json.loads((Path(__file__).parents[1] / "events/member.registered.json").read_text())


@pytest.fixture
def row() -> dict[str, Any]:
    return {key: GOLDEN[key] for key in GOLDEN if key != "version"} | {
        "city": "杭州",
        "stage_id": "parenting",
        "born_in": "2026-04",
        "follower_id": "f",
        "consent_version": "2026-11",
    }


def test_a_new_registration_is_told_in_the_agreed_shape(row: dict[str, Any]) -> None:
    (event,) = from_change("registrations", None, row)
    assert event.detail() == GOLDEN
    assert MemberRegistered.read({"detail-type": "member.registered", "detail": event.detail()}) == event


def test_nothing_else_is_told(row: dict[str, Any]) -> None:
    assert list(from_change("registrations", row, row)) == []
    assert list(from_change("registrations", row, None)) == []
    assert list(from_change("phones", None, row)) == []


def test_two_members_found_to_be_one_are_told_by_the_row_that_named_itself() -> None:
    golden = json.loads((Path(__file__).parents[1] / "events/member.merged.json").read_text())
    before = {"account_id": golden["merged"], "member_id": golden["merged"]}
    after = before | {"member_id": golden["kept"], "merged_at": "2026-11-23T06:00:00.000Z"}
    (event,) = from_change("accounts", before, after)
    assert event.detail() == golden
    assert MemberMerged.read({"detail-type": "member.merged", "detail": event.detail()}) == event
    assert list(from_change("accounts", after, after | {"phone_id": "x"})) == []
    assert list(from_change("accounts", None, before)) == []
    assert list(from_change("accounts", {"account_id": golden["merged"]}, before)) == []
    assert list(from_change("accounts", {"account_id": "c", "blocks": ["x"]}, {"account_id": "c", "blocks": []})) == []


def test_a_blocked_person_who_was_forgotten_was_not_merged_with_anybody() -> None:
    before = {"account_id": "a", "member_id": "a", "blocks": ["account~a"]}
    assert list(from_change("accounts", before, {"account_id": "a", "blocks": ["account~a"]})) == []


def test_another_phone_of_a_member_is_told_a_newcomers_first_is_not() -> None:
    golden = json.loads((Path(__file__).parents[1] / "events/member.phone_changed.json").read_text())
    own = {"account_id": golden["member_id"], "member_id": golden["member_id"]}
    (event,) = from_change("accounts", own | {"phone_id": "p1"}, own | {"phone_id": "p2"})
    assert event.detail() == golden
    assert MemberPhoneChanged.read({"detail-type": event.name, "detail": event.detail()}) == event
    assert list(from_change("accounts", own, own | {"phone_id": "p2"})) == []
    assert list(from_change("accounts", own | {"phone_id": "p1"}, own | {"phone_id": "p1", "seen": ["x"]})) == []
    other = {"account_id": "a2", "member_id": golden["member_id"]}
    assert list(from_change("accounts", other | {"phone_id": "p1"}, other | {"phone_id": "p2"})) == []


def test_the_first_block_against_an_account_is_told_and_no_other_change_of_blocks() -> None:
    golden = json.loads((Path(__file__).parents[1] / "events/account.blocked.json").read_text())
    row = {"account_id": golden["account_id"]}
    once, twice = row | {"blocks": ["phone~x"]}, row | {"blocks": ["phone~x", "account~y"]}
    for before in (None, row):
        (event,) = from_change("accounts", before, once)
        assert event.detail() == golden
        assert AccountBlocked.read({"detail-type": "account.blocked", "detail": event.detail()}) == event
    assert list(from_change("accounts", once, twice)) == []
    assert list(from_change("accounts", twice, once)) == []
    assert list(from_change("accounts", once, row)) == []
