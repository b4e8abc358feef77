"""How often codes are sent and tried."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pond.members.model_phones import (
    BETWEEN_SECONDS,
    CODE_SECONDS,
    PROOF_SECONDS,
    TRIES,
    Phone,
    code_refusal,
    is_just_proven,
    seconds_to_wait,
    sent_today,
)


def test_an_unknown_number_may_have_a_code_at_once(now: datetime) -> None:
    nobody = Phone(phone_id="p")
    assert (seconds_to_wait(nobody, now), sent_today(nobody, "2026-11-23")) == (0, 0)
    assert code_refusal(nobody, "a", now) == "not_asked"


@given(st.integers(0, 10 * BETWEEN_SECONDS))
def test_waiting_ends_after_a_minute(passed: int) -> None:
    sent = datetime.fromisoformat("2026-11-23T06:00:00Z")
    wait = seconds_to_wait(Phone(phone_id="p", sent_at=sent), sent + timedelta(seconds=passed))
    assert wait == max(0, BETWEEN_SECONDS - passed)


def test_yesterdays_codes_do_not_count_today() -> None:
    phone = Phone(phone_id="p", sent_on="2026-11-22", sent_count=5)
    assert (sent_today(phone, "2026-11-22"), sent_today(phone, "2026-11-23")) == (5, 0)


@given(st.integers(0, 2 * CODE_SECONDS), st.integers(0, TRIES + 2), st.sampled_from("ab"))
def test_a_code_is_tried_by_who_asked_in_time_and_five_times(passed: int, tries: int, account: str) -> None:
    sent = datetime.fromisoformat("2026-11-23T06:00:00Z")
    phone = Phone(
        phone_id="p",
        code_digest="d",
        code_expires_at=sent + timedelta(seconds=CODE_SECONDS),
        tries=tries,
        asked_by="a",
    )
    refusal = code_refusal(phone, account, sent + timedelta(seconds=passed))
    assert (refusal is None) == (account == "a" and passed < CODE_SECONDS and tries < TRIES)


@given(st.integers(0, 2 * PROOF_SECONDS), st.sampled_from("ab"))
def test_a_proof_holds_half_an_hour_for_its_account(passed: int, account: str) -> None:
    proven = datetime.fromisoformat("2026-11-23T06:00:00Z")
    phone = Phone(phone_id="p", member_id="m", proven_at=proven, proven_by="a")
    held = is_just_proven(phone, account, proven + timedelta(seconds=passed))
    assert held == (account == "a" and passed < PROOF_SECONDS)
