"""What a broadcast came to, by version and by group, and which version did best."""

from collections import Counter
from dataclasses import dataclass, field

from pond.broadcasts.model_targets import HANDED, MOVED, OUTCOMES, PASSED_ON, PENDING, SENT

EFFECTS = ("bought", "joined", "opened")  # what a winner is measured by: the first of these that anybody did
DELIVERED = "delivered"
LEAST = 30  # below so many sent, a version is not compared


@dataclass
class Figures:
    """Counts of targets and of what people did. `failed` and `skipped` by reason; every target stands in one place."""

    planned: int = 0
    moved: int = 0
    handed_out: int = 0
    sent: int = 0
    delivered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    joined: int = 0
    bought: int = 0

    def mark(self, mark: str, receipt: str | None = None) -> None:
        """Count a target that was dealt, by its mark; `planned` and `handed_out` hold whoever came so far, but who was
        moved is counted in the broadcast that follows. `receipt`: how the text to them ended, if that is known; what
        was not delivered is not sent."""
        if mark == PASSED_ON:
            return  # it counts where it stands now
        if mark in MOVED.values():
            self.moved += 1
            return
        self.planned += 1
        if mark == PENDING:
            return
        if mark in (HANDED, SENT, "U", "F", "L", "?"):
            self.handed_out += 1
        if mark == SENT and receipt not in (None, DELIVERED):
            self.failed[f"not_delivered ({receipt})"] += 1
        elif mark == SENT:
            self.sent += 1
            self.delivered += receipt == DELIVERED
        elif mark != HANDED:
            self.failed[OUTCOMES[mark]] += 1

    def did(self, kind: str) -> None:
        """Count what somebody did."""
        setattr(self, kind, getattr(self, kind) + 1)


@dataclass
class Result:
    """A broadcast's figures: all of it, by version (`content_id~version`), by group."""

    total: Figures = field(default_factory=Figures)
    versions: dict[str, Figures] = field(default_factory=dict)
    groups: dict[str, Figures] = field(default_factory=dict)

    def winner(self) -> tuple[str, str] | None:
        """The version with the greatest measured effect for each target it was sent to, and the effect; None while
        there is nothing to compare."""
        compared = {name: one for name, one in self.versions.items() if one.sent >= LEAST}
        if len(compared) < 2:
            return None
        for effect in EFFECTS:
            rates = {name: getattr(one, effect) / one.sent for name, one in compared.items()}
            best = max(rates, key=lambda name: rates[name])
            if rates[best] > 0:
                return best, effect
        return None
