"""How much a group or a person was told already: the counts that the rules of timing are asked with.

Nothing is counted up anywhere. What a group got is read from the sheets of the programme's other broadcasts, and only
when there were enough of them that some group could be over: most days that costs nothing. What a person got stands on
their follower's row, as notices.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pond.broadcasts import people, store_broadcasts, store_targets, timing
from pond.broadcasts.model import TO_GROUPS, Broadcast
from pond.broadcasts.model_targets import parts
from pond.broadcasts.model_timing import Rules
from pond.channels import notices
from pond.channels.model import Follower
from pond.kernel.clock import CHINA

_AT_ONCE = 500  # customers whose rows are read together
OVER_CAP, MOVED = "over_cap", "moved."
NOTICE = "broadcast~"  # how notices of broadcasts begin on a follower's row


def groups_over(broadcast: Broadcast, now: datetime) -> Mapping[str, str]:
    """The groups of the programme that have had as many broadcasts as they may by now, and what becomes of this one for
    them: `over_cap`, or `moved.` and the period after which they get it."""
    rules = timing.rules(broadcast.programme_id)
    others = _others(broadcast, now)
    most = _by_period((other.began_at or other.due_at for other in others), now)
    if _outcome(broadcast, rules, most, now) is None:
        return {}
    got: dict[str, list[datetime]] = {}
    for other in others:
        for sheet in store_targets.sheets(other.broadcast_id):
            for target in sheet.targets:
                if target.reason is None:
                    got.setdefault(target.recipient_id, []).append(other.began_at or other.due_at)
    outcomes = {chat_id: _outcome(broadcast, rules, _by_period(times, now), now) for chat_id, times in got.items()}
    return {chat_id: outcome for chat_id, outcome in outcomes.items() if outcome}


def person_over(broadcast: Broadcast, rules: Rules, follower: Follower, now: datetime) -> str | None:
    """What becomes of a broadcast for a person who, by the notices on their row, has had as many as they may by now: as
    for groups; None when they get it, or have it."""
    if NOTICE + broadcast.broadcast_id in follower.notices:
        return None
    times = (notice.at for name, notice in follower.notices.items() if name.startswith(NOTICE))
    return _outcome(broadcast, rules, _by_period(times, now), now)


def customers_over(broadcast: Broadcast, member_ids: Sequence[str], now: datetime) -> dict[str, str]:
    """Which of these customers have had as many broadcasts as they may by now, and what becomes of this one for them.
    The others have it noted on their row, before the task is made: what staff send and what the account says count
    together, and whoever dies in between counts one too many rather than one too few."""
    rules, over = timing.rules(broadcast.programme_id), dict[str, str]()
    for some in parts(member_ids, _AT_ONCE):
        for member_id, follower in people.followers_of(broadcast.programme_id, some).items():
            if outcome := person_over(broadcast, rules, follower, now):
                over[member_id] = outcome
            elif NOTICE + broadcast.broadcast_id not in follower.notices:
                notices.note(follower, NOTICE + broadcast.broadcast_id, now)
    return over


def _outcome(broadcast: Broadcast, rules: Rules, counted: Mapping[str, int], now: datetime) -> str | None:
    found = timing.over(rules, broadcast.kind, counted, now, broadcast.meant_at)
    if found is None:
        return None
    if found.outcome == "drop" or broadcast.over_cap == "drop":
        return OVER_CAP
    return MOVED + found.reason.removeprefix("cap.")


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
