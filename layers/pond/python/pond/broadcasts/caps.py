"""How much a group or a person was told already: the counts that the rules of timing are asked with.

Nothing is counted up anywhere. What a group got is read from the sheets of the programme's other broadcasts, and only
when there were enough of them that some group could be over: most days that costs nothing. What a person got stands on
their follower's row, as notices.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pond.broadcasts import store_broadcasts, store_targets, timing
from pond.broadcasts.model import TO_GROUPS, Broadcast
from pond.broadcasts.model_timing import Rules
from pond.kernel.clock import CHINA

NOTICE = "broadcast~"  # how notices of broadcasts begin on a follower's row


def groups_over(broadcast: Broadcast, now: datetime) -> frozenset[str]:
    """The groups of the programme that have had as many broadcasts as they may by now."""
    rules = timing.rules(broadcast.programme_id)
    others = _others(broadcast, now)
    most = _by_period((other.began_at or other.due_at for other in others), now)
    if timing.allowed(rules, "group", most, now).outcome == "send":
        return frozenset()
    got: dict[str, list[datetime]] = {}
    for other in others:
        for sheet in store_targets.sheets(other.broadcast_id):
            for target in sheet.targets:
                if target.reason is None:
                    got.setdefault(target.recipient_id, []).append(other.began_at or other.due_at)
    return frozenset(
        chat_id
        for chat_id, times in got.items()
        if timing.allowed(rules, "group", _by_period(times, now), now).outcome != "send"
    )


def person_over(rules: Rules, notices: Mapping[str, datetime], now: datetime) -> bool:
    """Whether a person, by the notices on their row, has had as many broadcasts as they may by now."""
    counted = _by_period((at for name, at in notices.items() if name.startswith(NOTICE)), now)
    return timing.allowed(rules, "member", counted, now).outcome != "send"


def _others(broadcast: Broadcast, now: datetime) -> list[Broadcast]:
    """Broadcasts to the programme's groups that began within this month or week."""
    today = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(today.replace(day=1), today - timedelta(days=today.weekday()))
    found = store_broadcasts.of_programme(broadcast.programme_id, since - timedelta(days=7), now)
    return [
        one
        for one in found
        if one.broadcast_id != broadcast.broadcast_id
        and one.route in TO_GROUPS
        and one.began_at is not None
        and one.began_at >= since
    ]


def _by_period(times: Iterable[datetime], now: datetime) -> Mapping[str, int]:
    wanted = set(timing.periods(now))
    return Counter(period for at in times for period in timing.periods(at) if period in wanted)
