"""Distributors' levels and volunteers' bonuses, as data: steps with what it takes to reach and to keep them.

What always holds: with the same figures of a month everybody gets the same; more never gives less.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pond.kernel.errors import Refused
from pond.orders.model_money import WHOLE


@dataclass(frozen=True, kw_only=True)
class Level:
    """A distributor's level: what a month needs to reach it and, mostly less, to keep it. `sales` in points: fen, more
    in campaigns."""

    name: str
    reach_people: int = 0
    reach_sales: int = 0
    keep_people: int = 0
    keep_sales: int = 0


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Days (both included) in which sales count `factor` times."""

    from_on: date
    until_on: date
    factor: int = 2


@dataclass(frozen=True, kw_only=True)
class Tier:
    """From `at_least` on (basis points of activity, or fen of sales): a bonus, and a name for what else it opens."""

    at_least: int
    bonus_fen: int = 0
    name: str = ""


def check_levels(levels: Sequence[Level]) -> None:
    """Refuse levels, listed from the lowest, that do not rise, or are harder to keep than to reach.

    Raises:
        Refused: `levels.invalid`.
    """
    if not levels or len({level.name for level in levels}) != len(levels):
        raise Refused("levels.invalid", "no levels, or two of one name")
    for level in levels:
        if level.keep_people > level.reach_people or level.keep_sales > level.reach_sales:
            raise Refused("levels.invalid", f"{level.name}: harder to keep than to reach")
    for low, high in pairwise(levels):
        if low.reach_people > high.reach_people or low.reach_sales > high.reach_sales:
            raise Refused("levels.invalid", f"{high.name}: easier than {low.name}")


def next_level(levels: Sequence[Level], current: str, people: int, sales: int) -> str:
    """The level for the month after one with these figures: the highest that was reached; else the present one if it
    was kept; else one step down. Whoever has none begins at the lowest."""
    names = [level.name for level in levels]
    now = names.index(current) if current in names else 0
    reached = max(
        (i for i, level in enumerate(levels) if people >= level.reach_people and sales >= level.reach_sales), default=0
    )
    kept = people >= levels[now].keep_people and sales >= levels[now].keep_sales
    return names[max(reached, now if kept else now - 1, 0)]


def points(sales: Iterable[tuple[date, int]], campaigns: Sequence[Campaign]) -> int:
    """What sales (day, fen) count for levels; of campaigns at once, the best counts."""
    total = 0
    for day, fen in sales:
        factors = (campaign.factor for campaign in campaigns if campaign.from_on <= day <= campaign.until_on)
        total += fen * max(factors, default=1)
    return total


def activity(spoke: int, members: int) -> int:
    """A group's activity in basis points: members who spoke of all members."""
    return min(WHOLE, spoke * WHOLE // members) if members > 0 else 0


def tier_of(tiers: Iterable[Tier], figure: int) -> Tier | None:
    """The highest tier that a figure reaches."""
    return max((tier for tier in tiers if figure >= tier.at_least), key=lambda tier: tier.at_least, default=None)
