"""When a message goes: a programme's rules over a moment and the counters kept by who sends."""

from collections.abc import Mapping
from datetime import date, datetime

from pond.broadcasts import almanac, model_timing
from pond.broadcasts.model_audience import Kind
from pond.broadcasts.model_timing import Per, Rules, Verdict


def rules(programme_id: str) -> Rules:
    """The programme's rules, at most 30 seconds old; the defaults until others are applied."""
    return almanac.get(programme_id).rules


def holidays(programme_id: str) -> frozenset[date]:
    """The programme's public holidays."""
    return rules(programme_id).holidays


def next_moment(rules: Rules, at: datetime) -> Verdict:
    """When a message due at `at` goes: then, at the end of quiet hours or holidays, or never."""
    return model_timing.next_moment(rules, at)


def over(rules: Rules, kind: Kind, counted: Mapping[str, int], at: datetime, meant_at: datetime) -> Verdict | None:
    """What becomes of one more message to a person (kind `member`) or a group at `at` who had enough: moved or dropped;
    None when it goes. `counted` is what they got so far, by period: see `periods`; a period without a count is 0.
    `meant_at`: when it was first meant to go."""
    return model_timing.over(rules, rules.person if kind == "member" else rules.group, counted, at, meant_at)


def opens(rules: Rules, per: Per, at: datetime) -> datetime | None:
    """When the next day, week or month begins for messages; None when the rules drop what would go then."""
    return model_timing.opens(rules, per, at)


def periods(at: datetime) -> tuple[str, str, str]:
    """The names under which a message at `at` is counted: its China day, week and month, such as `day~2026-11-24`,
    `week~2026-W48`, `month~2026-11`."""
    return model_timing.periods(at)
