"""Volunteers and distributors as other rooms use them: who they are, whom they serve, who is bound to them.

What is asked for a moment or a day is answered from history, so the same question has the same answer later. Who was
found to be another member is that one from then on (`current`).
"""

from datetime import date, datetime

from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound
from pond.kernel.ids import pseudonym
from pond.members import identities
from pond.volunteers import store_assignments, store_bonds
from pond.volunteers import store_volunteers as store
from pond.volunteers.model import Assignment, Bond, Rank, Standing, Track, Volunteer


def staff_id(userid: str) -> str:
    """The volunteer_id of a member of staff: a userid may be somebody's name, so it is no key either."""
    return pseudonym("userid", userid)


def current(volunteer_id: str) -> str:
    """Who they are now: the member they were found to be, once what they were has become that one's."""
    kept_id = identities.member_of(volunteer_id)
    if kept_id == volunteer_id:
        return volunteer_id
    held, kept = store.get(volunteer_id), store.get(kept_id)
    return kept_id if held is None or (kept and kept.holds(held)) else volunteer_id


def add(
    volunteer_id: str,
    rank: Rank,
    level: str,
    now: datetime,
    *,
    userid: str = "",
    team: str | None = None,
    name: str | None = None,
    from_on: date | None = None,
) -> Volunteer:
    """Have this person serve (or sell) as `rank` from a day on (today); again with the same it changes nothing, with
    another rank or level it is a step of their way. `team` and `name` of None leave what is there.

    Raises:
        Transient: `volunteer.contended`.
    """
    volunteer_id = current(volunteer_id)
    standing = Standing(rank=rank, level=level or rank, from_on=from_on or china_day(now))
    held = store.get(volunteer_id) or Volunteer(volunteer_id=volunteer_id)
    now_is = held.standing(standing.from_on, standing.track)
    same = now_is is not None and (now_is.rank, now_is.level) == (standing.rank, standing.level)
    known = held if same else held.stands(standing)
    known = Volunteer(
        volunteer_id=volunteer_id,
        userid=userid or held.userid,
        team=held.team if team is None else team,
        standings=known.standings,
        revision=held.revision,
    )
    if known != held or (name is not None and name != store.name(volunteer_id)):
        store.write(known, name, now)
    return known


def set_level(volunteer_id: str, track: Track, level: str, from_on: date, now: datetime) -> None:
    """Give somebody a level in one of their roles from a day on; their rank stays.

    Raises:
        NotFound: `volunteer.unknown` when they have no such role by then.
    """
    held = _known(volunteer_id).standing(from_on, track)
    if held is None:
        raise NotFound("volunteer.unknown", f"{volunteer_id} is no {track} then")
    add(volunteer_id, held.rank, level, now, from_on=from_on)


def get(volunteer_id: str) -> Volunteer | None:
    """The person, if they serve or sell or ever did."""
    return store.get(volunteer_id)


def everyone() -> list[Volunteer]:
    """All of them, by id; a scan, so never while somebody waits."""
    return sorted(store.everyone(), key=lambda one: one.volunteer_id)


def names_of_everyone() -> dict[str, list[str]]:
    """Everybody by who they are now, with all ids they serve, sell or served under, the present one first; a scan."""
    found: dict[str, list[str]] = {}
    for one in everyone():
        found.setdefault(current(one.volunteer_id), []).append(one.volunteer_id)
    return {now_is: sorted(names, key=lambda name: (name != now_is, name)) for now_is, names in sorted(found.items())}


def display_name(volunteer_id: str) -> str:
    """Their name, in the clear, for a screen that may show it; empty when none is kept."""
    return store.name(volunteer_id)


def assign(chat_id: str, volunteer_id: str, main: bool, at: datetime) -> None:
    """Let somebody serve a group from then on. As the main one they take the place of who was.

    Raises:
        NotFound: `volunteer.unknown`.
        Refused: `assignment.past` when something later is written down for the group.
        Transient: `assignment.contended`.
    """
    volunteer_id = current(volunteer_id)
    roster = store_assignments.get(chat_id)
    changed = roster.assigned(volunteer_id, main, at)
    if changed != roster:
        store_assignments.write(changed, volunteer_id)


def release(chat_id: str, volunteer_id: str, at: datetime) -> None:
    """Let somebody serve a group no longer from then on.

    Raises:
        Refused, Transient: as `assign`.
    """
    roster = store_assignments.get(chat_id)
    changed = roster.released(volunteer_id, at)
    if changed != roster:
        store_assignments.write(changed, volunteer_id)


def serving(chat_id: str, at: datetime) -> str | None:
    """The main one of those who served a group at that time; without a main one, whoever served longest."""
    found = all_serving(chat_id, at)
    return found[0].volunteer_id if found else None


def all_serving(chat_id: str, at: datetime) -> tuple[Assignment, ...]:
    """Everyone who served a group at that time, the main one first."""
    return store_assignments.get(chat_id).serving(at)


def groups_of(volunteer_id: str, at: datetime) -> list[str]:
    """The groups somebody served at that time."""
    rosters = store_assignments.several(store.served(volunteer_id))
    return sorted(
        roster.chat_id for roster in rosters if any(one.volunteer_id == volunteer_id for one in roster.serving(at))
    )


def role_and_level(person_id: str, on: date, track: Track | None = None) -> tuple[Track, str] | None:
    """In which role somebody earned on a day, and at which level; of two roles the one that began last, unless one is
    asked for. None: in none."""
    held = store.get(person_id)
    standing = held.standing(on, track) if held else None
    return (standing.track, standing.level) if standing else None


def bind(member_id: str, person_id: str, at: datetime) -> None:
    """Bind a member to a distributor from then on, until they are bound to another.

    Raises:
        NotFound: `volunteer.unknown` when that person is no distributor then.
    """
    member_id, person_id = identities.member_of(member_id), current(person_id)
    if _known(person_id).standing(china_day(at), "distributor") is None:
        raise NotFound("volunteer.unknown", f"{person_id} is no distributor")
    held = [bond for bond in store_bonds.until(member_id, at) if not bond.by_link]
    if not held or held[-1].person_id != person_id:
        store_bonds.add(Bond(member_id=member_id, person_id=person_id, at=at))


def bonds_until(member_id: str, at: datetime) -> list[Bond]:
    """The bonds of a member (or of an account while it is none's) up to a moment, by time."""
    return store_bonds.until(member_id, at)


def brought(person_id: str, since: datetime, until: datetime) -> int:
    """How many members a distributor brought from then until then: those whose first bond ever was with them."""
    bonds = store_bonds.of_person(person_id, since, until)
    return sum(store_bonds.first(bond.member_id) == bond for bond in bonds)


def _known(volunteer_id: str) -> Volunteer:
    held = store.get(volunteer_id)
    if held is None:
        raise NotFound("volunteer.unknown", volunteer_id)
    return held
