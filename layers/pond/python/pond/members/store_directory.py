"""Reading many members at once, from the tables of this room; off anybody's path."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pond.members.model import Registration
from pond.members.store import RegistrationRow, read_registration
from pond.members.store_phones import PhoneRow


def proven_phones(after: str | None, limit: int) -> tuple[list[PhoneRow], str | None]:
    """The next phones that have a member, and after which one to go on; None at the end. A scan's order: stable."""
    start = {"phone_id": {"S": after}} if after else None
    rows = PhoneRow.scan(PhoneRow.member_id.exists(), limit=limit, page_size=limit, last_evaluated_key=start)
    found = list(rows)
    last = rows.last_evaluated_key
    return found, last["phone_id"]["S"] if last else None


_ACCEPTED = ("member_id", "stage_id", "follower_id", "born_in", "due_in", "kind", "channel_id")


def accepted(programme_id: str, after: str | None, limit: int) -> tuple[list[dict[str, str]], str | None]:
    """Of the next `limit` registrations those accepted in a programme, as plain values (a model for each would take
    longer than reading it), and the cursor to go on with; None at the end. A scan's order: stable."""
    answer: dict[str, Any] = RegistrationRow._get_connection().scan(
        (RegistrationRow.programme_id == programme_id)
        & (RegistrationRow.standing.does_not_exist() | (RegistrationRow.standing == "accepted")),
        attributes_to_get=list(_ACCEPTED),
        limit=limit,
        exclusive_start_key=json.loads(after) if after else None,
    )
    found = [{name: value["S"] for name, value in row.items()} for row in answer["Items"]]
    last = answer.get("LastEvaluatedKey")
    return found, json.dumps(last) if last else None


def members_of_channel(channel_id: str) -> set[str]:
    """Who registered through a channel; a scan."""
    rows = RegistrationRow.scan(RegistrationRow.channel_id == channel_id)
    return {row.member_id for row in rows}


def registrations(member_ids: Iterable[str], programme_ids: Iterable[str]) -> Iterator[Registration]:
    """What these members answered for these programmes."""
    of = list(programme_ids)
    keys = [(member_id, programme_id) for member_id in member_ids for programme_id in of]
    return map(read_registration, RegistrationRow.batch_get(keys))


def sealed(phone_ids: Iterable[str]) -> dict[str, bytes]:
    """The sealed personal data of several phones."""
    return {row.phone_id: row.sealed for row in PhoneRow.batch_get(list(phone_ids)) if row.sealed}
