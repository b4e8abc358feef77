"""Every member, page by page, by the phone they proved: for counts and backups, never where somebody waits.

A member is who proved a phone; they stand here once, under their present one, whatever numbers they had before, and
not under another member they were found to be. Pages follow a scan's order, which stays the same while people come and
go: going on after a phone meets everyone who was there all the time, once.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pond.kernel.sealing import unseal
from pond.members import identities, store_directory, store_phones
from pond.members.model import Registration


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A member and their phone, as pseudonyms; `sealed` is the personal data."""

    member_id: str
    phone_id: str
    blocked: bool
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Personal data, in the clear: for a sealed backup only."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


def page(after: str | None, limit: int) -> tuple[list[Listed], str | None]:
    """The next members after a phone (None: the first), and after which phone to go on; None at the end. A
    page may be short, or empty, and not be the last."""
    rows, last = store_directory.proven_phones(after, limit)
    present = identities.present_phones({row.member_id or "" for row in rows})
    found = [
        Listed(
            member_id=row.member_id or "",
            phone_id=row.phone_id,
            blocked=row.blocked_at is not None,
            sealed=row.sealed or b"",
        )
        for row in rows
        if present.get(row.member_id or "") == row.phone_id
    ]
    return found, last


def contact(listed: Listed) -> Contact:
    """The member's name and number; a KMS call for each data key this process has not met lately."""
    personal = json.loads(unseal(listed.sealed, f"phones/{listed.phone_id}"))
    return Contact(name=personal["name"], phone=personal["phone"])


def reachable(member_id: str) -> Listed | None:
    """A member by their present phone; None when they have none or are blocked."""
    person = identities.who(member_id)
    sealed = store_phones.sealed(person.phone_id) if person.phone_id and not person.blocked else None
    if person.phone_id is None or sealed is None:
        return None
    return Listed(member_id=person.member_id, phone_id=person.phone_id, blocked=False, sealed=sealed)


def members_of_channel(channel_id: str) -> int:
    """How many members registered through a channel, by a scan."""
    return len(store_directory.members_of_channel(channel_id))


def registrations(member_ids: Iterable[str], programme_ids: Iterable[str]) -> Iterator[Registration]:
    """What these members answered for these programmes, as written a moment ago at the latest."""
    return store_directory.registrations(member_ids, programme_ids)


def successors() -> dict[str, str]:
    """Every member who was found to be another → who stands for them now."""
    next_of = {account.account_id: account.member_id or "" for account in identities.all_merged()}
    found: dict[str, str] = {}
    for merged in next_of:
        last = merged
        while last in next_of:
            last = next_of[last]
        found[merged] = last
    return found
