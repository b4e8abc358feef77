"""Whom an order counts for: each rule once, and that nothing but facts and rules decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pond.orders.model_attribution import Facts, Referral, SeatHeld, attribute
from pond.programmes.model_attribution import Bonds, Claim, Rules

PAID = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SEAT = SeatHeld(programme_id="moms", chat_id="wr1", volunteer_id="v1", taken_at=PAID - 9 * DAY)
LINK = Referral(claim="link", referral_id="L1", person_id="d1", role="distributor", at=PAID - DAY)
BOND = Referral(claim="distributor", referral_id="B1", person_id="d2", role="distributor", at=PAID - 2 * DAY)
FACTS = Facts(paid_at=PAID, member_id="m1", programme_id="moms", channel_id="ch1", seats=(SEAT,))
ALL: tuple[Claim, ...] = ("link", "distributor", "seat")


def decided(facts: Facts, *precedence: Claim, window: int = 30) -> tuple[str | None, str]:
    rules = Rules(version=3, precedence=precedence or ("seat",), window_days=window)
    found = attribute(facts, {"moms": rules})
    assert found.rules_version == 3
    return found.earner_id, found.reason


def test_the_seat_at_payment_gives_group_volunteer_and_channel() -> None:
    found = attribute(FACTS, {"moms": Rules(version=3)})
    assert (found.programme_id, found.chat_id, found.volunteer_id, found.channel_id) == ("moms", "wr1", "v1", "ch1")
    assert (found.earner_id, found.earner_role, found.reason, found.rules_version) == ("v1", "volunteer", "seat", 3)


def test_link_and_distributor_win_only_when_the_programme_says_so() -> None:
    facts = replace(FACTS, referrals=(BOND, LINK))
    assert decided(facts, "seat") == ("v1", "seat")
    assert decided(facts, "link", "seat") == ("d1", "link")
    assert decided(facts, "distributor", "seat") == ("d2", "distributor")
    assert decided(facts, *ALL) == ("d1", "link")
    assert decided(facts, "seat", "link") == ("v1", "seat")


def test_the_group_stays_the_buyers_own_when_a_link_wins() -> None:
    found = attribute(replace(FACTS, referrals=(LINK,)), {"moms": Rules(version=1, precedence=ALL)})
    assert (found.chat_id, found.volunteer_id, found.earner_id, found.referral_id) == ("wr1", "v1", "d1", "L1")


@pytest.mark.parametrize(
    ("age", "counts"),
    [(timedelta(0), True), (7 * DAY, True), (7 * DAY + timedelta(milliseconds=1), False), (-DAY, False)],
)
def test_a_referral_counts_within_the_window_before_payment(age: timedelta, counts: bool) -> None:
    facts = replace(FACTS, referrals=(replace(LINK, at=PAID - age),))
    assert (decided(facts, *ALL, window=7) == ("d1", "link")) is counts


def test_the_last_link_counts() -> None:
    other = replace(LINK, referral_id="L0", person_id="d9", at=LINK.at + timedelta(seconds=1))
    assert decided(replace(FACTS, referrals=(other, LINK)), *ALL) == ("d9", "link")


def opened(person_id: str, days_before: int) -> Referral:
    return replace(BOND, person_id=person_id, at=PAID - days_before * DAY, by_link=True)


@pytest.mark.parametrize(
    ("bonds", "referrals", "earner"),
    [
        (None, [opened("d3", 1)], "v1"),  # links bind only where the programme says so
        (Bonds(), [opened("d3", 400)], "d3"),  # for good
        (Bonds(), [opened("d3", 400), opened("d4", 1)], "d3"),
        (Bonds(holds="last"), [opened("d3", 400), opened("d4", 1)], "d4"),
        (Bonds(days=90), [opened("d3", 90), opened("d4", 1)], "d3"),
        (Bonds(days=90), [opened("d3", 92), opened("d4", 1)], "d4"),  # it had run out by the other's opening
        (Bonds(days=90), [opened("d3", 93), opened("d4", 2), opened("d5", 1)], "d4"),
        (Bonds(days=90), [opened("d3", 100), opened("d4", 50)], "v1"),  # neither: the other's came while it held
        (Bonds(days=90), [opened("d3", 100), opened("d3", 50)], "v1"),  # nor is the first one's renewed
        (Bonds(days=90, holds="last"), [opened("d3", 100), opened("d3", 50)], "d3"),
        (Bonds(), [opened("d3", 9), replace(BOND, at=PAID - 8 * DAY), opened("d4", 7)], "d2"),  # a person's word holds
        (None, [replace(BOND, at=PAID - 31 * DAY)], "v1"),
        (Bonds(days=90), [replace(BOND, at=PAID - 31 * DAY)], "d2"),
    ],
)
def test_which_bond_holds_is_the_programmes_to_say(bonds: Bonds | None, referrals: list[Referral], earner: str) -> None:
    rules = Rules(version=1, precedence=("distributor", "seat"), window_days=30, bonds=bonds)
    found = attribute(replace(FACTS, referrals=tuple(reversed(referrals))), {"moms": rules})
    assert found.earner_id == earner


@pytest.mark.parametrize(
    ("seat", "home"),
    [
        (replace(SEAT, taken_at=PAID), "wr1"),
        (replace(SEAT, taken_at=PAID + DAY), None),
        (replace(SEAT, ended_at=PAID), None),
        (replace(SEAT, ended_at=PAID + DAY), "wr1"),
    ],
)
def test_only_a_seat_held_at_payment_is_home(seat: SeatHeld, home: str | None) -> None:
    found = attribute(replace(FACTS, seats=(seat,)), {"moms": Rules(version=1)})
    assert (found.chat_id, found.programme_id, found.channel_id) == (home, "moms", "ch1")
    assert found.reason == ("seat" if home else "no_claim")


def test_of_two_seats_the_one_taken_last_is_home() -> None:
    newer = replace(SEAT, programme_id="tea", chat_id="wr2", taken_at=PAID - DAY)
    found = attribute(replace(FACTS, seats=(SEAT, newer)), {"moms": Rules(version=1), "tea": Rules(version=2)})
    assert (found.programme_id, found.chat_id, found.rules_version) == ("tea", "wr2", 2)


def test_without_volunteer_claim_or_rules_nobody_earns_and_the_reason_says_why() -> None:
    assert decided(replace(FACTS, seats=(replace(SEAT, volunteer_id=None),))) == (None, "no_claim")
    assert attribute(FACTS, {}).reason == "no_rules"
    stranger = Facts(paid_at=PAID, member_id=None)
    assert attribute(stranger, {}).reason == "unmatched"
    assert attribute(replace(stranger, programme_id="moms"), {"moms": Rules(version=1)}).reason == "unmatched"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_sequence_of_facts_does_not_matter(data: st.DataObject) -> None:
    days = st.integers(-40, 5).map(lambda n: PAID + n * DAY)
    seats = data.draw(
        st.lists(
            st.builds(
                SeatHeld,
                programme_id=st.just("moms"),
                chat_id=st.sampled_from(["a", "b"]),
                volunteer_id=st.just("v"),
                taken_at=days,
                ended_at=st.none() | days,
            ),
            max_size=4,
            unique_by=lambda seat: seat.taken_at,
        )
    )
    names = st.sampled_from(["1", "2", "3"])
    referral = st.builds(
        Referral,
        claim=st.sampled_from(["link", "distributor"]),
        referral_id=names,
        person_id=names,
        role=st.just("distributor"),
        at=days,
        by_link=st.booleans(),
    )
    bonds = st.none() | st.builds(Bonds, holds=st.sampled_from(["first", "last"]), days=st.none() | st.integers(1, 30))
    referrals = data.draw(st.lists(referral, max_size=5, unique_by=lambda one: one.referral_id))
    order = tuple(data.draw(st.permutations(ALL)))
    rules = {"moms": Rules(version=1, precedence=order, window_days=20, bonds=data.draw(bonds))}
    facts = replace(FACTS, seats=tuple(seats), referrals=tuple(referrals))
    mixed = replace(
        facts, seats=tuple(data.draw(st.permutations(seats))), referrals=tuple(data.draw(st.permutations(referrals)))
    )
    assert attribute(mixed, rules) == attribute(facts, rules)
