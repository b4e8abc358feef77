"""Two members found to be one: by a code from the phone of the other, in one write, whatever happens at once."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from pond.channels import followers
from pond.kernel.ids import pseudonym
from pond.members import blocklist, identities, merging, registration, registrations, store_phones
from pond.members.model import Blocked, Registered
from pond.programmes.model import Programme
from support import crashes
from support.people import Person

MINUTE = timedelta(seconds=60)
CODE = "246810"


def register(person: Person, programme: Programme, now: datetime) -> object:
    return registration.register(person.form, CODE, programme, person.account_id, person.follower_id, "shop", now)


def joined(person: Person, programme: Programme, now: datetime) -> None:
    assert person.ask(now) == "sent"
    assert isinstance(register(person, programme, now), Registered)


def with_phone_of(one: Person, other: Person) -> Person:
    return dataclasses.replace(one, phone=other.phone, form=other.form)


@pytest.fixture
def elsewhere(programme: Programme) -> Programme:
    return dataclasses.replace(programme, programme_id=f"{programme.programme_id}-2")


def test_who_proves_another_members_phone_is_that_member(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    one, other = person(), person()
    joined(one, programme, now)
    joined(other, elsewhere, now)
    borrowed = with_phone_of(one, other)
    borrowed.ask(now + MINUTE)
    assert register(borrowed, elsewhere, now + MINUTE) == Registered(
        other.account_id, f"{elsewhere.programme_id}~newborn"
    )
    assert identities.member_of(one.account_id) == identities.member_of(other.account_id) == other.account_id
    assert [found.account_id for found in identities.merged_or_blocked([one.account_id, other.account_id])] == [
        one.account_id
    ]
    merging.move_registrations(one.account_id, other.account_id)
    kept = registrations.get(other.account_id, programme.programme_id)
    left = registrations.get(one.account_id, programme.programme_id)
    assert kept is not None
    assert left is not None
    assert (kept.standing, kept.follower_id, kept.registered_at) == ("accepted", one.follower_id, now)
    assert left.standing == "merged"
    for each in (one, other):
        follower = followers.get(each.follower_id)
        assert follower is not None
        assert follower.member_id == other.account_id


def test_their_own_phone_still_leads_to_the_member(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    one, other = person(), person()
    joined(one, programme, now)
    joined(other, programme, now)
    borrowed = with_phone_of(one, other)
    borrowed.ask(now + MINUTE)
    register(borrowed, elsewhere, now + MINUTE)
    third = person(one.phone)
    third.ask(now + MINUTE)
    assert register(third, elsewhere, now + MINUTE) == Registered(other.account_id, f"{elsewhere.programme_id}~newborn")
    assert identities.who(third.account_id).path == (third.account_id, other.account_id)


def test_of_two_answers_the_kept_members_own_count(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    one, other = person(), person()
    joined(one, programme, now)
    joined(other, programme, now + MINUTE)
    borrowed = with_phone_of(one, other)
    borrowed.ask(now + 2 * MINUTE)
    register(borrowed, elsewhere, now + 2 * MINUTE)
    for _ in range(2):
        merging.move_registrations(one.account_id, other.account_id)
    kept = registrations.get(other.account_id, programme.programme_id)
    left = registrations.get(one.account_id, programme.programme_id)
    assert kept is not None
    assert left is not None
    assert (kept.follower_id, left.standing) == (other.follower_id, "merged")


def test_two_who_prove_each_others_phones_at_once_are_one(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    one, other = person(), person()
    joined(one, programme, now)
    joined(other, programme, now)
    pair = [with_phone_of(one, other), with_phone_of(other, one)]
    for each in pair:
        each.ask(now + MINUTE)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda each: register(each, elsewhere, now + MINUTE), pair))
    members = {identities.member_of(each.account_id) for each in pair}
    assert len(members) == 1
    assert {result.member_id for result in done if isinstance(result, Registered)} == members
    assert len(identities.merged_or_blocked([one.account_id, other.account_id])) == 1


def test_chains_lead_to_one_member(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    people = [person() for _ in range(4)]
    for each in people:
        joined(each, programme, now)
    for number, (one, other) in enumerate(pairwise(people), 1):
        again = dataclasses.replace(elsewhere, programme_id=f"{elsewhere.programme_id}-{number}")
        borrowed = with_phone_of(one, other)
        borrowed.ask(now + number * MINUTE)
        register(borrowed, again, now + number * MINUTE)
    assert {identities.member_of(each.account_id) for each in people} == {people[-1].account_id}
    assert identities.who(people[0].account_id).path == tuple(each.account_id for each in people)


def test_a_blocked_member_is_merged_with_nobody(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    one, other = person(), person()
    joined(one, programme, now)
    joined(other, programme, now)
    borrowed = with_phone_of(one, other)
    borrowed.ask(now + MINUTE)
    blocklist.block("account", other.account_id, "spam", now)
    assert register(borrowed, elsewhere, now + MINUTE) == Blocked()
    assert identities.member_of(one.account_id) == one.account_id
    assert registrations.get(one.account_id, elsewhere.programme_id) is None


def test_a_contact_is_whose_account_it_is(
    person: Callable[..., Person], programme: Programme, unique: Callable[[str], str], now: datetime
) -> None:
    first, contact_id = person(), pseudonym("external_userid", unique("wm"))
    second = person(first.phone)
    joined(first, programme, now)
    identities.meet(contact_id, second.account_id)
    assert identities.member_of(contact_id) == second.account_id
    second.ask(now + MINUTE)
    register(second, programme, now + MINUTE)
    identities.meet(contact_id, second.account_id)
    assert identities.member_of(contact_id) == first.account_id


def test_whatever_breaks_off_a_merge_is_finished_by_doing_it_again(
    person: Callable[..., Person], programme: Programme, elsewhere: Programme, now: datetime
) -> None:
    def scene() -> tuple[Person, Person, Person]:
        one, other = person(), person()
        joined(one, programme, now)
        joined(other, programme, now)
        borrowed = with_phone_of(one, other)
        borrowed.ask(now + MINUTE)
        return one, other, borrowed

    def act(here: tuple[Person, Person, Person]) -> None:
        one, other, borrowed = here
        assert isinstance(register(borrowed, elsewhere, now + MINUTE), Registered)
        merging.move_registrations(one.account_id, other.account_id)

    def check(here: tuple[Person, Person, Person]) -> None:
        one, other, borrowed = here
        assert identities.member_of(one.account_id) == other.account_id
        assert store_phones.get(pseudonym("phone", other.phone)).proven_by == borrowed.account_id
        assert registrations.get(other.account_id, elsewhere.programme_id) is not None
        left = registrations.get(one.account_id, programme.programme_id)
        assert left is not None
        assert left.standing == "merged"

    assert crashes.explore(scene, act, check) > 20
