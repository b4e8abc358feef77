"""Registering: one member a person however many accounts and taps, finished by repeating whatever broke off."""

import dataclasses
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.channels import followers
from pond.kernel.ids import pseudonym
from pond.kernel.sealing import unseal
from pond.members import blocklist, registration, registrations, store, store_phones, store_proofs
from pond.members.identities import member_of
from pond.members.model import Blocked, CodeRefused, Invalid, Registered
from pond.programmes.model import Programme
from support.people import Person

MINUTE = timedelta(seconds=60)
CODE = "246810"


def register(person: Person, programme: Programme, now: datetime, code: str = CODE, **form: object) -> object:
    typed = dataclasses.replace(person.form, **form)  # type: ignore[arg-type]
    return registration.register(typed, code, programme, person.account_id, person.follower_id, "shop", now)


def test_a_person_is_registered_with_what_they_said_and_no_more(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    done = register(one, programme, now)
    assert done == Registered(one.account_id, f"{programme.programme_id}~newborn")
    kept = registrations.get(one.account_id, programme.programme_id)
    assert kept is not None
    assert (kept.born_in, kept.due_in, kept.city) == ("2026-08", None, "杭州")
    assert (kept.consent_version, kept.consented_at) == (programme.consent.version, now)
    assert (kept.channel_id, kept.follower_id) == ("shop", one.follower_id)
    follower = followers.get(one.follower_id)
    assert follower is not None
    assert follower.member_id == one.account_id


def test_personal_data_stands_sealed_and_nowhere_else(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    register(one, programme, now)
    phone_id = pseudonym("phone", one.phone)
    row = store_phones.PhoneRow.get(phone_id)
    assert row.sealed is not None
    opened = json.loads(unseal(bytes(row.sealed), f"phones/{phone_id}"))
    assert opened == {"name": "王小美", "phone": one.phone, "day": "2026-08-01"}
    rows: list[Any] = [row, store.RegistrationRow.get(one.account_id, programme.programme_id)]
    shown = repr([item.serialize() for item in rows])
    assert "王小美" not in shown
    assert one.phone[3:] not in shown
    assert "2026-08-01" not in shown


def test_a_faulty_form_costs_nothing(person: Callable[..., Person], programme: Programme, now: datetime) -> None:
    one = person()
    one.ask(now)
    assert register(one, programme, now, name="<b>") == Invalid({"name": "name.characters"})
    assert store_phones.get(pseudonym("phone", one.phone)).tries == 0
    assert registrations.get(one.account_id, programme.programme_id) is None


def test_a_wrong_code_registers_nobody(person: Callable[..., Person], programme: Programme, now: datetime) -> None:
    one = person()
    one.ask(now)
    assert register(one, programme, now, "000000") == CodeRefused("wrong", 4)
    assert registrations.get(one.account_id, programme.programme_id) is None


def test_sending_the_form_again_changes_nothing(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    first = register(one, programme, now)
    assert register(one, programme, now + 60 * MINUTE, "", city="上海") == first
    kept = registrations.get(one.account_id, programme.programme_id)
    assert kept is not None
    assert (kept.city, kept.registered_at) == ("杭州", now)


@pytest.mark.parametrize("breaks", ["prove", "link", "add_registration"])
@pytest.mark.parametrize("after", [False, True])
def test_whatever_breaks_off_is_finished_by_sending_the_form_again(
    person: Callable[..., Person],
    programme: Programme,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    breaks: str,
    after: bool,
) -> None:
    one = person()
    one.ask(now)
    owner: Any = {"prove": store_proofs, "link": followers, "add_registration": store}[breaks]
    whole = getattr(owner, breaks)

    def break_off(*arguments: Any) -> None:
        if after:
            whole(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(owner, breaks, break_off)
        register(one, programme, now)
    done = register(one, programme, now + MINUTE)
    assert done == Registered(one.account_id, f"{programme.programme_id}~newborn")
    assert registrations.get(one.account_id, programme.programme_id) is not None
    follower = followers.get(one.follower_id)
    assert follower is not None
    assert follower.member_id == one.account_id


def test_a_proof_does_not_hold_for_ever_nor_for_others(
    person: Callable[..., Person], programme: Programme, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = person()
    one.ask(now)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(followers, "link", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        register(one, programme, now)
    assert register(person(one.phone), programme, now + MINUTE) == CodeRefused("not_asked")
    assert register(one, programme, now + 31 * MINUTE) == CodeRefused("not_asked")


def test_a_second_account_with_the_same_phone_is_the_same_member(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    first = person()
    first.ask(now)
    register(first, programme, now)
    second = person(first.phone)
    second.ask(now + MINUTE)
    assert register(second, programme, now + MINUTE, city="上海") == Registered(
        first.account_id, f"{programme.programme_id}~newborn"
    )
    assert member_of(second.account_id) == member_of(first.account_id) == first.account_id
    follower = followers.get(second.follower_id)
    assert follower is not None
    assert follower.member_id == first.account_id


def test_a_members_second_phone_is_theirs_too(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    register(one, programme, now)
    other = dataclasses.replace(person(), account_id=one.account_id)
    other.ask(now + MINUTE)
    elsewhere = dataclasses.replace(programme, programme_id=f"{programme.programme_id}-2")
    assert register(other, elsewhere, now + MINUTE) == Registered(one.account_id, f"{elsewhere.programme_id}~newborn")
    assert store_phones.get(pseudonym("phone", other.phone)).member_id == one.account_id


def test_eight_at_once_from_two_accounts_are_one_member(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    first = person()
    second = person(first.phone)
    first.ask(now, "111111")

    def at(number: int) -> object:
        if number == 3:  # while the first account registers, the second gets a code of its own
            second.ask(now + MINUTE, "222222")
        one, code = ((first, "111111"), (second, "222222"))[number % 2]
        return register(one, programme, now + MINUTE, code)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(at, range(8)))
    last = [register(one, programme, now + MINUTE, "222222") for one in (first, second)]
    members = {result.member_id for result in (*results, *last) if isinstance(result, Registered)}
    assert len(members) == 1
    (member_id,) = members
    assert store_phones.get(pseudonym("phone", first.phone)).member_id == member_id
    written = [one for one in registrations.everyone() if one.programme_id == programme.programme_id]
    assert [one.member_id for one in written] == [member_id]


def test_taps_at_once_all_get_the_same_answer(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: register(one, programme, now), range(4)))
    assert set(results) == {Registered(one.account_id, f"{programme.programme_id}~newborn")}


def test_the_blocked_are_turned_away_with_all_their_accounts(
    person: Callable[..., Person], programme: Programme, now: datetime
) -> None:
    one = person()
    one.ask(now)
    register(one, programme, now)
    blocklist.block("phone", one.phone, "spam", now)
    assert register(one, programme, now) == Blocked()
    blocklist.unblock("phone", one.phone)
    assert isinstance(register(one, programme, now), Registered)
