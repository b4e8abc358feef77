"""Whatever becomes of WeCom's events - lost, repeated, late, in any order, about answers that lag: no seat rule is ever
broken, and once the night has compared, roster and seats are WeCom's truth."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pond.groups import holds, membership, reconciliation, store, store_rosters
from pond.groups.allocation import allocate, refill
from pond.groups.invariants import check
from pond.groups.model import Request
from pond.groups.model_rosters import GONE, Heard, read
from pond.groups.reconciliation import GroupDue
from pond.groups.rosters import contact
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.tables import iso
from pond.platforms import wecom
from support.budgets import examples
from support.cloud import Cloud
from support.corp import Corp
from support.places import Place, add_group

PEOPLE = st.integers(0, 5)
CAPACITY = 3


class Chain(RuleBasedStateMachine):
    """One group of three seats, six people, and a WeCom whose events are ours to deliver."""

    place_of: Place  # set by the test: a programme to run in

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
        self.run = token_hex(4)
        self.pool_id, self.chat_id = f"{self.place_of.programme_id}~{self.run}", f"{self.run}-chat"
        add_group(self.place_of.programme_id, self.pool_id, self.chat_id, CAPACITY, 0)
        self.corp = Corp(self.chat_id, self.chat_id[:20], seed=0)
        self.on_the_way: list[Heard] = []
        self.heard: list[Heard] = []
        for number in range(4):
            self.register(number)

    def userid(self, number: int) -> str:
        return f"wm-{self.run}-{number}"

    def unionid(self, number: int) -> str:
        return f"union-{self.run}-{number}"

    def member(self, number: int) -> str:
        return pseudonym("unionid", self.unionid(number))

    def tick(self, seconds: int = 1) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(number=PEOPLE)
    def register(self, number: int) -> None:
        request = Request(member_id=self.member(number), programme_id=self.place_of.programme_id, pool_id=self.pool_id)
        assert allocate([request], self.now) == {}
        with patch.object(wecom, "group", self.corp.answer):
            reconciliation.restand(self.member(number), self.place_of.programme_id, self.now, lambda seconds: None)

    @rule(number=PEOPLE, by_code=st.booleans(), removed=st.booleans())
    def move(self, number: int, by_code: bool, removed: bool) -> None:
        """They come in, or go if they are inside; nobody hears of it yet."""
        self.tick()
        userid = self.userid(number)
        if userid in self.corp.members:
            said = self.corp.leave(userid, removed, self.now)
        else:
            said = self.corp.join(userid, self.unionid(number), self.now, by_code)
        self.on_the_way.append(read(said, self.now))

    @rule(number=PEOPLE, by_code=st.booleans(), removed=st.booleans())
    def move_and_be_heard(self, number: int, by_code: bool, removed: bool) -> None:
        self.move(number, by_code, removed)
        newest = self.on_the_way.pop()
        self.heard.append(newest)
        self.hear([newest], 0)

    @rule(number=PEOPLE)
    def stay_a_minute_and_go(self, number: int) -> None:
        if self.userid(number) not in self.corp.members:
            self.move_and_be_heard(number, True, False)
            self.tick(60)
        self.move_and_be_heard(number, True, True)

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data(), lag=st.integers(0, 2))
    def deliver_some(self, data: st.DataObject, lag: int) -> None:
        count = data.draw(st.integers(1, len(self.on_the_way)))
        events = data.draw(st.permutations(self.on_the_way))[:count]
        self.on_the_way = [event for event in self.on_the_way if event not in events]
        self.heard += events
        self.hear(events, lag)

    @precondition(lambda self: self.heard)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        self.hear([data.draw(st.sampled_from(self.heard))], 0)

    @precondition(lambda self: self.on_the_way)
    @rule()
    def lose_one(self) -> None:
        self.on_the_way.pop()

    @rule(minutes=st.sampled_from([1, 5, 40]))
    def let_time_pass(self, minutes: int) -> None:
        self.tick(minutes * 60)
        holds.expire_due(self.now)
        refill(self.pool_id, self.now)

    @rule()
    def night(self) -> None:
        self.compare()
        self.is_the_truth()

    def hear(self, events: list[Heard], lag: int) -> None:
        self.tick()
        self.corp.lag = lag
        with patch.object(wecom, "group", self.corp.answer):
            try:
                membership.hear_all(self.chat_id, events, self.now, lambda seconds: None)
            except Transient:
                self.on_the_way += events  # the queue delivers them again
                return
        if lag == 0 and any(event.current == f"v{self.corp.version}" for event in events):
            self.knows_who_is_inside()  # whatever was lost before: the newest event brings the truth

    def compare(self) -> None:
        self.tick(180)
        self.corp.lag = 0
        with patch.object(wecom, "group", self.corp.answer):
            reconciliation.compare(GroupDue(chat_id=self.chat_id, due_at=iso(self.now)), self.now, lambda seconds: None)

    def knows_who_is_inside(self) -> None:
        rows = store_rosters.roster(self.chat_id)
        inside = {contact_id for contact_id, row in rows.items() if row.standing not in GONE}
        assert inside == set(map(contact, self.corp.members))

    def is_the_truth(self) -> None:
        self.knows_who_is_inside()
        rows = store_rosters.roster(self.chat_id)
        for number in range(6):
            seat = store.get_seat(self.member(number), self.place_of.programme_id)
            row = rows.get(contact(self.userid(number)))
            seated = row is not None and row.standing == "seated"
            assert (seat is not None and seat.state == "taken") == seated

    @invariant()
    def no_rule_is_broken(self) -> None:
        mine = [breach for breach in check(self.now, self.now) if self.run in breach.about]
        assert [breach for breach in mine if breach.rule not in {"idle", "expiry"}] == []

    @invariant()
    def nobody_is_seated_twice(self) -> None:
        rows = store_rosters.roster(self.chat_id).values()
        members = [row.member_id for row in rows if row.standing == "seated"]
        assert len(members) == len(set(members)) <= CAPACITY

    def teardown(self) -> None:
        self.compare()
        self.is_the_truth()


def test_no_fate_of_wecoms_events_makes_roster_or_seats_untrue(cloud: Cloud, make_place: Callable[..., Place]) -> None:
    class Run(Chain):
        place_of = make_place(groups=0, capacity=1)

    run_state_machine_as_test(
        Run,
        settings=settings(
            max_examples=examples(15), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
