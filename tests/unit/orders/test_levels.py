"""Levels and tiers: steps up and down, campaigns, and that more never gives less."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.orders.model_levels import Campaign, Level, Tier, activity, check_levels, next_level, points, tier_of

LEVELS = (
    Level(name="bronze"),
    Level(name="silver", reach_people=5, reach_sales=500_000, keep_people=2, keep_sales=200_000),
    Level(name="gold", reach_people=20, reach_sales=2_000_000, keep_people=10, keep_sales=1_500_000),
)
TIERS = (Tier(at_least=500, bonus_fen=10_000), Tier(at_least=700, bonus_fen=20_000, name="distributor"))


@pytest.mark.parametrize(
    ("current", "people", "sales", "after"),
    [
        ("", 0, 0, "bronze"),
        ("unheard of", 5, 500_000, "silver"),
        ("bronze", 5, 499_999, "bronze"),
        ("bronze", 25, 2_500_000, "gold"),
        ("silver", 2, 200_000, "silver"),
        ("silver", 1, 900_000, "bronze"),
        ("gold", 10, 1_500_000, "gold"),
        ("gold", 9, 9_000_000, "silver"),
        ("gold", 0, 0, "silver"),
        ("bronze", 0, 0, "bronze"),
    ],
)
def test_levels_are_reached_kept_or_lost_by_a_step(current: str, people: int, sales: int, after: str) -> None:
    check_levels(LEVELS)
    assert next_level(LEVELS, current, people, sales) == after


FIGURE = st.integers(0, 3_000_000)


@given(st.sampled_from(["bronze", "silver", "gold"]), FIGURE, FIGURE, st.integers(0, 30), st.integers(0, 30))
def test_more_never_gives_less(current: str, sales: int, more: int, people: int, others: int) -> None:
    names = [level.name for level in LEVELS]
    less = names.index(next_level(LEVELS, current, people, sales))
    assert less <= names.index(next_level(LEVELS, current, people + others, sales + more))


@pytest.mark.parametrize("levels", [(), (LEVELS[1], LEVELS[1]), LEVELS[::-1], (replace(LEVELS[1], keep_people=6),)])
def test_levels_that_do_not_rise_are_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(Refused):
        check_levels(levels)


def test_campaigns_count_double_once() -> None:
    days = [(date(2026, 11, day), 100) for day in (10, 11, 12, 13)]
    double = Campaign(from_on=date(2026, 11, 11), until_on=date(2026, 11, 12))
    triple = Campaign(from_on=date(2026, 11, 12), until_on=date(2026, 11, 12), factor=3)
    assert points(days, (double, triple)) == 100 + 200 + 300 + 100
    assert points(days, ()) == 400


def test_a_groups_activity_gives_its_tier() -> None:
    assert [activity(*figures) for figures in ((24, 400), (0, 0), (9, 5))] == [600, 0, 10_000]
    assert tier_of(TIERS, 499) is None
    assert (tier_of(TIERS, 600), tier_of(TIERS, 9_999)) == TIERS
