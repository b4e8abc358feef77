"""The blocked use up nothing: neither a held seat nor a place among those who wait, whatever is under way for them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pond.groups import blocking, membership, repair, seats, standings, store, store_seats
from pond.groups.allocation import allocate, refill
from pond.groups.events import from_change
from pond.groups.invariants import check
from pond.groups.model import Request
from pond.members import blocklist
from support.crashes import explore
from support.people import block, unblock
from support.places import Place
from support.towns import NOW, Town

MakePlace = Callable[..., Place]
Registered = Callable[[Place], Request]
SOON = timedelta(seconds=1)


def state(member: Request, now: datetime) -> str:
    return seats.my_seat(member.member_id, member.programme_id, now).state


def intact(place: Place, members: list[Request], now: datetime) -> None:
    about = {place.pool_id, *place.chat_ids, *(member.member_id for member in members)}
    assert [breach for breach in check(now, now + SOON) if breach.about in about] == []


def crowd(place: Place, registered: Registered, count: int, now: datetime) -> list[Request]:
    """People who ask one after another: as many as there is room hold a seat, the others wait."""
    members = [registered(place) for _ in range(count)]
    for member in members:
        assert allocate([member], now) == {}
    return members


def test_who_waits_gives_up_their_place_and_nobody_else_moves_back(
    make_place: MakePlace, registered: Registered, now: datetime
) -> None:
    place = make_place(groups=1, capacity=1)
    first, second, third, fourth = crowd(place, registered, 4, now)
    block(third.member_id, now)
    assert any(breach.rule == "blocked" and breach.about == third.member_id for breach in check(now, now + SOON))
    assert blocking.give_up(third.member_id, now) == 1
    assert blocking.give_up(third.member_id, now) == 0
    assert [wait.member_id for wait in store.first_waits(place.pool_id, 9)] == [second.member_id, fourth.member_id]
    intact(place, [first, second, third, fourth], now)
    store.set_state(place.chat_ids[0], "closed")
    other = make_place(groups=1, capacity=1)  # room elsewhere changes nothing here
    assert refill(other.pool_id, now) == 0
    assert state(third, now) == "removed"


def test_a_held_seat_goes_to_who_waits(make_place: MakePlace, registered: Registered, now: datetime) -> None:
    place = make_place(groups=1, capacity=1)
    first, second = crowd(place, registered, 2, now)
    block(first.member_id, now)
    blocking.give_up(first.member_id, now)
    assert refill(place.pool_id, now) == 1
    assert (state(first, now), state(second, now)) == ("removed", "held")
    intact(place, [first, second], now)


def test_a_blocked_person_who_registered_gets_no_seat_whatever_comes_first(
    make_place: MakePlace, registered: Registered, now: datetime
) -> None:
    place = make_place(groups=1, capacity=3)
    asked_first, blocked_first = registered(place), registered(place)
    block(asked_first.member_id, now)
    assert allocate([asked_first], now) == {}
    block(blocked_first.member_id, now)
    assert blocking.give_up(blocked_first.member_id, now) == 1
    assert store_seats.hold_requested(  # by a worker that looked at the account before the block stood there
        store.groups_of(place.pool_id)[0], _hold(place, now), [blocked_first], now
    ).refused == {blocked_first.member_id}
    assert {state(one, now) for one in (asked_first, blocked_first)} == {"removed"}
    assert place.live() == {place.chat_ids[0]: 0}
    intact(place, [asked_first, blocked_first], now)


def test_who_is_in_a_group_already_is_listed_for_staff(
    make_place: MakePlace, registered: Registered, now: datetime
) -> None:
    place = make_place(groups=1, capacity=2)
    (member,) = crowd(place, registered, 1, now)
    seat = seats.get(member.member_id, place.programme_id)
    assert seat and store_seats.take(seat, place.chat_ids[0], now)
    block(member.member_id, now)
    assert blocking.give_up(member.member_id, now) == 0
    assert (member.member_id, place.programme_id, place.chat_ids[0]) in set(standings.blocked())
    intact(place, [member], now)


def test_taken_back_in_time_a_block_costs_nothing_and_later_an_operator_gives_another_try(
    make_place: MakePlace, registered: Registered, now: datetime
) -> None:
    place = make_place(groups=1, capacity=1)
    (member,) = crowd(place, registered, 1, now)
    block(member.member_id, now)
    unblock(member.member_id, now)
    assert blocking.give_up(member.member_id, now) == 0
    assert state(member, now) == "held"
    block(member.member_id, now)
    blocking.give_up(member.member_id, now)
    unblock(member.member_id, now)
    assert seats.grant(member.member_id, place.programme_id, now)
    assert allocate([member], now) == {}
    assert state(member, now) == "held"


def test_a_lost_event_is_made_up_for_by_night(make_place: MakePlace, registered: Registered, now: datetime) -> None:
    place = make_place(groups=1, capacity=1)
    first, second = crowd(place, registered, 2, now)
    block(second.member_id, now)
    assert repair.turn_away_the_blocked(now) >= 1
    assert state(second, now) == "removed"
    intact(place, [first, second], now)


def test_a_contact_is_blocked_with_who_they_are_in_groups_whether_that_comes_before_or_after(
    town: Callable[..., Town],
) -> None:
    here = town(groups=1)
    (chat_id,) = here.place.chat_ids
    before, after = here.seated(), here.seated()
    blocking.block("contact", after["external_userid"], "sells", NOW)
    for person in (before, after):
        said = here.joins(person, chat_id)
        membership.hear(said, datetime.now(UTC), datetime.now(UTC), pause=lambda seconds: None)
    blocking.block("contact", before["external_userid"], "sells", NOW)
    assert [blocklist.is_blocked(here.member_id(person)) for person in (before, after)] == [True, True]
    blocklist.unblock("contact", before["external_userid"])
    assert [blocklist.is_blocked(here.member_id(person)) for person in (before, after)] == [False, True]


@pytest.mark.parametrize("position", [0, 1], ids=["held", "waiting"])
def test_a_crash_anywhere_leaves_it_done_once(
    make_place: MakePlace,
    registered: Registered,
    now: datetime,
    position: int,
    record_property: Callable[[str, object], None],
) -> None:
    def scene() -> tuple[Place, list[Request]]:
        place = make_place(groups=1, capacity=1)
        members = crowd(place, registered, 3, now)
        block(members[position].member_id, now)
        return place, members

    def act(here: tuple[Place, list[Request]]) -> None:
        place, members = here
        blocking.give_up(members[position].member_id, now)
        refill(place.pool_id, now)

    def settled(here: tuple[Place, list[Request]]) -> None:
        place, members = here
        intact(place, members, now)
        states = [state(member, now) for member in members]
        assert states == (["removed", "held", "waiting"] if position == 0 else ["held", "removed", "waiting"])

    record_property("crash_points", explore(scene, act, settled))


def test_only_a_live_seat_that_ends_is_told_as_freed() -> None:
    row = {"member_id": "m", "programme_id": "p", "pool_id": "p~s"}
    waiting, held = row | {"state": "waiting", "waiting_number": 1}, row | {"state": "held", "chat_id": "c"}
    assert list(from_change("seats", waiting, row | {"state": "removed"})) == []
    (freed,) = from_change("seats", held, held | {"state": "removed"})
    assert (freed.name, freed.detail()["reason"]) == ("seat.freed", "removed")


def _hold(place: Place, now: datetime) -> store_seats.Hold:
    return store_seats.Hold(
        hold_id=f"hold-{place.programme_id}",
        chat_id=place.chat_ids[0],
        programme_id=place.programme_id,
        held_until=now + timedelta(minutes=30),
    )
