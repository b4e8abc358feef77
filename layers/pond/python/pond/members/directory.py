"""Every member, page by page, by the phone they proved: for counts and backups, never where somebody waits.

A member is who proved a phone; they stand here once, under their present one, whatever numbers they had before, and
not under another member they were found to be. Pages follow a scan's order, which stays the same while people come and
go: going on after a phone meets everyone who was there all the time, once.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

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
class Enrolled:
    """What an accepted member's answers say of them, as far as content is chosen by it."""

    member_id: str
    stage_id: str
    follower_id: str
    born_in: str | None = None
    due_in: str | None = None
    kind: str | None = None
    channel_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Personal data, in the clear: for a sealed backup, and for writing to them."""

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
    return _contact(listed.phone_id, listed.sealed)


def _contact(phone_id: str, sealed: bytes) -> Contact:
    personal = json.loads(unseal(sealed, f"phones/{phone_id}"))
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


def enrolled(programme_id: str, after: str | None, limit: int) -> tuple[list[Enrolled], str | None]:
    """The next accepted members of a programme in a scan's order, and the cursor to go on with; None at the end. A
    page reads `limit` registrations of any programme: it may be short, or empty, and not the last."""
    rows, last = store_directory.accepted(programme_id, after, limit)
    return [Enrolled(**row) for row in rows], last


def enrolled_of(programme_id: str, member_ids: Iterable[str]) -> list[Enrolled]:
    """Those of these members who are accepted in a programme."""
    names = [field.name for field in fields(Enrolled)]
    return [
        Enrolled(**{name: getattr(one, name) for name in names})
        for one in store_directory.registrations(member_ids, [programme_id])
        if one.standing == "accepted"
    ]


def contacts_of(member_ids: Iterable[str]) -> dict[str, Contact]:
    """Names and numbers of several members, by the phone they have now: for writing to them."""
    present = identities.present_phones(member_ids)
    sealed = store_directory.sealed(present.values())
    return {
        member_id: _contact(phone_id, sealed[phone_id]) for member_id, phone_id in present.items() if phone_id in sealed
    }


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
