"""The `volunteers` table: one row a person, with all they ever were. The name is sealed."""

import json
from collections.abc import Iterator
from datetime import date, datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.errors import Transient
from pond.kernel.sealing import seal, unseal
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, refused
from pond.volunteers.model import Standing, Volunteer


class VolunteerRow(Table):
    """Somebody who serves or sells."""

    class Meta:
        table_name = "volunteers"

    volunteer_id = UnicodeAttribute(hash_key=True)
    userid = UnicodeAttribute(null=True)
    team = UnicodeAttribute(null=True)
    standings = UnicodeAttribute(null=True)
    sealed_name = BinaryAttribute(legacy_encoding=False, null=True)
    chat_ids = UnicodeSetAttribute(null=True)  # every group they ever served: written with the assignment
    revision = IntegerAttribute(default=0)
    added_at = TimeAttribute(null=True)


def get(volunteer_id: str) -> Volunteer | None:
    """The person as last written."""
    try:
        return _volunteer(VolunteerRow.get(volunteer_id, consistent_read=True))
    except VolunteerRow.DoesNotExist:
        return None


def everyone() -> Iterator[Volunteer]:
    """All of them; a scan, so never while somebody waits."""
    return map(_volunteer, VolunteerRow.scan(consistent_read=True))


def served(volunteer_id: str) -> list[str]:
    """The groups they ever served, sorted."""
    try:
        return sorted(VolunteerRow.get(volunteer_id, consistent_read=True).chat_ids or ())
    except VolunteerRow.DoesNotExist:
        return []


def name(volunteer_id: str) -> str:
    """The display name, in the clear; empty when none is kept."""
    try:
        sealed = VolunteerRow.get(volunteer_id).sealed_name
    except VolunteerRow.DoesNotExist:
        return ""
    return unseal(sealed, f"volunteers/{volunteer_id}").decode() if sealed else ""


def write(volunteer: Volunteer, display_name: str | None, now: datetime) -> None:
    """Write the person over the revision that was read; a `display_name` of None leaves it.

    Raises:
        Transient: `volunteer.contended` when somebody else wrote meanwhile.
    """
    actions: list[Action] = [
        VolunteerRow.standings.set(json.dumps([_plain(one) for one in volunteer.standings], ensure_ascii=False)),
        VolunteerRow.revision.set(volunteer.revision + 1),
        VolunteerRow.added_at.set(VolunteerRow.added_at | now),
    ]
    for attribute, value in ((VolunteerRow.userid, volunteer.userid), (VolunteerRow.team, volunteer.team)):
        actions.append(attribute.set(value) if value else attribute.remove())
    if display_name is not None:
        sealed = seal(display_name.encode(), f"volunteers/{volunteer.volunteer_id}")
        actions.append(VolunteerRow.sealed_name.set(sealed))
    unchanged: Condition = VolunteerRow.revision == volunteer.revision
    if not volunteer.revision:
        unchanged = VolunteerRow.volunteer_id.does_not_exist()
    try:
        VolunteerRow(volunteer.volunteer_id).update(actions, condition=unchanged)
    except UpdateError as error:
        if not refused(error):
            raise
        raise Transient("volunteer.contended", volunteer.volunteer_id) from error


def _plain(standing: Standing) -> dict[str, str]:
    return {"rank": standing.rank, "level": standing.level, "from_on": standing.from_on.isoformat()}


def _volunteer(row: VolunteerRow) -> Volunteer:
    return Volunteer(
        volunteer_id=row.volunteer_id,
        userid=row.userid or "",
        team=row.team or "",
        standings=tuple(
            Standing(rank=one["rank"], level=one["level"], from_on=date.fromisoformat(one["from_on"]))
            for one in json.loads(row.standings or "[]")
        ),
        revision=row.revision,
    )
