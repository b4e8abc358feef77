"""Months are drafted, approved and paid, each once; what is booked meanwhile goes into the next; whatever crashes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound, PondError, Refused
from pond.orders import adjustments, settlement, store_ledger, store_months, store_settlement
from pond.orders.model_ledger import Entry
from pond.orders.model_settlement import Statement, booking_month, month_of, next_month
from pond.orders.model_statements import table, text
from pond.volunteers import service as volunteers
from support import books
from support.books import FIRST, day
from support.budgets import examples
from support.crashes import explore

GOLDEN = Path(__file__).parents[2] / "unit/orders/golden"
pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def new_books(cloud: object) -> Iterator[None]:
    books.begin()
    yield
    books.begin()


def person(at: datetime) -> str:
    """Somebody who serves."""
    name = f"v-{token_hex(5)}"
    volunteers.add(name, "volunteer", "", at)
    return name


def book(person_id: str, fen: int, at: datetime) -> None:
    """What an order's booking writes: into the first month that is open, whatever is drafted meanwhile."""
    for _ in range(5):
        month = booking_month(china_day(at), store_months.drafted_through())
        entry = Entry(
            entry_id=f"E{token_hex(6)}~{person_id}~0001",
            kind="earned" if fen > 0 else "clawed_back",
            person_id=person_id,
            amount_fen=fen,
            month=month,
            at=at,
            tid="E1",
            role="volunteer",
        )
        if store_ledger.append(entry):
            return
    raise AssertionError("not booked")


def statement(person_id: str, month: str) -> Statement:
    found = settlement.of_person(person_id, month)
    assert found is not None
    return found


def test_a_month_is_drafted_approved_and_paid_each_by_somebody() -> None:
    ana = person(day(FIRST))
    book(ana, 1_000, day(FIRST))
    book(ana, -300, day(FIRST, 20))
    later = day(next_month(FIRST), 3)
    assert adjustments.by_hand(ana, 250, "路费", "ops", day(FIRST, 21)) == "written"
    drafted = settlement.draft(FIRST, "li", later)
    assert (drafted.state, drafted.drafted_by, drafted.drafted_at) == ("draft", "li", later)
    with pytest.raises(Refused):
        settlement.pay(FIRST, "wang", later)
    approved = settlement.approve(FIRST, "wang", later)
    assert approved.people >= 1 and approved.payable_fen >= 950
    paid = settlement.pay(FIRST, "zhao", later)
    assert (paid.state, paid.drafted_by, paid.approved_by, paid.paid_by) == ("paid", "li", "wang", "zhao")
    again = settlement.pay(FIRST, "somebody else", later + timedelta(days=1))
    assert again == paid == settlement.approve(FIRST, "nobody", later) == settlement.draft(FIRST, "nobody", later)
    settled = [entry for entry in store_ledger.of_person(ana) if entry.kind == "settled"]
    assert [entry.amount_fen for entry in settled] == [-950]
    assert statement(ana, FIRST).payable_fen == 950
    assert settlement.of_person(ana, next_month(FIRST)) is None
    assert settlement.check() == []


def test_what_comes_after_the_draft_goes_into_the_next_month() -> None:
    ana = person(day(FIRST))
    book(ana, 1_000, day(FIRST))
    settlement.draft(FIRST, "li", day(next_month(FIRST), 1))
    before = statement(ana, FIRST)
    book(ana, -400, day(FIRST, 28))
    assert adjustments.by_hand(ana, -100, "算错了", "ops", day(FIRST, 28)) == "written"
    assert statement(ana, FIRST) == before
    following = statement(ana, next_month(FIRST))
    assert (following.clawed_back_fen, following.adjusted_fen) == (-400, -100)


@pytest.mark.parametrize("month", ["2001-13", "2001-1", "november", "", "2001-01-01", "1999-01"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(Refused) as caught:
        settlement.draft(month, "li", day(FIRST))
    assert caught.value.code == "settlement.month"


def test_months_have_their_turn() -> None:
    ana = person(day(FIRST))
    book(ana, 10, day(FIRST))
    second, third = next_month(FIRST), next_month(next_month(FIRST))

    def refused(month: str, at: datetime) -> str:
        with pytest.raises(PondError) as caught:
            settlement.draft(month, "li", at)
        return caught.value.code

    assert refused(FIRST, day(FIRST, 31)) == "settlement.not_over"
    assert refused(second, day(third)) == "settlement.turn"  # the first has entries
    settlement.draft(FIRST, "li", day(third))
    assert refused(second, day(third)) == "settlement.turn"  # the first is not paid
    settlement.approve(FIRST, "li", day(third))
    settlement.pay(FIRST, "li", day(third))
    assert refused("2000-12", day(third)) == "settlement.turn"
    assert refused(third, day("2001-05")) == "settlement.turn"
    settlement.draft(second, "li", day(third))
    with pytest.raises(NotFound):
        settlement.approve(third, "li", day(third))
    with pytest.raises(Refused):
        settlement.approve(second, " ", day(third))


def test_the_same_adjustment_is_one_in_whatever_month_it_is_asked_for_again() -> None:
    ana = person(day(FIRST))
    at = day(FIRST, 31)
    assert adjustments.by_hand(ana, 500, "代班", "ops", at) == "written"
    assert adjustments.by_hand(ana, 500, " 代班 ", "ops", at) == "there"
    settlement.draft(FIRST, "li", day(next_month(FIRST)))
    assert adjustments.by_hand(ana, 500, "代班", "ops", at) == "there"
    assert adjustments.by_hand(ana, 500, "又一次代班", "ops", at) == "written"
    assert [entry.month for entry in store_ledger.of_person(ana)] == [FIRST, next_month(FIRST)]


@pytest.mark.parametrize(
    ("fen", "reason", "by", "code"),
    [
        (0, "r", "ops", "ledger.nothing"),
        (5, " ", "ops", "ledger.no_reason"),
        (5, "r", "", "ledger.nobody"),
        (100_000_001, "r", "ops", "ledger.absurd"),
        (-100_000_001, "r", "ops", "ledger.absurd"),
    ],
)
def test_an_adjustment_that_cannot_be_meant_is_refused(fen: int, reason: str, by: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        adjustments.by_hand(person(day(FIRST)), fen, reason, by, day(FIRST))
    assert caught.value.code == code


def test_of_nobody_nothing_is_adjusted() -> None:
    with pytest.raises(NotFound):
        adjustments.by_hand(f"v-{token_hex(5)}", 5, "r", "ops", day(FIRST))


def test_bookings_and_a_draft_at_once_lose_nothing_and_leave_the_month_as_it_was_drafted() -> None:
    ana = person(day(FIRST))
    at = day(next_month(FIRST), 1)

    def act(number: int) -> None:
        for _ in range(20):
            try:
                if number == 3:
                    settlement.draft(FIRST, "li", at)
                else:
                    book(ana, 100 + number, day(FIRST))
                return
            except PondError as error:
                assert error.retryable

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(8)))
    drafted = statement(ana, FIRST).total_fen if settlement.of_person(ana, FIRST) else 0
    booked = sum(100 + number for number in range(8) if number != 3)
    assert sum(entry.amount_fen for entry in store_ledger.of_person(ana)) == booked
    late = [entry for entry in store_ledger.of_person(ana) if entry.month != FIRST]
    assert drafted + sum(entry.amount_fen for entry in late) == booked


def test_two_who_pay_at_once_pay_once() -> None:
    ana = person(day(FIRST))
    book(ana, 700, day(FIRST))
    at = day(next_month(FIRST), 1)
    settlement.draft(FIRST, "li", at)
    settlement.approve(FIRST, "li", at)

    def pay(number: int) -> str:
        for _ in range(20):
            try:
                return settlement.pay(FIRST, f"by {number}", at).paid_by
            except PondError as error:
                assert error.retryable
        raise AssertionError("never paid")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(pay, range(4)))) == 1
    assert [entry.amount_fen for entry in store_ledger.of_person(ana) if entry.kind == "settled"] == [-700]


def test_settling_survives_a_crash_at_any_call(record_property: Callable[[str, object], None]) -> None:
    at = day(next_month(FIRST), 1)

    def scene() -> tuple[str, str]:
        books.begin()
        ana, bo = person(day(FIRST)), person(day(FIRST))
        book(ana, 700, day(FIRST))
        book(bo, -50, day(FIRST))
        return ana, bo

    def act(_: tuple[str, str]) -> None:
        settlement.draft(FIRST, "li", at)
        settlement.approve(FIRST, "wang", at)
        settlement.pay(FIRST, "zhao", at)

    def settled(here: tuple[str, str]) -> None:
        ana, bo = here
        held = settlement.get(FIRST)
        assert held and held.state == "paid"
        amounts = [[entry.amount_fen for entry in store_ledger.of_person(one)] for one in (ana, bo)]
        assert amounts == [[700, -700], [-50]] or amounts == [[-700, 700], [-50]]
        assert statement(bo, next_month(FIRST)).carried_fen == -50

    record_property("crash_points", explore(scene, act, settled))


def test_an_adjustment_survives_a_crash_at_any_call(record_property: Callable[[str, object], None]) -> None:
    def settled(ana: str) -> None:
        assert [entry.amount_fen for entry in store_ledger.of_person(ana)] == [5]

    points = explore(
        lambda: person(day(FIRST)), lambda ana: adjustments.by_hand(ana, 5, "r", "ops", day(FIRST)), settled
    )
    record_property("crash_points", points)


class Settlement(RuleBasedStateMachine):
    """Bookings, refunds, adjustments, drafts, approvals and payments in any sequence and repeated, as months go by."""

    @initialize()
    def begin(self) -> None:
        books.begin()
        self.now = day(FIRST, 2)
        self.people = [person(self.now) for _ in range(2)]
        self.booked = dict.fromkeys(self.people, 0)
        self.shown: dict[str, dict[str, Statement | None]] = {}
        self.asked: list[tuple[str, int, str, datetime]] = []

    def month(self) -> str:
        drafted = store_months.drafted_through()
        held = settlement.get(drafted) if drafted else None
        return FIRST if not drafted else drafted if held and held.state != "paid" else next_month(drafted)

    @rule(number=st.integers(0, 1), fen=st.integers(-3_000, 5_000).filter(bool))
    def book(self, number: int, fen: int) -> None:
        book(self.people[number], fen, self.now)
        self.booked[self.people[number]] += fen

    @rule(number=st.integers(0, 1), fen=st.integers(-500, 500).filter(bool), reason=st.sampled_from("ab"))
    def adjust(self, number: int, fen: int, reason: str) -> None:
        asked = (self.people[number], fen, reason, self.now)
        written = adjustments.by_hand(asked[0], fen, reason, "ops", self.now)
        same = [one for one in self.asked if one[:3] == asked[:3] and china_day(one[3]) == china_day(self.now)]
        assert written == ("there" if same else "written")
        if not same:
            self.booked[asked[0]] += fen
            self.asked.append(asked)

    @rule(days=st.integers(1, 40))
    def let_time_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def draft(self) -> None:
        month = self.month()
        try:
            settlement.draft(month, "li", self.now)
        except Refused as refusal:
            assert refusal.code == "settlement.not_over" and month >= month_of(china_day(self.now))
            return
        self.shown.setdefault(month, {one: settlement.of_person(one, month) for one in self.people})

    @rule()
    def approve(self) -> None:
        if self.shown:
            settlement.approve(max(self.shown), "wang", self.now)

    @rule()
    def pay(self) -> None:
        if self.shown:
            held = settlement.get(max(self.shown))
            if held and held.state == "draft":
                with pytest.raises(Refused):
                    settlement.pay(held.month, "zhao", self.now)
            else:
                settlement.pay(max(self.shown), "zhao", self.now)

    @invariant()
    def a_drafted_month_stays_as_it_was(self) -> None:
        for month, shown in getattr(self, "shown", {}).items():
            assert {one: settlement.of_person(one, month) for one in self.people} == shown
        assert settlement.check() == []

    @invariant()
    def what_was_booked_was_paid_or_is_still_owed(self) -> None:
        for one, booked in getattr(self, "booked", {}).items():
            entries = store_ledger.of_person(one)
            paid = -sum(entry.amount_fen for entry in entries if entry.kind == "settled")
            assert sum(entry.amount_fen for entry in entries) == booked - paid
            assert paid >= 0
            done = [month for month in self.shown if (held := settlement.get(month)) and held.state == "paid"]
            assert paid == sum(shown.payable_fen for month in done if (shown := self.shown[month][one]))


def test_no_sequence_breaks_a_settlement() -> None:
    run_state_machine_as_test(
        Settlement,
        settings=settings(
            max_examples=examples(8), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_bonus_is_written_once_in_whatever_month_it_is_asked_for_again() -> None:
    ana = person(day(FIRST))
    name = f"bonus~{token_hex(4)}"
    assert adjustments.append(name, ana, 500, "r", day(FIRST)) == "written"
    settlement.draft(FIRST, "li", day(next_month(FIRST)))
    assert adjustments.append(name, ana, 500, "r", day(next_month(FIRST))) == "there"
    assert store_settlement.note_once(name, "another", day(FIRST)) == FIRST
    assert len(store_ledger.of_person(ana)) == 1


def test_it_reads_as_agreed() -> None:
    """Golden files: a person's statement and the CSV of all."""

    def entry(name: str, kind: str, fen: int, hours: int, **more: str) -> Entry:
        at = datetime(2026, 11, 5, tzinfo=UTC) + timedelta(hours=hours)
        return Entry(
            entry_id=name,
            kind=kind,  # type: ignore[arg-type]
            person_id="v1",
            amount_fen=fen,
            month="2026-11",
            at=at,
            **more,  # type: ignore[arg-type]
        )

    lines = (
        entry("a", "earned", 123_456, 0, tid="E20240102030405000000002"),
        entry("b", "clawed_back", -2_005, 30, tid="E20240102030405000000002"),
        entry("c", "adjusted", 10_000, 31, reason="双十一加班 (ops)"),
    )
    one = Statement(
        person_id="v1",
        month="2026-11",
        carried_fen=-50,
        earned_fen=123_456,
        clawed_back_fen=-2_005,
        adjusted_fen=10_000,
        lines=lines,
    )
    other = Statement(
        person_id="v2", month="2026-11", carried_fen=-900, earned_fen=0, clawed_back_fen=0, adjusted_fen=0, lines=()
    )
    shown = text(one, lambda line: china_day(line.at).isoformat(), "安娜")
    assert shown == (GOLDEN / "statement.txt").read_text("utf-8")
    names = {"v1": "安娜", "v2": "=SUM(A1)"}
    assert table([one, other], names.__getitem__).encode() == (GOLDEN / "statements.csv").read_bytes()
