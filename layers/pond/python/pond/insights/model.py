"""Over which routes a member can be reached, and counts of that.

Three routes: the `phone` they proved, the official `account` they follow, a `wecom` group they are in. If one is lost
(a number, the account, a group), people are reached over another.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, Self, get_args

from pond.channels.model import Follower

Route = Literal["phone", "account", "wecom"]
ROUTES: tuple[Route, ...] = get_args(Route)
_KINDS = 1 << len(ROUTES)


def routes_of(*, phone_blocked: bool, followers: Iterable[Follower], chat_ids: Collection[str]) -> frozenset[Route]:
    """The routes that work for a member, given their followers at the account and the groups they are in."""
    works: dict[Route, bool] = {
        "phone": not phone_blocked,
        "account": any(follower.reachable for follower in followers),
        "wecom": bool(chat_ids),
    }
    return frozenset(route for route in ROUTES if works[route])


@dataclass(frozen=True)
class Tally:
    """How many members have which routes: one count for each set of routes, numbered by its bits."""

    counts: tuple[int, ...] = (0,) * _KINDS

    @classmethod
    def of(cls, members: Iterable[frozenset[Route]]) -> Self:
        """Count members by their routes."""
        counts = [0] * _KINDS
        for routes in members:
            counts[sum(1 << bit for bit, route in enumerate(ROUTES) if route in routes)] += 1
        return cls(tuple(counts))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(tuple(one + more for one, more in zip(self.counts, other.counts, strict=True)))

    @property
    def members(self) -> int:
        """All of them."""
        return sum(self.counts)

    def over(self, number: int) -> int:
        """How many can be reached over exactly so many routes."""
        return sum(count for kind, count in enumerate(self.counts) if kind.bit_count() == number)

    def by(self, route: Route) -> int:
        """How many can be reached over this route, whatever others they have."""
        return sum(count for kind, count in enumerate(self.counts) if kind >> ROUTES.index(route) & 1)
