"""The blocked are turned away with all that is theirs, for whichever reason, and use up nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.members import blocklist, identities, limits, registration, registrations, store_phones
from pond.members.model import Blocked, Registered
from pond.programmes.model import Programme
from support.people import Person, Vendor

MINUTE = timedelta(seconds=60)
CODE = "246810"


def register(person: Person, programme: Programme, now: datetime) -> object:
    return registration.register(person.form, CODE, programme, person.account_id, person.follower_id, "shop", now)


def test_by_any_of_their_accounts_a_member_is_blocked_with_all(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    first = person()
    second = person(first.phone)
    for number, one in enumerate((first, second)):
        one.ask(now + number * MINUTE)
        register(one, programme, now + number * MINUTE)
    blocklist.block("account", second.account_id, "spam", now)
    assert blocklist.is_blocked(first.account_id)
    blocklist.block("phone", first.phone, "spam", now)
    blocklist.unblock("account", second.account_id)
    assert blocklist.is_blocked(second.account_id)
    blocklist.unblock("phone", first.phone)
    assert not blocklist.is_blocked(first.account_id)
    assert not blocklist.is_blocked(second.account_id)


def test_a_blocked_newcomer_uses_up_nothing(person: Callable[..., Person], programme: Programme, now: datetime) -> None:
    one = person()
    one.ask(now)
    blocklist.block("account", one.account_id, "spam", now)
    assert register(one, programme, now) == Blocked()
    assert store_phones.get(pseudonym("phone", one.phone)).tries == 0
    assert not identities.who(one.account_id).known
    assert registrations.get(one.account_id, programme.programme_id) is None


def test_a_contact_is_blocked_before_and_after_we_know_whose_it_is(
    person: Callable[..., Person], programme: Programme, unique: Callable[[str], str], now: datetime
) -> None:
    one, other = person(), person()
    for each in (one, other):
        each.ask(now)
        register(each, programme, now)
    userid, later = unique("wm"), unique("wm")
    identities.meet(pseudonym("external_userid", userid), one.account_id)
    blocklist.block("contact", userid, "sells", now)
    assert blocklist.is_blocked(one.account_id)
    blocklist.block("contact", later, "sells", now)
    assert not blocklist.is_blocked(other.account_id)
    identities.meet(pseudonym("external_userid", later), other.account_id)
    assert blocklist.is_blocked(other.account_id)
    blocklist.unblock("contact", later)
    assert not blocklist.is_blocked(other.account_id)


def test_names_like_a_pattern_are_turned_away_and_nobody_else(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    blocklist.block("name", "*小 美", "a test's name", now)
    try:
        assert register(one, programme, now) == Blocked()
        assert not blocklist.is_blocked(one.account_id)
        assert not blocklist.is_name_blocked("小美丽")
        assert blocklist.is_name_blocked("王\u200b小　美")
    finally:
        blocklist.unblock("name", "*小 美")
    assert isinstance(register(one, programme, now), Registered)


def test_a_block_needs_a_reason_and_a_narrow_pattern(now: datetime) -> None:
    with pytest.raises(Refused, match=r"block\.reason"):
        blocklist.block("account", "x", " ", now)
    with pytest.raises(Refused, match=r"block\.pattern"):
        blocklist.block("name", "*a*", "spam", now)


def test_forms_are_limited_by_account_and_by_address(
    vendor: Vendor, unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FORMS_PER_ACCOUNT", 3)
    monkeypatch.setattr(limits, "FORMS_PER_ADDRESS", 5 * limits.STEP)
    account, address = unique("account"), unique("address")

    def allowed(account: str, at: datetime = now) -> bool:
        return limits.allow_form(account, address, at, draw=lambda: 0.0)

    assert [allowed(account) for _ in range(4)] == [True] * 3 + [False]
    assert [allowed(unique("account")) for _ in range(3)] == [True, True, False]
    assert allowed(account, now + timedelta(days=1))
