"""Which of several versions did best, by what was measured: named only when chance hardly explains the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

LEAST = 100  # recipients of each version: with fewer, figures say nothing
SURE = 1.96  # standard errors between the best and the next: 5 % that it is chance


@dataclass(frozen=True)
class Measured:
    """A version's figures: how many it reached, and on how many it had the effect that counts (opened, joined,
    bought)."""

    version: int
    sent: int
    effects: int

    @property
    def rate(self) -> float:
        """The part on whom it had the effect."""
        return self.effects / self.sent if self.sent else 0.0


def winner(measured: Sequence[Measured]) -> Measured | None:
    """The version with the highest rate, if it is surely above the next (two-proportion z-test); else None."""
    if len(measured) < 2 or any(one.sent < LEAST for one in measured):
        return None
    best, following = sorted(measured, key=lambda one: (-one.rate, one.version))[:2]
    pooled = (best.effects + following.effects) / (best.sent + following.sent)
    error = sqrt(pooled * (1 - pooled) * (1 / best.sent + 1 / following.sent))
    return best if error > 0 and (best.rate - following.rate) / error >= SURE else None
