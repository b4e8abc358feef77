"""The whole road at once: whatever order of bookings, openings, registrations, joins, leaves, merges, blocks and
erasures, and whatever becomes of events and callbacks - late, repeated, out of order, lost, met by others half-way,
begun by a worker that dies: no rule is broken after any step, and in the end nobody is lost."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import ClassVar

import pytest
import yaml
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pond.channels import bookings, followers, openings, store_line
from pond.groups import blocking, seats, setup, store, store_rosters
from pond.groups.invariants import Breach, check
from pond.groups.model import LIVE, GroupState
from pond.groups.model_rosters import GONE
from pond.groups.rosters import contact
from pond.members import blocklist, identities, phone_change, registration, registrations, verification
from pond.members.model import Form, Invalid
from pond.members.model_blocks import BlockKind
from pond.members.model_phones import Asker
from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from pond.rights import store as store_rights
from pond.rights import wishes
from support import roads
from support.budgets import examples
from support.cloud import ROOT, Cloud
from support.corp import Corp
from support.crashes import WHEN, Crash, When, counting
from support.outbox import Message
from support.places import add_group
from support.roads import BATCH, Road, Walker, meanwhile

PEOPLE = 6
WHO = st.integers(0, PEOPLE - 1)
WHICH = st.integers(0, 11)  # of what is under way, counted round
CALL = st.integers(0, 15)  # to the outside, of one delivery
CODE = "246810"
MAKES_ROOM = {"seat.freed", "group.opened", "group.filling"}
ROUNDS = 40  # until everything under way has arrived


class Journeys(RuleBasedStateMachine):
    """One programme with few seats, half a dozen people, everything that can happen to them."""

    road: Road  # set by the test
    worlds: ClassVar[Iterator[int]] = count()

    def __init__(self) -> None:
        super().__init__()
        world = next(self.worlds)
        self.programme_id, self.pool_id = f"road-{world}", pool_id(f"road-{world}", "pregnancy")
        self.road.begin(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), self.programme_id)
        quota = {"quota_id": "hangzhou", "at_most": 3, "cities": ["杭州"], "beyond": "waitlist"}
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        document |= {"programme_id": self.programme_id, "admission": {"quotas": [quota]}}
        programmes.apply(document, self.road.now)
        self.programme = programmes.get(self.programme_id)
        self.people = [
            Walker(f"o-{world}-{n}", f"u-{world}-{n}", f"wm-{world}-{n}", f"+86139{world % 10**7:07}{n}")
            for n in range(PEOPLE)
        ]
        self.unsaid: list[dict[str, object]] = []  # by WeCom
        self.busy_until = self.tended_at = self.nightly_at = self.road.now
        self.in_line: set[str] = set()  # waiting for a seat, by the seats' stream
        self.let_in: set[str] = set()
        for capacity, state in ((1, "open"), (2, "reserve")):
            self.add_group(capacity, state)
        for number in range(PEOPLE - 1):
            self.book(number)
        self.plan_opening(PEOPLE - 2)
        self.road.tick(60)
        self.road.deliver(self.road.waiting[:])
        for number in range(PEOPLE - 2):
            self.register(number, number)
        self.road.deliver(self.road.waiting[:])
        assert [self.state(number) for number in range(PEOPLE - 2)].count("held") == 3

    # What people do.

    @rule(who=WHO)
    def book(self, who: int) -> None:
        walker = self.people[who]
        self.road.tick()
        followers.follow(walker.openid, None, self.road.now)
        bookings.book(self.programme_id, walker.follower_id, None, self.road.now)
        self.road.relay()

    @rule(who=WHO, phone_of=WHO)
    def register(self, who: int, phone_of: int) -> None:
        """Mostly with one's own phone: those of others lead to others."""
        walker, phone = self.people[who], self.people[phone_of if phone_of < 2 else who].phone
        follower = followers.get(walker.follower_id)
        place = bookings.place(follower, self.programme_id) if follower else None
        if place and place.admitted and self.ask_code(walker, phone):
            city, version = "杭州" if who % 2 else "上海", self.programme.consent.version
            form = Form("妈妈" + "甲乙丙丁戊己"[who], phone, "pregnancy", "2027-03-09", city, True, version)
            done = registration.register(
                form, CODE, self.programme, walker.account_id, walker.follower_id, None, self.road.now
            )
            assert not isinstance(done, Invalid)
            self.road.relay()

    @rule(who=WHO, phone_of=WHO)
    def change_phone(self, who: int, phone_of: int) -> None:
        """To that of another member: then both are one."""
        walker, phone = self.people[who], self.people[phone_of].phone
        if identities.who(walker.account_id).known and self.ask_code(walker, phone):
            phone_change.change(phone, CODE, walker.account_id, self.road.now)
            self.road.relay()

    @rule(who=WHO, granted=st.booleans())
    def ask_again(self, who: int, granted: bool) -> None:
        self.road.tick()
        (seats.grant if granted else seats.ask_again)(self.member(who), self.programme_id, self.road.now)
        self.road.relay()

    @rule(who=WHO)
    def wish_to_be_forgotten(self, who: int) -> None:
        self.road.tick()
        wishes.request(self.people[who].account_id, self.people[who].follower_id, self.road.now)

    @rule(who=WHO, told=st.sampled_from(["at once", "twice", "late", "never"]))
    def come_in(self, who: int, told: str) -> None:
        """By the code that the person's page shows."""
        seat = seats.get(self.member(who), self.programme_id)
        if seat and seat.chat_id and seat.state in {"held", "expired", "left", "removed"}:
            self.move(who, self.chats.index(seat.chat_id), True, False, told)

    @rule(
        who=WHO,
        where=st.integers(0, 3),
        by_code=st.booleans(),
        removed=st.booleans(),
        told=st.sampled_from(["at once", "twice", "late", "never"]),
    )
    def move(self, who: int, where: int, by_code: bool, removed: bool, told: str) -> None:
        """Into a group, or out of it if they are inside."""
        self.road.tick()
        walker, corp = self.people[who], self.road.corps[self.chats[where % len(self.chats)]]
        if walker.userid in corp.members:
            said = corp.leave(walker.userid, removed, self.road.now)
        else:
            said = corp.join(walker.userid, walker.unionid, self.road.now, by_code)
        if told == "late":
            self.unsaid.append(said)
        for _ in range({"at once": 1, "twice": 2}.get(told, 0)):
            self.road.say(said)

    # What operators and time do.

    @rule(quota=st.integers(1, 3))
    def plan_opening(self, quota: int) -> None:
        starts_at = max(self.busy_until, self.road.now + timedelta(minutes=1))
        self.busy_until = starts_at + timedelta(minutes=5)
        openings.plan(self.programme_id, starts_at, self.busy_until, quota)
        self.road.relay()

    @precondition(lambda self: len(self.chats) < 4)
    @rule(capacity=st.integers(1, 2), state=st.sampled_from(["open", "reserve"]))
    def add_group(self, capacity: int, state: GroupState) -> None:
        order = len(self.chats)
        chat_id = f"{self.programme_id}-chat-{order}"
        add_group(self.programme_id, self.pool_id, chat_id, capacity, order)
        setup.set_state(chat_id, state)
        self.road.corps[chat_id] = Corp(chat_id, chat_id[:20], seed=0)
        self.road.relay()

    @rule(where=st.integers(0, 3), state=st.sampled_from(["open", "open", "reserve", "paused", "closed"]))
    def operate(self, where: int, state: GroupState) -> None:
        setup.set_state(self.chats[where % len(self.chats)], state)
        self.road.relay()

    @rule(who=WHO, kind=st.sampled_from(["account", "contact"]), back=st.booleans())
    def block(self, who: int, kind: BlockKind, back: bool) -> None:
        """Or take it back."""
        self.road.tick()
        if back:
            blocklist.unblock(kind, self.given(who, kind))
        else:
            blocking.block(kind, self.given(who, kind), "sells", self.road.now)
        self.road.relay()

    @rule(minutes=st.sampled_from([0, 5, 35]))
    def let_a_minute_come(self, minutes: int) -> None:
        self.road.tick(60 * minutes + 60)
        self.road.tend()
        self.tended_at = self.road.now
        self.road.lost = [one for one in self.road.lost if one.kind not in MAKES_ROOM | {"opening.due"}]

    @rule()
    def let_a_night_come(self) -> None:
        self.road.tick(16 * 60)
        self.road.tend("nightly")
        self.nightly_at = self.road.now
        self.road.lost = [one for one in self.road.lost if one.kind in MAKES_ROOM | {"opening.due"}]

    # What becomes of messages.

    @precondition(lambda self: self.road.waiting)
    @rule(first=WHICH, many=st.integers(1, 6))
    def deliver(self, first: int, many: int) -> None:
        """Some, from whichever on, the newest of them first."""
        self.road.deliver(self.some(first, many)[::-1])

    @precondition(lambda self: self.road.waiting)
    @rule(many=st.sampled_from([3, 10]))
    def arrive(self, many: int) -> None:
        """The oldest, in order."""
        self.road.deliver(self.some(0, many))

    @precondition(lambda self: len(self.road.waiting) > 1)
    @rule(one=WHICH, other=WHICH, call=CALL)
    def deliver_two_at_once(self, one: int, other: int, call: int) -> None:
        [first], second = self.some(one, 1), self.some(other, 1)
        with meanwhile(call, lambda: self.road.deliver(second)):
            self.road.deliver([first])

    @precondition(lambda self: self.road.waiting)
    @rule(one=WHICH, call=CALL, when=st.sampled_from(WHEN))
    def die_of(self, one: int, call: int, when: When) -> None:
        with suppress(Crash), counting(call, when):
            self.road.deliver(self.some(one, 1))
        self.road.relay()

    @precondition(lambda self: self.road.done)
    @rule(which=WHICH)
    def deliver_again(self, which: int) -> None:
        """Of those that arrived last."""
        again = self.road.done[-1 - which % len(self.road.done)]
        note(f"again: {again}")
        self.road.deliver([again])

    @precondition(lambda self: self.road.waiting)
    @rule(which=WHICH)
    def lose(self, which: int) -> None:
        [gone] = self.some(which, 1)
        self.road.lose(gone)

    @precondition(lambda self: self.unsaid)
    @rule(which=WHICH, lag=st.integers(0, 1))
    def hear_late(self, which: int, lag: int) -> None:
        for corp in self.road.corps.values():
            corp.lag = lag
        self.road.say(self.unsaid.pop(which % len(self.unsaid)))

    # What must hold.

    @invariant()
    def no_rule_is_broken(self) -> None:
        assert self.breaches(self.settled_before()) == []
        self.nobody_overtakes_who_waits_for_a_seat()
        self.waiting_numbers_are_in_order()
        self.those_let_in_stay_so_and_numbers_are_their_own()

    def nobody_overtakes_who_waits_for_a_seat(self) -> None:
        changes = [one for one in self.road.seen if one.table == "seats" and self.is_here(one.new or one.old or {})]
        self.road.seen.clear()
        merging = any((one.new or {}).get("state") == "merged" for one in changes)
        for change in changes:
            member = str((change.new or change.old or {})["member_id"])
            before, after = ((image or {}).get("state") for image in (change.old, change.new))
            self.in_line.discard(member)
            if after == "waiting":
                self.in_line.add(member)
            if after == "held" and before in (None, "requested") and not merging:
                assert self.in_line == set(), f"{member} overtook"

    def waiting_numbers_are_in_order(self) -> None:
        numbers = [wait.number for wait in store.first_waits(self.pool_id, 100)]
        pool = store.get_pool(self.pool_id)
        assert numbers == sorted(numbers)
        assert all(pool.called_through < number <= pool.last_number for number in numbers)

    def those_let_in_stay_so_and_numbers_are_their_own(self) -> None:
        line = store_line.line(self.programme_id)
        known = followers.several(walker.follower_id for walker in self.people)
        numbers = {one.follower_id: one.bookings[self.programme_id] for one in known if one.bookings}
        assert len(set(numbers.values())) == len(numbers)
        assert max(numbers.values(), default=0) <= line.last_number
        there = {follower_id: line.place(number).admitted for follower_id, number in numbers.items()}
        assert all(there.get(follower_id, True) for follower_id in self.let_in)
        self.let_in = {follower_id for follower_id, admitted in there.items() if admitted}

    def teardown(self) -> None:
        for walker in self.people:
            note(f"{walker.account_id} is {walker.openid}")
        self.settle()
        for _ in range(2):
            self.let_a_night_come()
            self.settle()
        assert self.breaches(self.road.now) == []
        assert self.road.parked == []
        assert openings.due(self.road.now) == []
        accounts = {walker.account_id for walker in self.people}
        pending = [*store_rights.pending("requested"), *store_rights.pending("erased")]
        assert [wish for wish in pending if wish.account_id in accounts] == []
        self.nobody_is_lost()
        self.nothing_is_left_of_nobody()
        self.wecom_is_right()

    def settle(self) -> None:
        """Everything arrives, as often as it takes."""
        for said in self.unsaid:
            self.road.say(said)
        self.unsaid.clear()
        for corp in self.road.corps.values():
            corp.lag = 0
        for _ in range(ROUNDS):
            self.road.tick(120)  # leases of the dead have ended
            while self.road.waiting and self.progress():
                pass
            self.let_a_minute_come(0)
            if not self.road.waiting:
                return
        raise AssertionError(f"never ends: {self.road.waiting}")

    def progress(self) -> bool:
        before = [message.number for message in self.road.waiting]
        self.road.deliver(self.road.waiting[:BATCH])
        return [message.number for message in self.road.waiting] != before

    def nobody_is_lost(self) -> None:
        for found in registrations.everyone():
            if found.programme_id != self.programme_id or found.standing != "accepted":
                continue
            seat = seats.get(found.member_id, self.programme_id)
            assert seat is not None, found.member_id
            gives_up = blocklist.is_blocked(found.member_id)
            ended = {"expired", "left", "removed", "taken"}
            assert seat.state in (ended if gives_up else ended | {"held", "waiting"}), seat

    def nothing_is_left_of_nobody(self) -> None:
        """Who was forgotten, or was never anybody, has no seat."""
        for seat in store.every_seat():
            if seat.programme_id == self.programme_id and seat.state in LIVE | {"waiting", "requested"}:
                assert registrations.get(seat.member_id, self.programme_id), seat

    def wecom_is_right(self) -> None:
        for chat_id, corp in self.road.corps.items():
            group = store.get_group(chat_id)
            if group and group.state != "closed":
                rows = store_rosters.roster(chat_id)
                inside = {contact_id for contact_id, row in rows.items() if row.standing not in GONE}
                assert inside == set(map(contact, corp.members))
                seated = {row.member_id for row in rows.values() if row.standing == "seated"}
                live = [one for one in store.every_seat() if one.chat_id == chat_id and one.state == "taken"]
                assert {identities.member_of(str(one)) for one in seated} == {one.member_id for one in live}

    # How it is put.

    @property
    def chats(self) -> list[str]:
        return list(self.road.corps)

    def member(self, who: int) -> str:
        return identities.member_of(self.people[who].account_id)

    def state(self, who: int) -> str:
        return seats.my_seat(self.member(who), self.programme_id, self.road.now).state

    def given(self, who: int, kind: BlockKind) -> str:
        return self.people[who].unionid if kind == "account" else self.people[who].userid

    def ask_code(self, walker: Walker, phone: str) -> bool:
        self.road.tick(61)
        asker = Asker(walker.account_id, walker.follower_id, "192.0.2.7")
        return verification.request_code(phone, asker, self.road.now, CODE).state == "sent"

    def some(self, first: int, many: int) -> list[Message]:
        start = first % len(self.road.waiting)
        found = self.road.waiting[start : start + many]
        for message in found:
            note(f"message: {message}")
        return found

    def is_here(self, image: dict[str, object]) -> bool:
        return image.get("programme_id") == self.programme_id

    def under_way(self) -> list[Message]:
        return self.road.waiting + self.road.lost

    def settled_before(self) -> datetime:
        """Since when something is still to arrive, or was lost and is not made good yet."""
        return min((message.at for message in self.under_way() if message.queue == "allocation"), default=self.road.now)

    def breaches(self, settled_before: datetime) -> list[Breach]:
        mine = {self.pool_id, *self.chats, *(walker.account_id for walker in self.people)}
        mine |= {f"{self.programme_id}~hangzhou"}
        excused = set()
        if any(message.kind in MAKES_ROOM for message in self.under_way()):
            excused.add("idle")
        if self.tended_at < self.road.now:
            excused.add("expiry")
        found = check(self.road.now, settled_before)
        return [breach for breach in found if breach.about in mine and breach.rule not in excused]


def test_nothing_that_happens_on_the_road_breaks_a_rule_or_loses_anybody(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with roads.standing(roads.build(datetime(2026, 11, 23, 6, 0, tzinfo=UTC)), monkeypatch) as road:

        class Run(Journeys):
            pass

        Run.road = road
        run_state_machine_as_test(
            Run,
            settings=settings(
                max_examples=examples(6), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
