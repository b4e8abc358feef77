"""Volunteers and distributors as values: what they are since when, and which groups they serve from when to when.

What always holds: history is kept, never rewritten: what held on a day is answered the same for ever, unless a person
corrects that very day. Of those who serve a group at one time, at most one is the main one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from pond.kernel.errors import Refused

Rank = Literal["volunteer", "lead", "head", "distributor"]
Track = Literal["volunteer", "distributor"]  # the two roles in which somebody earns
TRACKS: tuple[Track, ...] = ("volunteer", "distributor")
RANKS: tuple[Rank, ...] = ("volunteer", "lead", "head", "distributor")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What somebody is from a day on. `level` is the rank's own name where no finer one is given."""

    rank: Rank
    level: str
    from_on: date

    @property
    def track(self) -> Track:
        """In which role this earns: leads and heads earn as volunteers do."""
        return "distributor" if self.rank == "distributor" else "volunteer"


@dataclass(frozen=True, kw_only=True)
class Volunteer:
    """Somebody who serves or sells. `volunteer_id`: their member_id, or for staff the pseudonym of their userid, which
    stands in `userid`. `standings` by day, of both tracks."""

    volunteer_id: str
    userid: str = ""
    team: str = ""
    standings: tuple[Standing, ...] = ()
    revision: int = 0

    def standing(self, on: date, track: Track | None = None) -> Standing | None:
        """What they are on a day, in one track or whichever began last."""
        return max(
            (one for one in self.standings if one.from_on <= on and track in (None, one.track)),
            key=lambda one: (one.from_on, one.track == "distributor"),
            default=None,
        )

    def stands(self, standing: Standing) -> "Volunteer":
        """The same with one more standing; one of that day and track takes the place of the other."""
        others = (one for one in self.standings if (one.from_on, one.track) != (standing.from_on, standing.track))
        return replace(self, standings=tuple(sorted((*others, standing), key=lambda one: (one.from_on, one.track))))

    def holds(self, other: "Volunteer") -> bool:
        """Whether there is a standing for each day and track in which another's began."""
        mine = {(one.from_on, one.track) for one in self.standings}
        return all((one.from_on, one.track) in mine for one in other.standings)

    def with_all_of(self, other: "Volunteer") -> "Volunteer":
        """The same with all that another, who was found to be the same person, was; their own goes before it."""
        both = replace(self, userid=self.userid or other.userid, team=self.team or other.team)
        mine = {(one.from_on, one.track) for one in self.standings}
        for one in other.standings:
            if (one.from_on, one.track) not in mine:
                both = both.stands(one)
        return both


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Somebody serves a group, from then until then (not included)."""

    volunteer_id: str
    from_at: datetime
    until_at: datetime | None = None
    main: bool = False

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force at that time."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everyone who ever served a group. `revision` counts the changes."""

    chat_id: str
    assignments: tuple[Assignment, ...] = ()
    revision: int = 0

    def serving(self, at: datetime) -> tuple[Assignment, ...]:
        """Who served at that time, the main one first."""
        found = (one for one in self.assignments if one.holds_at(at))
        return tuple(sorted(found, key=lambda one: (not one.main, one.from_at, one.volunteer_id)))

    def assigned(self, volunteer_id: str, main: bool, at: datetime) -> "Roster":
        """The same with this person serving from then on, as the main one or not. Who was the main one until then
        goes on as another. Asked for again it changes nothing.

        Raises:
            Refused: `assignment.past` when something later is written down already.
        """
        self._refuse_past(at)
        now = {one.volunteer_id: one for one in self.serving(at)}
        held = now.get(volunteer_id)
        if held and held.main == main:
            return self
        before = [one for one in self.assignments if not one.holds_at(at)]
        after: list[Assignment] = []
        for one in now.values():
            if one.volunteer_id == volunteer_id:
                before += _ended(one, at)
            elif main and one.main:
                before += _ended(one, at)
                after.append(Assignment(volunteer_id=one.volunteer_id, from_at=at))
            else:
                after.append(one)
        after.append(Assignment(volunteer_id=volunteer_id, from_at=at, main=main))
        return self._with([*before, *after])

    def released(self, volunteer_id: str, at: datetime) -> "Roster":
        """The same without this person from then on; nothing changes when they do not serve.

        Raises:
            Refused: `assignment.past`.
        """
        self._refuse_past(at)
        kept: list[Assignment] = []
        for one in self.assignments:
            ends = one.volunteer_id == volunteer_id and one.holds_at(at)
            kept += _ended(one, at) if ends else [one]
        return self._with(kept)

    def _refuse_past(self, at: datetime) -> None:
        if any(at < (one.until_at or one.from_at) for one in self.assignments):
            raise Refused("assignment.past", "something later is written down for this group")

    def _with(self, assignments: Iterable[Assignment]) -> "Roster":
        ordered = sorted(assignments, key=lambda one: (one.from_at, one.volunteer_id))
        return replace(self, assignments=tuple(ordered))


@dataclass(frozen=True, kw_only=True)
class Bond:
    """A member was bound to a distributor: by a person, or by opening a link of theirs. Which of several holds is the
    programme's to say (`orders.model_attribution`)."""

    member_id: str
    person_id: str
    at: datetime
    by_link: bool = False


def _ended(assignment: Assignment, at: datetime) -> list[Assignment]:
    """The assignment until then; one that began at the same moment never was."""
    return [replace(assignment, until_at=at)] if assignment.from_at < at else []
