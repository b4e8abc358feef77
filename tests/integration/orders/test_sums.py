"""Sums are what the orders come to: whatever is repeated, late, at once or crashes, and after a rebuild."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pond.orders import changing, reading, store_sums, sums
from pond.orders.model_order import CLOSED, DONE, Push, Refund
from pond.orders.model_pushes import read_detail
from pond.orders.model_sums import Figures, Slot, add_up
from pond.orders.reading import StoredOrder
from support.budgets import examples
from support.cloud import Cloud
from support.crashes import explore
from support.market import Buyer
from support.shop import Sale

SINCE, UNTIL = date(2024, 1, 1), date(2024, 12, 31)
AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def everything() -> Iterator[StoredOrder]:
    cursor = None
    while True:
        page, cursor = reading.orders_from(cursor, 50)
        yield from page
        if cursor is None:
            return


def recount(tids: set[str]) -> dict[Slot, Figures]:
    return add_up(sums.adds(stored) for stored in everything() if stored.tid in tids)


def pay(sale: Sale) -> None:
    changing.told([read_detail(sale.went("WAIT_BUYER_PAY", "TRADE_PAID").full())], AT)


def refund(tid: str, name: str, fen: int, days: int) -> None:
    stored = reading.get(tid)
    assert stored and stored.order.paid_at
    version = int((stored.order.paid_at + timedelta(days=days)).timestamp())
    changing.told([Push(tid=tid, refunds=(Refund(state=DONE, version=version, amount_fen=fen, refund_id=name),))], AT)


@pytest.mark.usefixtures("programme_id")
def test_a_report_says_who_brought_what(somebody: Callable[..., Buyer]) -> None:
    one, other = somebody(), somebody()
    other.chat_id = one.chat_id
    for buyer in (one, other):
        buyer.register()
    sales = [one.buys(8_900), one.buys(1_000), other.buys(5_000)]
    for sale in sales:
        pay(sale)
        assert sums.count(sale.tid, AT)
        assert not sums.count(sale.tid, AT)
    refund(sales[0].tid, "R1", 900, 3)
    sums.count(sales[0].tid, AT)
    report = sums.report("group", one.chat_id, SINCE, UNTIL)
    assert (report.total, report.buyers) == (
        Figures(orders=3, revenue_fen=14_900, refunds_fen=900, returned_fen=900),
        2,
    )
    assert [figures.refunds_fen for _, figures in sorted(report.by_day.items())] == [0, 900]
    empty = sums.report("group", one.chat_id, date(2025, 1, 1), date(2025, 12, 31))
    assert (empty.total, empty.buyers) == (Figures(), 0)


@pytest.mark.usefixtures("cloud")
def test_whoever_is_known_later_moves_the_order(somebody: Callable[..., Buyer]) -> None:
    buyer = somebody()
    sale = buyer.buys(3_000)
    pay(sale)
    sums.count(sale.tid, AT)
    assert sums.report("group", buyer.chat_id, SINCE, UNTIL).total.orders == 0
    buyer.register()
    changing.look_again(sale.tid, AT)
    sums.count(sale.tid, AT)
    found = sums.report("group", buyer.chat_id, SINCE, UNTIL)
    assert (found.total.revenue_fen, found.buyers) == (3_000, 1)
    stored = reading.get(sale.tid)
    assert stored and stored.buyer_id
    assert stored.buyer_id not in {slot.buyer for slot in sums.everything()}


class Sums(RuleBasedStateMachine):
    """A few orders that change and are counted, in any sequence, also by a late reader, with rebuilds in between."""

    somebody: Callable[..., Buyer]  # set by the test

    @initialize()
    def begin(self) -> None:
        self.buyers = [self.somebody() for _ in range(2)]
        self.sales = [buyer.buys(*fens) for buyer in self.buyers for fens in ((8_900,), (100, 2_333), (0,))]
        self.tids = {sale.tid for sale in self.sales}
        self.late: list[StoredOrder] = []
        self.counted = False

    @rule(number=st.integers(0, 5))
    def pay(self, number: int) -> None:
        if not self.sales[number].steps:
            pay(self.sales[number])

    @rule(number=st.integers(0, 5), fen=st.integers(0, 3_000), days=st.integers(0, 3))
    def refund(self, number: int, fen: int, days: int) -> None:
        stored = reading.get(self.sales[number].tid)
        if stored and stored.order.paid_at:
            left = stored.order.payment_fen - stored.order.refunded_fen
            refund(stored.tid, token_hex(4), min(fen, left), days)

    @rule(number=st.integers(0, 5))
    def close(self, number: int) -> None:
        stored = reading.get(self.sales[number].tid)
        if stored and stored.order.paid_at:
            version = stored.order.version + 86_400
            changing.told([Push(tid=stored.tid, version=version, status=CLOSED)], AT)

    @rule(number=st.integers(0, 1))
    def register(self, number: int) -> None:
        self.buyers[number].register()
        for sale in self.sales:
            if reading.get(sale.tid):
                changing.look_again(sale.tid, AT)

    @rule(number=st.integers(0, 5))
    def count(self, number: int) -> None:
        sums.count(self.sales[number].tid, AT)

    @rule(number=st.integers(0, 5))
    def read_and_dawdle(self, number: int) -> None:
        stored = reading.get(self.sales[number].tid)
        if stored:
            self.late.append(stored)

    @rule()
    def count_what_was_read_long_ago(self) -> None:
        live, _ = store_sums.generations()
        for stored in self.late:
            store_sums.count(stored.tid, live, stored.revision, sums.adds(stored), AT)
        self.late = []

    @rule()
    def rebuild(self) -> None:
        sums.rebuild(AT)

    @invariant()
    def once_everything_is_counted_sums_are_right(self) -> None:
        for tid in self.tids if hasattr(self, "tids") else ():
            sums.count(tid, AT)
        names = {f"group~{buyer.chat_id}" for buyer in getattr(self, "buyers", ())}
        expected = {slot: one for slot, one in recount(self.tids).items() if slot.sum_id in names} if names else {}
        for name in names:
            figures, buyers = store_sums.days(name, SINCE, UNTIL)
            shown = {slot.day: one for slot, one in expected.items() if slot.sum_id == name and not slot.buyer}
            assert {day: one for day, one in figures.items() if one != Figures()} == shown
            assert len(buyers) == len({slot.buyer for slot in expected if slot.sum_id == name and slot.buyer})


def test_no_sequence_of_changes_and_counts_makes_sums_wrong(somebody: Callable[..., Buyer]) -> None:
    class Run(Sums):
        pass

    Run.somebody = staticmethod(somebody)
    run_state_machine_as_test(
        Run,
        settings=settings(
            max_examples=examples(8), stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_rebuild_gives_what_a_recount_of_everything_gives(somebody: Callable[..., Buyer]) -> None:
    for number in range(3):
        buyer = somebody()
        buyer.register()
        sale = buyer.buys(1_000 + number)
        pay(sale)
        if number:
            sums.count(sale.tid, AT)
    orders = list(everything())
    assert sums.rebuild(AT) == len(orders)
    assert sums.everything() == add_up(map(sums.adds, orders))
    before = sums.everything()
    sums.rebuild(AT)
    assert sums.everything() == before


def test_orders_that_change_while_sums_are_rebuilt_are_counted_once(
    somebody: Callable[..., Buyer], monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = somebody()
    buyer.register()
    early, late = buyer.buys(1_000), buyer.buys(2_000)
    pay(early)
    sums.count(early.tid, AT)
    finish = store_sums.finish

    def meanwhile(filled: int) -> None:
        refund(early.tid, "R1", 300, 1)
        pay(late)
        for sale in (early, late):
            sums.count(sale.tid, AT)
        finish(filled)

    monkeypatch.setattr(store_sums, "finish", meanwhile)
    sums.rebuild(AT)
    found = sums.report("group", buyer.chat_id, SINCE, UNTIL)
    assert (found.total.kept_fen, found.total.orders, found.buyers) == (2_700, 2, 1)


def test_counting_survives_a_crash_at_any_call(somebody: Callable[..., Buyer]) -> None:
    def scene() -> Buyer:
        buyer = somebody()
        buyer.register()
        sale = buyer.buys(4_000)
        pay(sale)
        buyer.told = (sale.tid,)
        return buyer

    def settled(buyer: Buyer) -> None:
        found = sums.report("group", buyer.chat_id, SINCE, UNTIL)
        assert (found.total, found.buyers) == (Figures(orders=1, revenue_fen=4_000), 1)

    explore(scene, lambda buyer: sums.count(buyer.told[0], AT), settled)


def test_an_order_of_many_products_is_counted_whole_whatever_crashes(somebody: Callable[..., Buyer]) -> None:
    live, _ = store_sums.generations()

    def scene() -> StoredOrder:
        buyer = somebody()
        sale = buyer.buys(*[100 + number for number in range(50)])
        pay(sale)
        stored = reading.get(sale.tid)
        assert stored and stored.order.detail
        items = tuple(replace(item, item_id=f"{sale.tid}-{n}") for n, item in enumerate(stored.order.detail.items))
        return replace(stored, order=replace(stored.order, detail=replace(stored.order.detail, items=items)))

    def act(stored: StoredOrder) -> None:
        store_sums.count(stored.tid, live, stored.revision, sums.adds(stored), AT)

    def settled(stored: StoredOrder) -> None:
        assert len(sums.adds(stored)) > 100
        found = [sums.report("product", f"{stored.tid}-{number}", SINCE, UNTIL).total for number in range(50)]
        assert found == [Figures(orders=1, revenue_fen=100 + number) for number in range(50)]
        assert not store_sums.count(stored.tid, live, stored.revision, sums.adds(stored), AT)

    assert explore(scene, act, settled) == 6


def test_of_many_who_count_at_once_each_order_counts_once(somebody: Callable[..., Buyer], cloud: Cloud) -> None:
    buyers = [somebody() for _ in range(6)]
    for buyer in buyers:
        buyer.chat_id = buyers[0].chat_id
        buyer.register()
    tids = []
    for buyer in buyers:
        sale = buyer.buys(1_000)
        pay(sale)
        tids += [sale.tid] * 3
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda tid: sums.count(tid, AT), tids))
    found = sums.report("group", buyers[0].chat_id, SINCE, UNTIL)
    assert (found.total, found.buyers) == (Figures(orders=6, revenue_fen=6_000), 6)
