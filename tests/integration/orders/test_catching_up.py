"""Orders from before there were rates earn once there are some: each once, within what the rates say, into a month that
is open."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from pond.orders import catching_up, rates, store_months
from pond.orders.catching_up import CaughtUp
from pond.orders.model_settlement import month_of, next_month
from support import books, market
from support.crashes import explore
from support.market import Buyer, Post, assert_balanced, entries, stored
from support.shop import CREATED, Sale

TENTH = {"role": "volunteer", "percent": "10"}
pytestmark = pytest.mark.usefixtures("dead")


@pytest.fixture
def unpaying(now: datetime) -> str:
    """A programme that pays nothing yet."""
    return market.apply_programme(now, paying=False)


@pytest.fixture
def mother(unpaying: str, later: Any) -> Buyer:
    found = market.buyer(unpaying)
    found.register()
    return found


def bought(buyer: Buyer, *fens: int) -> Sale:
    sale = buyer.buys(*fens).went("WAIT_BUYER_PAY", "TRADE_PAID")
    Post(sale.pushes()[-1]).go()
    return sale


def pays(programme_id: str, now: datetime, **days: str) -> None:
    rates.apply({"programme_id": programme_id, "rates": [TENTH | days]}, "ops", now)


def caught_up(programme_id: str, now: datetime) -> CaughtUp:
    *_, last = catching_up.catch_up(programme_id, now)
    return last


def test_what_waited_for_rates_earns_once(mother: Buyer, unpaying: str, now: datetime) -> None:
    whole, partly = bought(mother, 6_000), bought(mother, 8_000, 2_000)
    Post(partly.refund_pushes("R1", 2_000, partly.items[1][0])[3]).go()
    assert (caught_up_of(unpaying, now), stored(whole).terms) == ((0, 0), None)
    pays(unpaying, now, valid_from="2020-01-01")
    assert caught_up_of(unpaying, now) == (2, 1_400)
    revisions = [stored(sale).revision for sale in (whole, partly)]
    assert caught_up_of(unpaying, now) == (0, 0)
    assert [stored(sale).revision for sale in (whole, partly)] == revisions
    for sale, fens in ((whole, [600]), (partly, [800])):
        assert [one.amount_fen for one in entries(sale)] == fens
        assert_balanced(sale)


def caught_up_of(programme_id: str, now: datetime) -> tuple[int, int]:
    """How many got terms, and what was booked; nothing without rates."""
    done = [CaughtUp(), *catching_up.catch_up(programme_id, now)][-1]
    return done.agreed, done.booked_fen


def test_what_was_paid_on_a_day_without_rates_waits_on(mother: Buyer, unpaying: str, now: datetime) -> None:
    sale = bought(mother, 6_000)
    pays(unpaying, now, valid_from="2024-01-03")
    assert caught_up(unpaying, now).agreed == 0
    assert (stored(sale).terms, entries(sale)) == (None, [])


def test_it_goes_page_by_page(mother: Buyer, unpaying: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    sales = [bought(mother, 1_000) for _ in range(3)]
    pays(unpaying, now, valid_from="2020-01-01")
    monkeypatch.setattr(catching_up, "_PAGE", 1)
    steps = list(catching_up.catch_up(unpaying, now))
    ahead = [one.looked_at for one in steps]
    assert {after - before for before, after in pairwise(ahead)} <= {0, 1}  # a scan's last page may be empty
    assert steps[-1].agreed == len(sales)


@pytest.fixture
def open_books(cloud: object) -> Iterator[None]:
    books.begin()
    yield
    books.begin()


@pytest.mark.usefixtures("open_books")
def test_what_is_late_goes_into_the_next_month(mother: Buyer, unpaying: str, now: datetime) -> None:
    sale = bought(mother, 6_000)
    pays(unpaying, now, valid_from="2020-01-01")
    paid_in = month_of(CREATED.date())
    assert store_months.draft(paid_in, "", "Lin", now)
    caught_up(unpaying, CREATED + timedelta(days=1))
    (entry,) = entries(sale)
    assert entry.month == next_month(paid_in)


def test_catching_up_survives_a_crash_at_any_call(
    now: datetime, later: Any, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def scene() -> tuple[str, Sale]:
        programme_id = market.apply_programme(now, paying=False)
        mother = market.buyer(programme_id)
        mother.register()
        sale = bought(mother, 6_000)
        pays(programme_id, now, valid_from="2020-01-01")
        return programme_id, sale

    def settled(here: tuple[str, Sale]) -> None:
        assert [one.amount_fen for one in entries(here[1])] == [600]
        assert_balanced(here[1])

    record_property("crash_points", explore(scene, lambda here: caught_up(here[0], now), settled))
