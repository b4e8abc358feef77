"""Sessions, form tokens, OAuth states: what is forged, altered, expired or made for another purpose reads as absent."""

import dataclasses
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.web import sessions

START = "0123456789abcdef" * 2


def test_a_session_comes_back_and_holds_only_pseudonyms(now: datetime) -> None:
    session = sessions.open_session("f1", "a1", now)
    assert sessions.unseal(sessions.seal(session), now) == session
    assert {field.name for field in dataclasses.fields(session)} == {"follower_id", "account_id", "expires"}


def test_a_session_ends(now: datetime) -> None:
    value = sessions.seal(sessions.open_session("f1", "a1", now))
    assert sessions.unseal(value, now + sessions.SESSION_LIFE - timedelta(seconds=1))
    assert sessions.unseal(value, now + sessions.SESSION_LIFE) is None


def test_no_single_changed_character_passes(now: datetime) -> None:
    value = sessions.seal(sessions.open_session("f1", "a1", now))
    for place in range(len(value)):
        other = "A" if value[place] != "A" else "B"
        assert sessions.unseal(value[:place] + other + value[place + 1 :], now) is None, place


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_anything_as_cookie_or_state_is_just_absent(now: datetime, value: str) -> None:
    assert sessions.unseal(value, now) is None
    assert sessions.unseal_state(value, START, now) is None


def test_the_signature_of_one_purpose_is_none_for_another(now: datetime) -> None:
    session = sessions.open_session("f1", "a1", now)
    payload = sessions.seal(session).partition(".")[0]
    assert sessions.unseal(f"{payload}.{sessions.form_token(session, now)}", now) is None


def test_a_form_token_is_of_one_person_and_outlives_a_renewed_session(now: datetime) -> None:
    mine, yours = sessions.open_session("f1", "a1", now), sessions.open_session("f2", "a2", now)
    token = sessions.form_token(mine, now)
    assert sessions.form_opened_at(mine, token, now + timedelta(hours=1)) == now
    assert sessions.form_opened_at(mine, sessions.form_token(yours, now), now) is None
    renewed = sessions.open_session("f1", "a1", now + timedelta(hours=1))
    assert sessions.form_opened_at(renewed, token, now) == now
    assert sessions.form_opened_at(mine, token, now + sessions.SESSION_LIFE) is None
    earlier = f"{int(now.timestamp()) - 60:x}.{token.partition('.')[2]}"
    for other in ("", "é", ".", token + "x", earlier, "f" * 30 + ".x", "-1.x"):
        assert sessions.form_opened_at(mine, other, now) is None


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex(r"[a-z][a-z0-9-]{0,30} ([a-z][a-z0-9-]{0,30})?", fullmatch=True))
def test_a_state_is_letters_and_digits_within_wechats_limit(now: datetime, target: str) -> None:
    state = sessions.seal_state(target, START, now)
    assert state.isascii() and state.isalnum() and len(state) <= 128
    assert sessions.unseal_state(state, START, now) == target


def test_a_state_is_of_one_browser_and_ten_minutes(now: datetime) -> None:
    state = sessions.seal_state("muying douyin", START, now)
    assert sessions.unseal_state(state, "f" * 32, now) is None
    assert sessions.unseal_state(state, START, now + timedelta(minutes=10)) is None
    assert sessions.unseal_state("A" + state[1:] if state[0] != "A" else "B" + state[1:], START, now) is None


def test_a_target_too_long_for_a_state_is_refused(now: datetime) -> None:
    with pytest.raises(Refused, match=r"state\.too_long"):
        sessions.seal_state("x" * 70, START, now)


def test_a_start_is_kept_when_it_is_one_of_ours() -> None:
    assert sessions.new_start(START) == START
    for odd in (None, "", "short", "a; Path=/" * 5, "é" * 32):
        assert sessions.new_start(odd) != odd


def test_cookies_are_out_of_scripts_reach_and_secure_over_https() -> None:
    assert sessions.cookie("pond", "v", timedelta(1), "/h5", secure=True) == (
        "pond=v; Path=/h5; Max-Age=86400; HttpOnly; SameSite=Lax; Secure"
    )
    assert "Secure" not in sessions.cookie("pond", "v", timedelta(1), "", secure=False)
