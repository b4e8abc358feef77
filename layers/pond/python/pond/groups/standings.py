"""What operators see of who is in the groups: pseudonyms, how each stands there and how they came."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pond.groups import store, store_merging, store_rosters, store_standings
from pond.groups.model import Group, Seat
from pond.groups.model_rosters import GONE
from pond.groups.store_rosters import RosterRow
from pond.members import identities


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in a group; ids are pseudonyms. `member_id` is None for who has no WeChat account that we may know."""

    chat_id: str
    contact_id: str
    member_id: str | None
    standing: str
    came: str
    joined_at: datetime


def people(chat_id: str | None = None, standing: str | None = None) -> list[Person]:
    """Who is in a group, or in all: those of one standing, or everyone who did not leave. Newest last."""
    rows: Iterable[RosterRow] = store_rosters.roster(chat_id).values() if chat_id else store_rosters.everyone()
    found = [
        Person(
            chat_id=row.chat_id,
            contact_id=row.contact_id,
            member_id=row.member_id,
            standing=row.standing,
            came=row.came,
            joined_at=row.joined_at,
        )
        for row in rows
        if (row.standing == standing if standing else row.standing not in GONE)
    ]
    return sorted(found, key=lambda person: (person.chat_id, person.joined_at, person.contact_id))


def seated(member_ids: Sequence[str], programme_ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(member_id, chat_id) of each of these members who took their seat in a programme and did not leave."""
    for programme_id in programme_ids:
        for seat in store.get_seats(programme_id, member_ids):
            if seat.state == "taken" and seat.chat_id:
                yield seat.member_id, seat.chat_id


def seats(programme_id: str, member_ids: Iterable[str]) -> list[Seat]:
    """The seats of several members, as written a moment ago at the latest."""
    return store_standings.seats(programme_id, member_ids)


def groups(programme_id: str, after: str | None, limit: int) -> tuple[list[Group], str | None]:
    """The next of a programme's groups in an order that stays the same, and where to go on; a scan by pages of
    `limit` groups of any programme, so a page may be short, or empty, and not the last."""
    return store_standings.groups(programme_id, after, limit)


def astray() -> Iterator[tuple[str, str]]:
    """(member_id, chat_id) of everyone in a group without a seat there, as they were known when they came."""
    return store_rosters.all_astray()


def blocked() -> Iterator[tuple[str, str, str]]:
    """(member_id, programme_id, chat_id) of the blocked whose seat is taken: staff must remove them. A scan."""
    for account in identities.all_blocked():
        for seat in store_merging.seats_of(account.account_id):
            if seat.state == "taken" and seat.chat_id:
                yield seat.member_id, seat.programme_id, seat.chat_id
