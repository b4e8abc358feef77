"""Who a programme lets an order count for, as rules with a day from which each holds; read from its document.

What always holds: versions and days rise together, so one version holds on a day; what held on a day that is over is
never another afterwards (`check_change`). How the rules are applied stands in `orders.model_attribution`.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, cast

from pond.kernel.errors import Refused
from pond.programmes.model_reader import Part

Claim = Literal["link", "distributor", "seat"]
WINDOW_MAX_DAYS = 365
BOND_MAX_DAYS = 3650
CLAIMS: tuple[Claim, ...] = ("link", "distributor", "seat")


@dataclass(frozen=True, kw_only=True)
class Bonds:
    """Opening a distributor's tracked link binds: for so many `days`, None: for good. `holds` says which of two bonds
    does: "first", until it runs out, or "last". Whom a person binds is bound to that distributor from then on."""

    holds: Literal["first", "last"] = "first"
    days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A programme's rules. A change is a new `version`; orders keep the one they were attributed by. Without `bonds`
    only a person binds, and that counts within the window."""

    version: int
    precedence: tuple[Claim, ...] = ("seat",)
    window_days: int = 30
    valid_from: date = date.min
    bonds: Bonds | None = None


def read(top: Part) -> tuple[Rules, ...]:
    """The rules of a programme's document, the first first; none when it names none.

    Raises:
        Refused: `programme.invalid`.
    """
    found = tuple(_rules(part) for part in top.parts("attribution", needed=False))
    for one, following in pairwise(found):
        if one.version >= following.version or one.valid_from >= following.valid_from:
            raise Refused("programme.invalid", "attribution: version and valid_from must rise from each to the next")
    return found


def rules_on(rules: tuple[Rules, ...], day: date) -> Rules | None:
    """The rules that hold on that day in China."""
    return next((one for one in reversed(rules) if one.valid_from <= day), None)


def check_change(before: tuple[Rules, ...], after: tuple[Rules, ...]) -> None:
    """Refuse a change of what a version says: orders name it as their reason.

    Raises:
        Refused: `programme.attribution_version`.
    """
    if missing := set(before) - set(after):
        version = min(one.version for one in missing)
        raise Refused("programme.attribution_version", f"version {version} must stay as it was: add a new one")


def _rules(part: Part) -> Rules:
    try:
        valid_from = date.fromisoformat(part.text("valid_from"))
    except ValueError:
        raise part.refusal("valid_from", "must be a day such as 2026-12-01, in quotes") from None
    precedence = part.words("precedence")
    if not set(precedence) <= set(CLAIMS) or len(set(precedence)) < len(precedence):
        raise part.refusal("precedence", f"must be some of {', '.join(CLAIMS)}, each once")
    return Rules(
        version=cast(int, part.number("version", 1, 10_000, 1)),
        precedence=cast(tuple[Claim, ...], precedence),
        window_days=cast(int, part.number("window_days", 1, WINDOW_MAX_DAYS, 30)),
        valid_from=valid_from,
        bonds=_bonds(part.part("bonds")) if part.has("bonds") else None,
    )


def _bonds(part: Part) -> Bonds:
    return Bonds(
        holds=cast(Literal["first", "last"], part.choice("holds", ("first", "last"), "first")),
        days=part.number("days", 1, BOND_MAX_DAYS, None),
    )
