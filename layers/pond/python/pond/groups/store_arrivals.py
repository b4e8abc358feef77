"""The `arrivals` table: into which groups of a programme somebody first came, by the hour in China.

A row names nobody: who it was say the group's roster and the seats. It stands before the first seat of its hour is
taken, so that who took one is always found, and says nothing wrong when none was.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.clock import CHINA
from pond.kernel.tables import Table


class _ArrivalRow(Table):
    class Meta:
        table_name = "arrivals"

    programme_day = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


def hour(at: datetime) -> str:
    """The hour in China, `2026-11-25T14`."""
    return at.astimezone(CHINA).isoformat()[:13]


def note(programme_id: str, chat_id: str, at: datetime) -> None:
    """Somebody is about to come into the group for the first time. One write an hour, group and process."""
    _put(programme_id, hour(at), chat_id)


def following(programme_id: str, on: date, since: datetime, until: datetime, place: str | None) -> str | None:
    """The first place after that one (an hour and a group, see `parts`), of those of a China day from `since` up to
    `until`; None at the end. Lags by about a second."""
    rows = _ArrivalRow.query(_day(programme_id, on.isoformat()), _ArrivalRow.place > (place or hour(since)), limit=1)
    found = next((row.place for row in rows), None)
    return found if found is not None and parts(found)[0] <= hour(until) else None


def parts(place: str) -> tuple[str, str]:
    """The hour and the group that a place names."""
    at, _, chat_id = place.partition("~")
    return at, chat_id


def everywhere() -> Iterator[tuple[str, str, str]]:
    """(programme, hour, group) of all there are; a scan."""
    for row in _ArrivalRow.scan(consistent_read=True):
        yield (row.programme_day.rpartition("~")[0], *parts(row.place))


@lru_cache(maxsize=1_000)
def _put(programme_id: str, at: str, chat_id: str) -> None:
    _ArrivalRow(_day(programme_id, at[:10]), f"{at}~{chat_id}").save()


def _day(programme_id: str, on: str) -> str:
    return f"{programme_id}~{on}"
