"""Whatever order of requests, repeats, joins, leaves, expiries, blocks and new groups: after each step no seat rule is
broken."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pond.groups import blocking, holds, reserves, seats, setup, store, store_seats
from pond.groups.allocation import allocate, refill
from pond.groups.invariants import check
from pond.groups.model import LIVE, GroupState, Request
from support import people
from support.budgets import examples
from support.cloud import Cloud
from support.places import Place, add_group

PEOPLE = st.integers(0, 11)
HOLD = timedelta(minutes=30)


class Seats(RuleBasedStateMachine):
    """One pool, a dozen people, small groups."""

    place_of: Place  # set by the test: a programme to run in

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
        self.run = token_hex(4)
        self.pool_id = f"{self.place_of.programme_id}~{self.run}"
        self.groups: list[str] = []
        self.add_group(2)

    def member(self, number: int) -> str:
        return f"{self.run}-{number}"

    @precondition(lambda self: len(self.groups) < 4)
    @rule(capacity=st.integers(1, 3))
    def add_group(self, capacity: int) -> None:
        chat_id = f"{self.run}-chat-{len(self.groups)}"
        add_group(self.place_of.programme_id, self.pool_id, chat_id, capacity, len(self.groups))
        self.groups.append(chat_id)
        refill(self.pool_id, self.now)

    @rule(numbers=st.lists(PEOPLE, min_size=1, max_size=8))
    def request(self, numbers: list[int]) -> None:
        wanting = [
            Request(member_id=self.member(number), programme_id=self.place_of.programme_id, pool_id=self.pool_id)
            for number in numbers
        ]
        assert allocate(wanting, self.now) == {}

    @rule(number=PEOPLE)
    def take(self, number: int) -> None:
        seat = store.get_seat(self.member(number), self.place_of.programme_id)
        if seat and seat.chat_id:
            store_seats.take(seat, seat.chat_id, self.now)

    @rule(number=PEOPLE)
    def come_late(self, number: int) -> None:
        seat = store.get_seat(self.member(number), self.place_of.programme_id)
        group = store.get_group(seat.chat_id) if seat and seat.chat_id else None
        if seat and group:
            store_seats.take_late(group, seat, self.now)

    @rule(number=PEOPLE)
    def leave(self, number: int) -> None:
        seat = store.get_seat(self.member(number), self.place_of.programme_id)
        if seat and seat.chat_id and store_seats.leave(seat, "left", self.now).written:
            refill(self.pool_id, self.now)

    @rule(number=PEOPLE)
    def ask_again(self, number: int) -> None:
        if store_seats.request_again(self.member(number), self.place_of.programme_id, self.now):
            self.request([number])

    @rule(number=PEOPLE)
    def be_granted_another_try(self, number: int) -> None:
        if seats.grant(self.member(number), self.place_of.programme_id, self.now):
            self.request([number])

    @rule(number=PEOPLE)
    def be_blocked(self, number: int) -> None:
        people.block(self.member(number), self.now)

    @rule(number=PEOPLE)
    def have_the_block_taken_back(self, number: int) -> None:
        people.unblock(self.member(number), self.now)

    @rule(number=PEOPLE)
    def hear_of_a_block(self, number: int) -> None:
        blocking.give_up(self.member(number), self.now)
        refill(self.pool_id, self.now)

    @precondition(lambda self: self.groups)
    @rule(data=st.data(), state=st.sampled_from(["open", "reserve", "paused", "closed"]))
    def operate(self, data: st.DataObject, state: GroupState) -> None:
        setup.set_state(data.draw(st.sampled_from(self.groups)), state)
        reserves.open_next(self.pool_id)
        refill(self.pool_id, self.now)

    @rule(minutes=st.integers(1, 40))
    def let_time_pass(self, minutes: int) -> None:
        for number in range(12):
            blocking.give_up(self.member(number), self.now)  # by then the event of any block was heard
        self.now += timedelta(minutes=minutes)
        holds.expire_due(self.now)
        refill(self.pool_id, self.now)

    @invariant()
    def no_rule_is_broken(self) -> None:
        mine = [breach for breach in check(self.now, self.now) if self.run in breach.about]
        assert mine == []

    @invariant()
    def who_waits_is_in_order(self) -> None:
        waits = store.first_waits(self.pool_id, 100)
        pool = store.get_pool(self.pool_id)
        numbers = [wait.number for wait in waits]
        assert numbers == sorted(numbers)
        assert all(pool.called_through < number <= pool.last_number for number in numbers)

    @invariant()
    def nobody_has_a_live_seat_outside_the_groups(self) -> None:
        for number in range(12):
            seat = store.get_seat(self.member(number), self.place_of.programme_id)
            if seat and seat.state in LIVE:
                assert seat.chat_id in self.groups


def test_no_order_of_events_breaks_a_seat_rule(cloud: Cloud, make_place: pytest.FixtureRequest) -> None:
    class Run(Seats):
        place_of = make_place(groups=0, capacity=1)  # type: ignore[operator]

    run_state_machine_as_test(
        Run,
        settings=settings(
            max_examples=examples(8), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
