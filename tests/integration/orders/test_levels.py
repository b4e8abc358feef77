"""A month's levels and bonuses follow once from its figures, also when it is computed again, or breaks off."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest

from pond.kernel.errors import NotFound, Refused
from pond.orders import levels, rates, store_ledger, store_months, sums
from pond.orders.levels import Talk
from pond.orders.model_order import Order
from pond.orders.model_pushes import read_detail
from pond.volunteers import service as volunteers
from support import books, market
from support.crashes import explore
from support.places import add_group
from support.shop import Sale

MONTH = "2001-01"
END, AFTER = datetime(2001, 1, 31, 4, tzinfo=UTC), datetime(2001, 2, 1, 4, tzinfo=UTC)
NEXT = date(2001, 2, 1)
TIERS = [{"activity_percent": "5", "bonus": "100"}, {"activity_percent": "15", "bonus": "250", "name": "keen"}]


@pytest.fixture(autouse=True)
def new_books(cloud: object) -> Iterator[None]:
    books.begin()
    yield
    books.begin()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> str:
    """The only programme there is, which pays nothing yet."""
    programme_id = market.apply_programme(END, paying=False)
    monkeypatch.setattr("pond.orders.levels.programmes.all_ids", lambda: [programme_id])
    monkeypatch.setattr("pond.orders.rates.programmes.all_ids", lambda: [programme_id])
    return programme_id


def document(programme_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "programme_id": programme_id,
        "rates": [{"role": "volunteer", "percent": "5", "valid_from": "2000-01-01"}],
        "levels": [
            {"name": "bronze"},
            {"name": "silver", "reach": {"people": 2, "sales": "100"}, "keep": {"people": 1, "sales": "50"}},
        ],
        "campaigns": [{"from_on": "2001-01-10", "until_on": "2001-01-11", "factor": 2}],
        "tiers": TIERS,
    } | changes


def sells(level: str, people: int) -> str:
    person = f"d-{token_hex(5)}"
    volunteers.add(person, "distributor", level, END, from_on=date(2000, 1, 1))
    for _ in range(people):
        volunteers.bind(f"m-{token_hex(5)}", person, END)
    return person


def serves(programme_id: str, rank: str = "volunteer") -> tuple[str, str]:
    person, chat_id = f"v-{token_hex(5)}", f"chat-{token_hex(5)}"
    volunteers.add(person, rank, "", END, from_on=date(2000, 1, 1))  # type: ignore[arg-type]
    add_group(programme_id, f"{programme_id}~pregnancy", chat_id, 100, 0)
    volunteers.assign(chat_id, person, True, END - timedelta(days=20))
    return person, chat_id


def level(person: str, track: str, on: date = NEXT) -> str:
    found = volunteers.role_and_level(person, on, track)  # type: ignore[arg-type]
    assert found is not None
    return found[1]


def test_distributors_rise_fall_and_stay(alone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rates.apply(document(alone), "ops", END)
    rising, falling, staying = sells("bronze", 2), sells("silver", 0), sells("silver", 1)
    sales = {
        rising: [(date(2001, 1, 10), 5_000)],
        falling: [(date(2001, 1, 10), 900_000)],
        staying: [(date(2001, 1, 5), 5_000)],
    }
    monkeypatch.setattr(sums, "sales_by_day", lambda person, since, until: sales.get(person, []))
    found = {one.person_id: one for one in levels.compute(MONTH, (), AFTER)}
    assert [(found[one].people, found[one].sales) for one in (rising, falling, staying)] == [
        (2, 10_000),
        (0, 1_800_000),
        (1, 5_000),
    ]
    assert [level(one, "distributor") for one in (rising, falling, staying)] == ["silver", "bronze", "silver"]
    assert level(rising, "distributor", date(2001, 1, 31)) == "bronze"
    sales.clear()  # everything is returned later
    volunteers.set_level(rising, "distributor", "gold", NEXT, AFTER)  # a person corrects it
    again = {one.person_id: one for one in levels.compute(MONTH, (), AFTER + timedelta(days=9))}
    assert again[rising] == found[rising]
    assert level(rising, "distributor") == "gold"


def test_a_groups_main_volunteer_gets_its_bonus_once_and_the_level_of_their_best(alone: str) -> None:
    rates.apply(document(alone), "ops", END)
    (ana, first), (bo, second) = serves(alone), serves(alone, "lead")
    another = f"chat-{token_hex(5)}"
    add_group(alone, f"{alone}~pregnancy", another, 100, 1)
    volunteers.assign(another, ana, True, END - timedelta(days=20))
    talks = [
        Talk(chat_id=first, spoke=6, members=100),
        Talk(chat_id=another, spoke=15, members=100),
        Talk(chat_id=second, spoke=4, members=100),
    ]
    found = levels.compute(MONTH, talks, AFTER)
    assert [(one.person_id, one.activity, one.bonus_fen) for one in found if one.chat_id] == [
        (ana, 600, 10_000),
        (ana, 1_500, 25_000),
        (bo, 400, 0),
    ]
    volunteers.assign(second, ana, True, AFTER)
    later = AFTER + timedelta(days=40)
    again = [Talk(chat_id=one.chat_id, spoke=99, members=100) for one in talks]
    assert levels.compute(MONTH, again, later) == found
    assert sorted(entry.amount_fen for entry in store_ledger.of_person(ana)) == [10_000, 25_000]
    assert store_ledger.of_person(bo) == []
    assert (level(ana, "volunteer"), level(bo, "volunteer")) == ("keen", "lead")


def test_a_month_that_goes_on_and_a_group_of_nobody_are_refused(alone: str) -> None:
    with pytest.raises(Refused):
        levels.compute("2001-02", (), AFTER)
    with pytest.raises(NotFound):
        levels.compute(MONTH, [Talk(chat_id="nobody", spoke=1, members=1)], AFTER)


def test_results_survive_a_crash_at_any_call(alone: str, record_property: Callable[[str, object], None]) -> None:
    rates.apply(document(alone, levels=[]), "ops", END)

    def settled(here: tuple[str, str]) -> None:
        person, _ = here
        assert [entry.amount_fen for entry in store_ledger.of_person(person)] == [25_000]
        assert level(person, "volunteer") == "keen"

    points = explore(
        lambda: serves(alone),
        lambda here: levels.compute(MONTH, [Talk(chat_id=here[1], spoke=20, members=100)], AFTER),
        settled,
    )
    record_property("crash_points", points)


def sold(fen: int) -> Order:
    from pond.orders.model_order import apply

    return apply(None, read_detail(Sale(items=[("1", fen)]).went("WAIT_BUYER_PAY", "TRADE_PAID").full()))


def test_terms_are_of_the_day_of_payment_and_the_level_then(alone: str) -> None:
    order = sold(10_000)
    paid_on = date(2024, 1, 2)
    seller = sells("bronze", 0)
    assert rates.terms_for(order, seller, "distributor", paid_on, alone) is None
    table = [
        {"role": "distributor", "percent": "10", "valid_from": "2020-01-01"},
        {"role": "distributor", "level": "silver", "percent": "20", "valid_from": "2020-01-01"},
    ]
    applied = rates.apply(document(alone, rates=table), "ops", END)
    assert (applied.outcome, applied.version) == ("created", 1)
    assert rates.apply(document(alone, rates=table), "ops", AFTER).outcome == "same"
    volunteers.set_level(seller, "distributor", "silver", date(2024, 1, 2), AFTER)
    found = [rates.terms_for(order, seller, "distributor", day, alone) for day in (date(2024, 1, 1), paid_on)]
    assert [terms.points[0][1] for terms in found if terms] == [1_000, 2_000]
    nobody = rates.terms_for(order, "nobody", "volunteer", paid_on, alone)
    assert nobody is not None and nobody.points[0][1] == 0
    late = datetime(2024, 3, 1, tzinfo=UTC)
    with pytest.raises(Refused):
        rates.apply(document(alone, rates=[]), "ops", late)
    closing = [one | {"valid_until": "2024-02-29"} for one in table]
    assert rates.apply(document(alone, rates=closing), "ops", late).version == 2


def test_levels_stand_in_one_programme(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    one, other = (market.apply_programme(now, paying=False) for _ in range(2))
    monkeypatch.setattr("pond.orders.rates.programmes.all_ids", lambda: [one, other])
    rates.apply(document(one), "ops", now)
    with pytest.raises(Refused) as caught:
        rates.apply(document(other), "ops", now)
    assert caught.value.code == "levels.elsewhere"
    assert rates.apply(document(other, levels=[]), "ops", now).outcome == "created"
    assert store_months.drafted_through() == ""
