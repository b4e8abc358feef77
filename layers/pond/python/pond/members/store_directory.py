"""Reading many members at once, from the tables of this room; off anybody's path."""

from collections.abc import Iterable, Iterator

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


def members_of_channel(channel_id: str) -> set[str]:
    """Who registered through a channel; a scan."""
    rows = RegistrationRow.scan(RegistrationRow.channel_id == channel_id)
    return {row.member_id for row in rows}


def registrations(member_ids: Iterable[str], programme_ids: Iterable[str]) -> Iterator[Registration]:
    """What these members answered for these programmes."""
    of = list(programme_ids)
    keys = [(member_id, programme_id) for member_id in member_ids for programme_id in of]
    return map(read_registration, RegistrationRow.batch_get(keys))
