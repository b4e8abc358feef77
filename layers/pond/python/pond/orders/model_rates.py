"""A programme's rates as one document: commission, distributors' levels and campaigns, volunteers' bonuses.

What always holds: a `Rates` that exists is whole: no two rates hold for the same at once, levels rise. What held on a
day that is over is never another afterwards (`check_change`): orders of that day may still come.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from pond.kernel.errors import Refused
from pond.orders.model_attribution import Role
from pond.orders.model_ledger import Rate, check_rates, rate_for
from pond.orders.model_levels import Campaign, Level, Tier, check_levels
from pond.orders.model_money import WHOLE, read_yuan
from pond.programmes.model_reader import Part

_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_ROLES = ("volunteer", "distributor")
_MOST = 1_000_000  # people or times; nobody means more


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What a programme pays. `group_of`: the product group of each item_id that is in one."""

    programme_id: str
    version: int
    group_of: Mapping[str, str]
    rates: tuple[Rate, ...]
    levels: tuple[Level, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    tiers: tuple[Tier, ...] = ()


def parse(document: dict[str, Any], version: int = 0) -> Rates:
    """The rates a document (as read from YAML or JSON) describes.

    Raises:
        Refused: `rates.invalid`, its message being "where: what"; `rates.overlap`, `levels.invalid`.
    """
    try:
        found = _read(Part("rates", document), version)
    except Refused as refusal:
        if refusal.code != "programme.invalid":
            raise
        raise Refused("rates.invalid", refusal.message) from refusal
    check_rates(found.rates)
    if found.levels:
        check_levels(found.levels)
    return found


def check_change(before: Rates, after: Rates, today: date) -> None:
    """Refuse a change of what held on days that are over.

    Raises:
        Refused: `rates.past`, naming the role and the day.
    """
    both = (*before.rates, *after.rates)
    # Rates change on these days only, so what holds on each of them holds until the next.
    starts = {rate.valid_from for rate in both}
    starts |= {rate.valid_until + timedelta(days=1) for rate in both if rate.valid_until}
    kinds = {
        (rate.role, level, group) for rate in both for level in ("", rate.level) for group in ("", rate.product_group)
    }
    for day in sorted(start for start in starts if start < today):
        for role, level, group in sorted(kinds):
            if rate_for(before.rates, role, level, group, day) != rate_for(after.rates, role, level, group, day):
                raise Refused("rates.past", f"{role} {level} {group} on {day}: that day is over; begin a rate today")


def _read(top: Part, version: int) -> Rates:
    group_of: dict[str, str] = {}
    for part in top.parts("product_groups", needed=False):
        for item_id in part.words("items"):
            if item_id in group_of:
                raise part.refusal("items", f"{item_id} is in two groups")
            group_of[item_id] = part.id("group_id")
    return Rates(
        programme_id=top.id("programme_id"),
        version=version,
        group_of=group_of,
        rates=tuple(_rate(part, set(group_of.values())) for part in top.parts("rates", needed=False)),
        levels=tuple(_level(part) for part in top.parts("levels", needed=False)),
        campaigns=tuple(_campaign(part) for part in top.parts("campaigns", needed=False)),
        tiers=tuple(_tier(part) for part in top.parts("tiers", needed=False)),
    )


def _rate(part: Part, groups: set[str]) -> Rate:
    group = part.text("product_group") if part.has("product_group") else ""
    if group and group not in groups:
        raise part.refusal("product_group", "no such product group")
    return Rate(
        role=cast(Role, part.choice("role", _ROLES)),
        basis_points=_basis_points(part, "percent"),
        valid_from=_day(part, "valid_from"),
        valid_until=_day(part, "valid_until") if part.has("valid_until") else None,
        level=part.text("level") if part.has("level") else "",
        product_group=group,
    )


def _level(part: Part) -> Level:
    reach, keep = (part.part(name) if part.has(name) else Part(name, {}) for name in ("reach", "keep"))
    return Level(
        name=part.text("name"),
        reach_people=cast(int, reach.number("people", 0, _MOST, 0)),
        reach_sales=_fen(reach, "sales"),
        keep_people=cast(int, keep.number("people", 0, _MOST, 0)),
        keep_sales=_fen(keep, "sales"),
    )


def _campaign(part: Part) -> Campaign:
    found = Campaign(
        from_on=_day(part, "from_on"),
        until_on=_day(part, "until_on"),
        factor=cast(int, part.number("factor", 2, 10, 2)),
    )
    if found.until_on < found.from_on:
        raise part.refusal("until_on", "must not be before from_on")
    return found


def _tier(part: Part) -> Tier:
    name = part.text("name") if part.has("name") else ""
    return Tier(at_least=_basis_points(part, "activity_percent"), bonus_fen=_fen(part, "bonus"), name=name)


def _day(part: Part, name: str) -> date:
    try:
        return date.fromisoformat(part.text(name))
    except ValueError:
        raise part.refusal(name, "must be a day such as 2026-12-01, in quotes") from None


def _basis_points(part: Part, name: str) -> int:
    text = part.text(name)
    points = Decimal(text) * 100 if _PERCENT.fullmatch(text) else Decimal(WHOLE + 1)
    if points > WHOLE:
        raise part.refusal(name, 'must be a percentage such as "12.5", in quotes, with two digits at most')
    return int(points)


def _fen(part: Part, name: str) -> int:
    if not part.has(name):
        return 0
    try:
        return read_yuan(part.text(name), name)
    except Refused as refusal:
        if refusal.code == "programme.invalid":
            raise
        raise part.refusal(name, 'must be yuan such as "5000", in quotes') from refusal
