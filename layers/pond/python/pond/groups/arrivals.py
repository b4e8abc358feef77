"""Who first came into a programme's groups, and when: found by the groups they came into.

A group's roster says who is or lately was in it, so who left a group longer ago than rosters keep is found no more.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime

from pond.groups import store_arrivals, store_rosters, store_standings
from pond.groups.model import Seat
from pond.members import identities


def between(
    programme_id: str, on: date, since: datetime, until: datetime, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """The next members who first came in on that China day from `since` up to, not including, `until`, and the cursor
    to go on with. By hours and groups, so a page may be short, or empty, and not the last; each stands in one. Lags by
    about a second."""
    place, last = json.loads(after) if after else (None, None)
    if last is None:
        place = store_arrivals.following(programme_id, on, since, until, place)
    if place is None:
        return [], None
    hour, chat_id = store_arrivals.parts(place)
    came = sorted(
        seat.member_id
        for seat in _seats(programme_id, chat_id)
        if seat.came_to == chat_id
        and seat.taken_at
        and since <= seat.taken_at < until
        and store_arrivals.hour(seat.taken_at) == hour
        and seat.member_id > (last or "")
    )
    return came[:limit], json.dumps([place, came[limit - 1] if len(came) > limit else None])


def unlisted(seats: Iterable[Seat]) -> list[Seat]:
    """Those of these seats whose member came in and could not be found by that; a scan."""
    listed = set(store_arrivals.everywhere())
    return [
        seat
        for seat in seats
        if seat.taken_at and (seat.programme_id, store_arrivals.hour(seat.taken_at), seat.came_to) not in listed
    ]


def _seats(programme_id: str, chat_id: str) -> list[Seat]:
    """The seats of who is or was in a group, of who was merged that of the member they are now."""
    member_ids = {row.member_id for row in store_rosters.glance(chat_id) if row.member_id}
    seats = {seat.member_id: seat for seat in store_standings.seats(programme_id, member_ids)}
    merged = [seat.member_id for seat in seats.values() if seat.state == "merged"]
    kept = {identities.member_of(member_id) for member_id in merged} - seats.keys()
    return [*seats.values(), *(store_standings.seats(programme_id, kept) if kept else ())]
