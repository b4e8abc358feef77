"""Volunteers and distributors in their tables: kept history, one writer at a time, sealed names."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from pond.kernel.errors import NotFound, PondError
from pond.volunteers import service, store_volunteers
from support.crashes import explore

Unique = Callable[[str], str]
pytestmark = pytest.mark.usefixtures("cloud")


def test_a_persons_way_is_kept_and_their_name_is_sealed(unique: Unique, now: datetime) -> None:
    person = unique("member")
    service.add(person, "volunteer", "", now, name="安娜", team="一组", from_on=date(2026, 8, 1))
    service.add(person, "lead", "", now, from_on=date(2026, 11, 1))
    again = service.add(person, "lead", "", now, from_on=date(2026, 11, 20))
    assert again.revision == 2 and again.team == "一组"
    assert service.role_and_level(person, date(2026, 9, 1)) == ("volunteer", "volunteer")
    assert service.role_and_level(person, date(2026, 11, 20)) == ("volunteer", "lead")
    assert service.role_and_level(person, date(2026, 7, 31)) is None
    assert service.display_name(person) == "安娜"
    row = store_volunteers.VolunteerRow.get(person)
    assert "安娜" not in str(row.serialize())
    service.add(person, "distributor", "bronze", now, from_on=date(2026, 11, 1))
    service.set_level(person, "distributor", "silver", date(2026, 12, 1), now)
    assert service.role_and_level(person, date(2026, 12, 1), "distributor") == ("distributor", "silver")
    assert service.role_and_level(person, date(2026, 11, 30), "distributor") == ("distributor", "bronze")


def test_staff_are_known_by_a_pseudonym(unique: Unique, now: datetime) -> None:
    userid = unique("zhangsan")
    person = service.staff_id(userid)
    assert userid not in person
    service.add(person, "head", "", now, userid=userid)
    held = service.get(person)
    assert held is not None and held.userid == userid


def test_who_serves_a_group_is_answered_for_any_time(unique: Unique, now: datetime) -> None:
    first, second, chat = unique("member"), unique("member"), unique("chat")
    for person in (first, second):
        service.add(person, "volunteer", "", now)
    service.assign(chat, first, True, now)
    service.assign(chat, first, True, now + timedelta(hours=1))
    service.assign(chat, second, True, now + timedelta(days=1))
    service.release(chat, second, now + timedelta(days=2))
    times = (-1, 0, 1, 2)
    main = [service.serving(chat, now + timedelta(days=days)) for days in times]
    assert main == [None, first, second, first]
    assert service.groups_of(first, now + timedelta(days=1)) == [chat]
    assert service.groups_of(second, now + timedelta(days=3)) == []
    with pytest.raises(NotFound):
        service.assign(chat, unique("nobody"), True, now + timedelta(days=3))


def test_of_many_who_assign_at_once_none_undoes_the_other(unique: Unique, now: datetime) -> None:
    people, chat = [unique("member") for _ in range(4)], unique("chat")
    for person in people:
        service.add(person, "volunteer", "", now)

    def assign(person: str) -> None:
        for _ in range(20):
            try:
                service.assign(chat, person, True, now)
                return
            except PondError as error:
                assert error.retryable

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(assign, people))
    serving = service.all_serving(chat, now)
    assert {one.volunteer_id for one in serving} == set(people)
    assert sum(one.main for one in serving) == 1


def test_an_assignment_survives_a_crash_at_any_call(unique: Unique, now: datetime) -> None:
    def scene() -> tuple[str, str]:
        person = unique("member")
        service.add(person, "volunteer", "", now)
        return person, unique("chat")

    def settled(here: tuple[str, str]) -> None:
        person, chat = here
        assert service.serving(chat, now) == person
        assert service.groups_of(person, now) == [chat]

    explore(scene, lambda here: service.assign(here[1], here[0], True, now), settled)


def test_the_last_bond_counts_and_the_first_brought(unique: Unique, now: datetime) -> None:
    one, other, member = unique("seller"), unique("seller"), unique("member")
    for person in (one, other):
        service.add(person, "distributor", "bronze", now)
    service.bind(member, one, now)
    service.bind(member, one, now + timedelta(hours=1))
    service.bind(member, other, now + timedelta(hours=2))
    assert service.bonds_until(member, now - timedelta(seconds=1)) == []
    found = [service.bonds_until(member, now + timedelta(hours=hours))[-1] for hours in (0, 1, 2)]
    assert [(bond.person_id, bond.at) for bond in found] == [
        (one, now),
        (one, now),
        (other, now + timedelta(hours=2)),
    ]
    until = now + timedelta(days=1)
    assert (service.brought(one, now, until), service.brought(other, now, until)) == (1, 0)
    with pytest.raises(NotFound):
        service.bind(member, unique("nobody"), until)
