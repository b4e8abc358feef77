"""Two members found to be one: what either bought, whom they were bound to and served, and that they were reached is
the one's, once, however often and in whatever sequence the event comes, or by night if it never does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from pond.channels import followers
from pond.kernel.clock import china_day
from pond.kernel.ids import pseudonym
from pond.members.events import MemberMerged
from pond.members.store_accounts import AccountRow
from pond.orders import merging, nightly, outreach, reading, settlement, store_ledger, store_outreach
from pond.orders.model_ledger import adjust
from pond.orders.model_outreach import Refusal, Task
from pond.volunteers import service as volunteers
from support import books, market
from support.crashes import explore
from support.market import LONG_AGO, Buyer, Post, assert_balanced, entries, stored, work
from support.shop import CREATED, Sale

pytestmark = pytest.mark.usefixtures("dead")
Somebody = Callable[..., Buyer]
DAYS = timedelta(days=30)


def bought(buyer: Buyer, fen: int = 6_000) -> Sale:
    sale = buyer.buys(fen).went("WAIT_BUYER_PAY", "TRADE_PAID")
    Post(sale.pushes()[-1]).go()
    return sale


def found_to_be(other: Buyer, one: Buyer) -> dict[str, Any]:
    """The one stands for both from now on; the event of it."""
    AccountRow(other.member_id).update([AccountRow.member_id.set(one.member_id), AccountRow.merged_at.set(CREATED)])
    event = MemberMerged(kept=one.member_id, merged=other.member_id)
    return {"detail-type": event.name, "detail": event.detail()}


def pair(somebody: Somebody) -> tuple[Buyer, Buyer]:
    one, other = somebody(), somebody()
    one.register()
    other.register(seated=False)
    return one, other


def phone_id(buyer: Buyer) -> str:
    return pseudonym("phone", f"+86{buyer.mobile}")


def buyers(programme_id: str) -> list[str]:
    until = CREATED + timedelta(days=1)
    return reading.buyers_between(programme_id, china_day(CREATED), CREATED, until, None, 100)[0]


def tags(buyer: Buyer) -> frozenset[str]:
    follower = followers.get(followers.follower_id(buyer.openid))
    assert follower is not None
    return frozenset(follower.tags)


def test_what_the_other_bought_is_the_ones(somebody: Somebody, programme_id: str, later: Any) -> None:
    one, other = pair(somebody)
    sale = bought(other)
    followers.tag(followers.follower_id(other.openid), outreach.PAID)
    before = stored(sale)
    assert buyers(programme_id) == [other.member_id]
    event = found_to_be(other, one)
    for _ in range(2):
        assert work([event]) == 0
    after = stored(sale)
    assert (after.member_id, after.attribution, after.revision) == (
        one.member_id,
        before.attribution,
        before.revision + 1,
    )
    assert buyers(programme_id) == [one.member_id]
    assert [it.tid for it in reading.orders_of(one.member_id)] == [sale.tid]
    assert outreach.PAID in tags(one)
    assert_balanced(sale)


def test_whom_the_other_was_bound_to_is_whom_the_one_is_bound_to(somebody: Somebody, now: datetime, later: Any) -> None:
    programme_id = market.apply_programme(
        now, [{"version": 1, "valid_from": "2020-01-01", "precedence": ["distributor"], "window_days": 30}]
    )
    one, other = (replace(buyer, programme_id=programme_id) for buyer in (somebody(), somebody()))
    for buyer in (one, other):
        buyer.register()
    seller = f"seller-{one.openid}"
    volunteers.add(seller, "distributor", "", LONG_AGO)
    volunteers.bind(other.member_id, seller, CREATED - timedelta(days=2))
    month = (CREATED - timedelta(days=20), CREATED)
    assert volunteers.brought(seller, *month) == 1
    work([found_to_be(other, one)] * 2)
    assert volunteers.bonds_until(other.member_id, CREATED) == []
    assert volunteers.brought(seller, *month) == 1
    sale = bought(one)
    assert [(it.person_id, it.amount_fen) for it in entries(sale)] == [(seller, 1_200)]
    volunteers.bind(other.member_id, seller, CREATED)  # by the old name: the same person, bound already
    assert volunteers.bonds_until(other.member_id, CREATED) == []


def test_who_served_goes_on_serving_as_the_one(somebody: Somebody, now: datetime, later: Any) -> None:
    one, other = pair(somebody)
    mother = somebody()
    mother.register()
    volunteers.add(other.member_id, "volunteer", "keen", LONG_AGO, name="小满", team="east")
    volunteers.add(one.member_id, "distributor", "", LONG_AGO + timedelta(days=1))
    volunteers.assign(mother.chat_id, other.member_id, True, LONG_AGO + timedelta(days=1))
    early = bought(mother)
    work([found_to_be(other, one)] * 2)
    assert volunteers.serving(mother.chat_id, CREATED) == other.member_id  # as it was then
    assert volunteers.serving(mother.chat_id, now) == one.member_id
    assert volunteers.groups_of(one.member_id, now) == [mother.chat_id]
    assert volunteers.groups_of(other.member_id, now) == []
    held = volunteers.get(one.member_id)
    assert held and [it.rank for it in held.standings] == ["volunteer", "distributor"]
    assert (held.team, volunteers.display_name(one.member_id)) == ("east", "小满")
    late = bought(mother)  # paid while the other served: it is the one who earns
    assert [{it.person_id for it in entries(sale)} for sale in (early, late)] == [{other.member_id}, {one.member_id}]
    assert volunteers.add(other.member_id, "lead", "", now).volunteer_id == one.member_id
    assert volunteers.names_of_everyone()[one.member_id] == [one.member_id, other.member_id]


def test_what_is_owed_to_the_other_is_paid_to_the_one(somebody: Somebody, now: datetime, later: Any) -> None:
    books.begin()
    one, other = pair(somebody)
    volunteers.add(other.member_id, "volunteer", "", LONG_AGO)
    for name, fen in (("earned", 5_000), ("owed", -800)):
        entry = adjust(f"{name}-{other.openid}", other.member_id, fen, name, books.FIRST, CREATED)
        assert store_ledger.append(entry)
    found_to_be(other, one)
    merging.merge(other.member_id, now)
    for _ in range(2):
        settlement.draft(books.FIRST, "Lin", now)
    settlement.approve(books.FIRST, "Lin", now)
    settlement.pay(books.FIRST, "Lin", now)
    mine = {it.person_id: it.payable_fen for it in settlement.of_month(books.FIRST)}
    assert (mine[one.member_id], mine[other.member_id]) == (4_200, 0)
    assert settlement.check() == []
    books.begin()


def test_what_is_owed_goes_over_once_whatever_breaks_off(
    somebody: Somebody, now: datetime, later: Any, record_property: Callable[[str, object], None]
) -> None:
    def scene() -> tuple[Buyer, Buyer]:
        books.begin()
        one, other = pair(somebody)
        volunteers.add(other.member_id, "volunteer", "", LONG_AGO)
        assert store_ledger.append(adjust(f"owed-{other.openid}", other.member_id, -800, "owed", books.FIRST, CREATED))
        found_to_be(other, one)
        merging.merge(other.member_id, now)
        return one, other

    def settled(here: tuple[Buyer, Buyer]) -> None:
        totals = {it.person_id: it.total_fen for it in settlement.of_month(books.FIRST)}
        assert [totals[buyer.member_id] for buyer in here] == [-800, 0]

    record_property("crash_points", explore(scene, lambda _: settlement.draft(books.FIRST, "Lin", now), settled))
    books.begin()


def test_nobody_is_reached_twice_for_being_two(somebody: Somebody, now: datetime, later: Any) -> None:
    one, other = pair(somebody)

    def task(buyer: Buyer, tid: str) -> Task:
        return Task(
            person_id=phone_id(buyer),
            tid=tid,
            member_id=buyer.member_id,
            programme_id=buyer.programme_id,
            route="call",
            state="waiting",
            due_at=now,
            changed_at=now,
        )

    assert store_outreach.plan(task(other, "E1"), now - timedelta(days=1), DAYS)
    event = found_to_be(other, one)
    work([event] * 2)
    assert not store_outreach.plan(task(one, "E2"), now, DAYS)
    assert store_outreach.plan(task(one, "E3"), now + DAYS, DAYS)


def test_who_refused_as_the_other_refused_as_the_one_until_allowed_again(
    somebody: Somebody, now: datetime, later: Any
) -> None:
    one, other = pair(somebody)
    outreach.refuse(phone_id(other), "complained", "ops", now)
    event = found_to_be(other, one)
    work([event] * 2)
    refused = store_outreach.refusal(phone_id(one))
    assert refused == Refusal(person_id=phone_id(one), reason="complained", by="ops", at=now)
    outreach.allow(phone_id(one))
    work([event])
    assert store_outreach.refusal(phone_id(one)) is None
    assert store_outreach.refusal(phone_id(other)) is not None


@pytest.mark.parametrize("sequence", list(permutations(range(3))))
def test_a_chain_of_members_comes_to_the_same_in_any_sequence(
    somebody: Somebody, now: datetime, later: Any, sequence: tuple[int, ...]
) -> None:
    chain = [somebody() for _ in range(4)]
    for buyer in chain:
        buyer.register(seated=False)
    sales = [bought(buyer) for buyer in chain[1:]]
    seller = f"seller-{chain[0].openid}"
    volunteers.add(seller, "distributor", "", LONG_AGO)
    volunteers.bind(chain[3].member_id, seller, CREATED)
    events = []
    for link in sequence:  # link n: who comes after is found to be who comes before
        events.append(found_to_be(chain[link + 1], chain[link]))
        work(events)
    last = chain[0].member_id
    assert {stored(sale).member_id for sale in sales} == {last}
    assert [bond.person_id for bond in volunteers.bonds_until(last, now)] == [seller]


def test_merging_survives_a_crash_at_any_call(
    somebody: Somebody, now: datetime, later: Any, record_property: Callable[[str, object], None]
) -> None:
    def scene() -> tuple[Buyer, Buyer, Sale, str]:
        one, other = pair(somebody)
        sale = bought(other)
        seller = f"seller-{one.openid}"
        volunteers.add(seller, "distributor", "", LONG_AGO)
        volunteers.bind(other.member_id, seller, CREATED - timedelta(days=2))
        volunteers.add(other.member_id, "volunteer", "keen", LONG_AGO)
        volunteers.assign(one.chat_id, other.member_id, True, LONG_AGO + timedelta(days=1))
        outreach.refuse(phone_id(other), "complained", "ops", now)
        found_to_be(other, one)
        return one, other, sale, seller

    def settled(here: tuple[Buyer, Buyer, Sale, str]) -> None:
        one, other, sale, seller = here
        assert stored(sale).member_id == one.member_id
        assert_balanced(sale)
        assert volunteers.bonds_until(other.member_id, now) == []
        (bond,) = volunteers.bonds_until(one.member_id, now)
        assert (bond.person_id, bond.at) == (seller, CREATED - timedelta(days=2))
        assert volunteers.brought(seller, LONG_AGO, now) == 1
        assert volunteers.groups_of(one.member_id, now) == [one.chat_id]
        assert volunteers.current(other.member_id) == one.member_id
        assert store_outreach.refusal(phone_id(one)) is not None

    record_property("crash_points", explore(scene, lambda here: merging.merge(here[1].member_id, now), settled))


def test_the_night_makes_up_for_a_lost_event(somebody: Somebody, later: Any) -> None:
    one, other = pair(somebody)
    sale = bought(other)
    found_to_be(other, one)
    at = CREATED + timedelta(hours=6)
    for night, told in ((CREATED + timedelta(minutes=5), 0), (at, 1), (CREATED + timedelta(days=8), 0)):
        later.take()
        nightly.plan(night)
        messages = [it for it in later.take() if it["detail"].get("merged") == other.member_id]
        assert len(messages) == told
        work(messages)
    assert stored(sale).member_id == one.member_id
