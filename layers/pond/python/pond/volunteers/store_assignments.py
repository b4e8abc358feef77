"""The `assignments` table: one row a group, with everyone who ever served it.

A change is one transaction of the group's row, under the revision that was read, and the person's own list of groups.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.errors import NotFound, Transient
from pond.kernel.tables import IntegerAttribute, Table, Transaction, TransactionRefused, iso
from pond.volunteers.model import Assignment, Roster
from pond.volunteers.store_volunteers import VolunteerRow


class _Row(Table):
    class Meta:
        table_name = "assignments"

    chat_id = UnicodeAttribute(hash_key=True)
    assignments = UnicodeAttribute()
    revision = IntegerAttribute()


def get(chat_id: str) -> Roster:
    """Who serves and served the group, as last written; an empty one when nobody ever did."""
    try:
        return _roster(_Row.get(chat_id, consistent_read=True))
    except _Row.DoesNotExist:
        return Roster(chat_id=chat_id)


def several(chat_ids: Iterable[str]) -> list[Roster]:
    """Those of the groups that somebody ever served."""
    return [_roster(row) for row in _Row.batch_get(list(chat_ids), consistent_read=True)]


def write(roster: Roster, volunteer_id: str) -> None:
    """Write the group over the revision that was read, and let it be among the person's groups.

    Raises:
        NotFound: `volunteer.unknown`.
        Transient: `assignment.contended` when somebody else changed the group meanwhile.
    """
    transaction = Transaction()
    transaction.update(
        "group",
        _Row(roster.chat_id),
        [
            _Row.assignments.set(json.dumps([_plain(one) for one in roster.assignments])),
            _Row.revision.set(roster.revision + 1),
        ],
        condition=_Row.revision == roster.revision if roster.revision else _Row.chat_id.does_not_exist(),
    )
    transaction.update(
        "person",
        VolunteerRow(volunteer_id),
        [VolunteerRow.chat_ids.add({roster.chat_id})],
        condition=VolunteerRow.volunteer_id.exists(),
    )
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        if "person" in refusal.refusals:
            raise NotFound("volunteer.unknown", volunteer_id) from refusal
        raise Transient("assignment.contended", roster.chat_id) from refusal


def _plain(assignment: Assignment) -> dict[str, object]:
    return {
        "volunteer_id": assignment.volunteer_id,
        "from_at": iso(assignment.from_at),
        "until_at": iso(assignment.until_at) if assignment.until_at else None,
        "main": assignment.main,
    }


def _roster(row: _Row) -> Roster:
    return Roster(
        chat_id=row.chat_id,
        assignments=tuple(
            Assignment(
                volunteer_id=one["volunteer_id"],
                from_at=datetime.fromisoformat(one["from_at"]),
                until_at=datetime.fromisoformat(one["until_at"]) if one["until_at"] else None,
                main=one["main"],
            )
            for one in json.loads(row.assignments)
        ),
        revision=row.revision,
    )
