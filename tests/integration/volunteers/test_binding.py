"""Who opens a distributor's link is bound to them: once, whatever comes again, and nobody who was forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pond.channels import links, store_links
from pond.channels.events import LinkOpened
from pond.channels.model_links import Link, Opener
from pond.members.store_accounts import AccountRow
from pond.orders import facts
from pond.orders.model_attribution import attribute
from pond.programmes.model_attribution import Bonds, Rules
from pond.volunteers import binding, service

pytestmark = pytest.mark.usefixtures("cloud")
Unique = Callable[[str], str]


@pytest.fixture
def seller(unique: Unique, now: datetime) -> str:
    found = unique("seller")
    service.add(found, "distributor", "", now - timedelta(days=60))
    return found


def opens(person_id: str, owner_id: str, at: datetime) -> LinkOpened:
    """They follow a link of somebody's; the event of it."""
    link_id = links.make(Link(target="https://pond.example/p/mothers", owner_id=owner_id), at)
    links.follow(links.url(link_id).rsplit("/", 1)[1], Opener(person_id=person_id, follower_id=f"f-{person_id}"), at)
    return LinkOpened(
        link_id=link_id,
        place="~",
        person_id=person_id,
        follower_id=f"f-{person_id}",
        opened_at=at.isoformat(),
        first=True,
    )


def test_opening_a_distributors_link_binds_once(seller: str, unique: Unique, now: datetime) -> None:
    member = unique("m")
    event = opens(member, seller, now)
    assert [binding.link_opened(event) for _ in range(2)] == ["bound", "bound"]
    (bond,) = service.bonds_until(member, now)
    assert (bond.person_id, bond.at, bond.by_link) == (seller, now, True)
    assert service.brought(seller, now, now) == 1


def test_nobody_elses_link_binds(unique: Unique, now: datetime) -> None:
    member, volunteer = unique("m"), unique("v")
    service.add(volunteer, "volunteer", "", now - timedelta(days=1))
    owners = (volunteer, unique("nobody"), "")
    told = [binding.link_opened(opens(member, owner, now)) for owner in owners]
    assert told == ["no distributor's", "no distributor's", "nobody's"]
    assert service.bonds_until(member, now) == []


def test_who_was_forgotten_meanwhile_is_bound_to_nobody(seller: str, unique: Unique, now: datetime) -> None:
    member = unique("m")
    event = opens(member, seller, now)
    store_links.drop_opens(member)
    assert binding.link_opened(event) == "nobody's"
    assert service.bonds_until(member, now) == []


def test_an_account_that_is_a_members_binds_the_member(seller: str, unique: Unique, now: datetime) -> None:
    account, member = unique("a"), unique("m")
    AccountRow(account, member_id=member).save()
    AccountRow(member, member_id=member).save()
    binding.link_opened(opens(account, seller, now))
    assert [bond.member_id for bond in service.bonds_until(member, now)] == [member]


def test_by_hand_somebody_is_bound_to_whose_link_they_opened(seller: str, unique: Unique, now: datetime) -> None:
    member = unique("m")
    binding.link_opened(opens(member, seller, now))
    for _ in range(2):
        service.bind(member, seller, now + timedelta(hours=1))
    assert [bond.by_link for bond in service.bonds_until(member, now + timedelta(hours=2))] == [True, False]


@pytest.mark.parametrize("late", [False, True])
def test_the_sequence_of_events_does_not_matter_for_who_earns(
    seller: str, unique: Unique, now: datetime, late: bool
) -> None:
    member, other = unique("m"), unique("seller")
    service.add(other, "distributor", "", now - timedelta(days=60))
    events = [opens(member, seller, now), opens(member, other, now + timedelta(days=1))]
    for event in reversed(events) if late else events:
        binding.link_opened(event)
    known = facts.gather((member,), now + timedelta(days=45, seconds=1))
    found = [
        attribute(known, {"": Rules(version=1, precedence=("distributor",), bonds=bonds)}).earner_id
        for bonds in (Bonds(days=90), Bonds(holds="last"), Bonds(days=44), None)
    ]
    assert found == [seller, other, None, None]
