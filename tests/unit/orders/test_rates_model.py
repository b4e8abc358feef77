"""Rates as a document: read exactly, refused with the place, never changed for days that are over."""

import copy
from datetime import date
from typing import Any

import pytest

from pond.kernel.errors import Refused
from pond.orders.model_ledger import rate_for
from pond.orders.model_levels import Level, Tier
from pond.orders.model_rates import check_change, parse

DOCUMENT: dict[str, Any] = {
    "programme_id": "mothers",
    "product_groups": [{"group_id": "milk", "items": ["1", "2"]}],
    "rates": [
        {"role": "volunteer", "percent": "5", "valid_from": "2026-10-01"},
        {"role": "distributor", "percent": "10", "valid_from": "2026-10-01", "valid_until": "2026-11-30"},
        {"role": "distributor", "percent": "11.25", "valid_from": "2026-12-01"},
        {"role": "distributor", "level": "gold", "product_group": "milk", "percent": "15", "valid_from": "2026-10-01"},
    ],
    "levels": [
        {"name": "bronze"},
        {"name": "gold", "reach": {"people": 5, "sales": "5000"}, "keep": {"people": 2, "sales": "2000.50"}},
    ],
    "campaigns": [{"from_on": "2026-11-10", "until_on": "2026-11-12", "factor": 3}],
    "tiers": [{"activity_percent": "5", "bonus": "100"}, {"activity_percent": "7.5", "bonus": "200", "name": "keen"}],
}
TODAY = date(2026, 11, 24)


def changed(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(DOCUMENT) | changes


def test_a_document_is_read_to_the_fen_and_basis_point() -> None:
    rates = parse(DOCUMENT, 3)
    assert (rates.version, rates.group_of) == (3, {"1": "milk", "2": "milk"})
    assert [rate.basis_points for rate in rates.rates] == [500, 1_000, 1_125, 1_500]
    assert rates.levels[1] == Level(name="gold", reach_people=5, reach_sales=500_000, keep_people=2, keep_sales=200_050)
    assert rates.tiers == (Tier(at_least=500, bonus_fen=10_000), Tier(at_least=750, bonus_fen=20_000, name="keen"))
    assert rates.campaigns[0].factor == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rates": [{"role": "head", "percent": "5", "valid_from": "2026-10-01"}]}, "rates.rates[0].role"),
        ({"rates": [{"role": "volunteer", "percent": 5, "valid_from": "2026-10-01"}]}, "rates.rates[0].percent"),
        ({"rates": [{"role": "volunteer", "percent": "5.001", "valid_from": "2026-10-01"}]}, "percent"),
        ({"rates": [{"role": "volunteer", "percent": "100.01", "valid_from": "2026-10-01"}]}, "percent"),
        ({"rates": [{"role": "volunteer", "percent": "-5", "valid_from": "2026-10-01"}]}, "percent"),
        ({"rates": [{"role": "volunteer", "percent": "5", "valid_from": date(2026, 10, 1)}]}, "valid_from"),
        ({"rates": [{"role": "volunteer", "percent": "5", "valid_from": "autumn"}]}, "valid_from"),
        (
            {"rates": [{"role": "volunteer", "percent": "5", "valid_from": "2026-10-01", "product_group": "toys"}]},
            "product_group",
        ),
        ({"product_groups": [{"group_id": "milk", "items": ["1", "1"]}]}, "two groups"),
        ({"tiers": [{"activity_percent": "5", "bonus": "100.001"}]}, "bonus"),
        ({"tiers": [{"activity_percent": "5", "bonus": 100}]}, "bonus"),
        ({"levels": [{"name": "bronze", "reach": {"people": "five"}}]}, "people"),
        ({"campaigns": [{"from_on": "2026-11-12", "until_on": "2026-11-10"}]}, "until_on"),
        ({"programme_id": "No Id"}, "programme_id"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(changed(**changes))
    assert caught.value.code == "rates.invalid" and told in caught.value.message


def test_rates_that_overlap_and_levels_that_fall_are_refused() -> None:
    for changes, code in (
        ({"rates": [*DOCUMENT["rates"], DOCUMENT["rates"][0]]}, "rates.overlap"),
        ({"levels": DOCUMENT["levels"][::-1]}, "levels.invalid"),
    ):
        with pytest.raises(Refused) as caught:
            parse(changed(**changes))
        assert caught.value.code == code


def rates_with(number: int, **changes: Any) -> dict[str, Any]:
    document = changed()
    document["rates"][number] |= changes
    return document


@pytest.mark.parametrize(
    "document",
    [
        rates_with(0, percent="6"),
        rates_with(0, valid_until="2026-11-20"),
        rates_with(3, valid_from="2026-09-01"),
        rates_with(3, level="silver"),
        changed(rates=DOCUMENT["rates"][1:]),
        changed(
            rates=[
                *DOCUMENT["rates"],
                {"role": "volunteer", "level": "lead", "percent": "7", "valid_from": "2026-11-23"},
            ]
        ),
    ],
)
def test_days_that_are_over_keep_their_rates(document: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        check_change(parse(DOCUMENT), parse(document), TODAY)
    assert caught.value.code == "rates.past"


@pytest.mark.parametrize(
    "document",
    [
        DOCUMENT,
        rates_with(0, valid_until="2026-11-23"),
        rates_with(2, percent="12"),
        changed(
            rates=[
                *DOCUMENT["rates"],
                {"role": "volunteer", "level": "lead", "percent": "7", "valid_from": "2026-11-24"},
            ]
        ),
    ],
)
def test_from_today_on_they_may_change(document: dict[str, Any]) -> None:
    check_change(parse(DOCUMENT), parse(document), TODAY)


def test_a_groups_rate_comes_before_any_and_a_levels_before_none() -> None:
    rates = parse(DOCUMENT).rates
    found = [
        rate_for(rates, "distributor", level, group, date(2026, 11, 30))
        for level, group in (("gold", "milk"), ("gold", ""), ("bronze", "milk"))
    ]
    assert found == [1_500, 1_000, 1_000]
