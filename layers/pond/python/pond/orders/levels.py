"""A month's figures turned into next month's levels and bonuses: distributors by people and sales, volunteers by the
activity of the groups they serve.

What always holds: each result is noted once, before anything follows from it, so computing a month again gives the same
and pays nothing twice, whatever orders or assignments became since.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta

from pond.groups import setup
from pond.kernel.clock import CHINA, china_day
from pond.kernel.errors import Refused
from pond.orders import adjustments, rates, store_months, store_settlement, sums
from pond.orders.model_levels import activity, next_level, points, tier_of
from pond.orders.model_rates import Rates
from pond.orders.model_settlement import month_of, next_month
from pond.programmes import service as programmes
from pond.volunteers import service as volunteers
from pond.volunteers.model import Track


@dataclass(frozen=True)
class Talk:
    """What staff read of a group's month: how many of its members spoke, on the average of its weeks."""

    chat_id: str
    spoke: int
    members: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a month came to for somebody: a distributor's (`people`, `sales` in points), or a volunteer's for a group
    (`activity` in basis points). `level` holds from the next month on: a volunteer's is that of their best group,
    their rank where none reached a tier with a name; empty leaves theirs."""

    person_id: str
    chat_id: str = ""
    people: int = 0
    sales: int = 0
    activity: int = 0
    level: str = ""
    bonus_fen: int = 0


def compute(month: str, talks: Iterable[Talk], now: datetime) -> list[Result]:
    """Everybody's results of a month that is over, with the levels and bonuses that follow.

    Raises:
        Refused: `levels.not_over` while the month goes on.
        NotFound: `group.unknown`.
        Transient: somebody else writes at the same moment; computing again goes on.
    """
    if month >= month_of(china_day(now)):
        raise Refused("levels.not_over", f"{month} goes on")
    known = {programme_id: found for programme_id in programmes.all_ids() if (found := rates.get(programme_id))}
    results = [_distributor(names, month, found, now) for found, names in _distributors(known, month)]
    served = [one for talk in talks if (one := _volunteer(talk, month, known, now))]
    for person_id in sorted({one.person_id for one in served}):
        best = max((one for one in served if one.person_id == person_id), key=lambda one: one.activity)
        if best.level:
            _give(f"served~{month}~{person_id}", person_id, "volunteer", best.level, month, now)
    return [*results, *served]


def _distributors(known: Mapping[str, Rates], month: str) -> list[tuple[Rates, list[str]]]:
    """The rates with levels, and who sells: by all ids of theirs, the present one first."""
    last = _first(next_month(month)) - timedelta(days=1)
    with_levels = [found for found in known.values() if found.levels]
    everybody = volunteers.names_of_everyone().values() if with_levels else ()
    sellers = [names for names in everybody if volunteers.role_and_level(names[0], last, "distributor")]
    return [(found, names) for found in with_levels for names in sellers]


def _distributor(names: Sequence[str], month: str, found: Rates, now: datetime) -> Result:
    person_id = names[0]
    first, following = _first(month), _first(next_month(month))
    last = following - timedelta(days=1)
    standing = volunteers.role_and_level(person_id, last, "distributor")
    until = _midnight(following) - timedelta(milliseconds=1)
    people = sum(volunteers.brought(name, _midnight(first), until) for name in names)
    sales = sum(points(sums.sales_by_day(name, first, last), found.campaigns) for name in names)
    level = next_level(found.levels, standing[1] if standing else "", people, sales)
    result = Result(person_id=person_id, people=people, sales=sales, level=level)
    noted = _once(f"level~{month}~{person_id}", result, now)
    _give(f"sold~{month}~{person_id}", person_id, "distributor", noted.level, month, now)
    return noted


def _volunteer(talk: Talk, month: str, known: Mapping[str, Rates], now: datetime) -> Result | None:
    """What the main volunteer of a group, at the end of the month, gets for it; None when nobody is."""
    group = setup.known(talk.chat_id)
    following = _midnight(_first(next_month(month)))
    person_id = volunteers.serving(talk.chat_id, following - timedelta(milliseconds=1))
    found = known.get(group.programme_id)
    if person_id is None or found is None:
        return None
    figure = activity(talk.spoke, talk.members)
    tier = tier_of(found.tiers, figure)
    standing = volunteers.get(person_id)
    held = standing.standing(_first(next_month(month)), "volunteer") if standing else None
    named = any(one.name for one in found.tiers) and held is not None
    level = (tier.name if tier else "") or (held.rank if held else "")
    result = Result(
        person_id=person_id,
        chat_id=talk.chat_id,
        activity=figure,
        level=level if named else "",
        bonus_fen=tier.bonus_fen if tier else 0,
    )
    noted = _once(f"activity~{month}~{talk.chat_id}", result, now)
    if noted.bonus_fen:
        reason = f"activity {noted.activity / 100:.2f} % in {month}"
        adjustments.append(f"bonus~{month}~{noted.chat_id}", noted.person_id, noted.bonus_fen, reason, now)
    return noted


def _once(name: str, result: Result, now: datetime) -> Result:
    """The result that was noted first under this name."""
    return Result(**json.loads(store_settlement.note_once(name, json.dumps(asdict(result)), now)))


def _give(name: str, person_id: str, track: Track, level: str, month: str, now: datetime) -> None:
    """Give a level for the month after, once: a person may correct it then."""
    if store_months.done(name) is None:
        volunteers.set_level(person_id, track, level, _first(next_month(month)), now)
        store_settlement.note_once(name, level, now)


def _first(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)
