"""A changed phone is proven again, takes the data with it, and lets the old number go, once."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.kernel.sealing import unseal
from pond.members import identities, merging, registration, store_phones
from pond.members.model import CodeRefused, Invalid, Registered
from pond.members.model_phones import Phone
from pond.members.phone_change import Changed, change
from pond.programmes.model import Programme
from support import crashes
from support.people import Person

MINUTE = timedelta(seconds=60)
CODE = "246810"


def register(person: Person, programme: Programme, now: datetime) -> object:
    return registration.register(person.form, CODE, programme, person.account_id, person.follower_id, "shop", now)


@pytest.fixture
def member(person: Callable[..., Person], programme: Programme, now: datetime) -> Callable[[], Person]:
    def make() -> Person:
        one = person()
        one.ask(now)
        assert isinstance(register(one, programme, now), Registered)
        return one

    return make


def asking(one: Person, phone: str, now: datetime) -> Person:
    """The same person, about to prove another phone."""
    other = dataclasses.replace(one, phone=phone)
    assert other.ask(now) == "sent"
    return other


def number_of(phone: str) -> Phone:
    return store_phones.get(pseudonym("phone", phone))


def test_the_new_phone_is_proven_and_the_old_one_is_anybodys(
    member: Callable[[], Person], person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one, phone = member(), person().phone
    asking(one, phone, now + MINUTE)
    assert change(phone, "000000", one.account_id, now + MINUTE) == CodeRefused("wrong", 4)
    assert change(phone, CODE, one.account_id, now + MINUTE) == Changed(one.account_id)
    phone_id = pseudonym("phone", phone)
    sealed = store_phones.sealed(phone_id)
    assert sealed is not None
    assert json.loads(unseal(sealed, f"phones/{phone_id}")) == {"name": "王小美", "phone": phone, "day": "2026-08-01"}
    assert number_of(phone).member_id == one.account_id
    assert number_of(one.phone).member_id is None
    assert store_phones.sealed(pseudonym("phone", one.phone)) is None
    stranger = person(one.phone)
    stranger.ask(now + 2 * MINUTE)
    assert register(stranger, programme, now + 2 * MINUTE) == Registered(
        stranger.account_id, f"{programme.programme_id}~newborn"
    )
    assert identities.member_of(one.account_id) == one.account_id


def test_changing_again_says_so_and_changing_back_works(
    member: Callable[[], Person], person: Callable[..., Person], now: datetime
) -> None:
    one, phone = member(), person().phone
    asking(one, phone, now + MINUTE)
    for _ in range(2):
        assert change(phone, CODE, one.account_id, now + MINUTE) == Changed(one.account_id)
    asking(one, one.phone, now + 2 * MINUTE)
    assert change(one.phone, CODE, one.account_id, now + 2 * MINUTE) == Changed(one.account_id)
    assert (number_of(one.phone).member_id, number_of(phone).member_id) == (one.account_id, None)


def test_a_phone_of_another_member_makes_both_one(member: Callable[[], Person], now: datetime) -> None:
    one, other = member(), member()
    asking(one, other.phone, now + MINUTE)
    assert change(other.phone, CODE, one.account_id, now + MINUTE) == Changed(other.account_id)
    assert identities.member_of(one.account_id) == other.account_id
    assert number_of(one.phone).member_id is None
    merging.move_registrations(one.account_id, other.account_id)


def test_what_cannot_be_changed(person: Callable[..., Person], member: Callable[[], Person], now: datetime) -> None:
    assert change("110", CODE, member().account_id, now) == Invalid({"phone": "phone.invalid"})
    with pytest.raises(Refused, match=r"phone\.nobody"):
        change("13800000000", CODE, person().account_id, now)


def test_whatever_breaks_off_is_done_once(
    member: Callable[[], Person], person: Callable[..., Person], now: datetime
) -> None:
    def scene() -> tuple[Person, str]:
        one, phone = member(), person().phone
        asking(one, phone, now + MINUTE)
        return one, phone

    def act(here: tuple[Person, str]) -> None:
        one, phone = here
        assert change(phone, CODE, one.account_id, now + MINUTE) == Changed(one.account_id)

    def check(here: tuple[Person, str]) -> None:
        one, phone = here
        assert (number_of(phone).member_id, number_of(one.phone).member_id) == (one.account_id, None)
        assert identities.who(one.account_id).phone_id == pseudonym("phone", phone)

    assert crashes.explore(scene, act, check) >= 10
