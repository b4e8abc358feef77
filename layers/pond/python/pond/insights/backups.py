"""The three-way backup: who our members are and how each is reached, one sealed line a member.

A run writes part after part and the manifest last. Whoever runs the same day's backup again, or at the same time, goes
on after the last part there is: each part is written once, so parts always follow each other, and the manifest stands
for all of them. Nothing of it is in the clear but counts and digests.
"""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from pond.insights import people
from pond.insights import store_backups as store
from pond.insights.model import ROUTES, Tally
from pond.insights.model_backups import Manifest, Part, backup_name, is_backup_name
from pond.insights.people import Person
from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound, Refused
from pond.kernel.sealing import seal, unseal
from pond.members import directory
from pond.programmes import service as programmes

LINES = 500  # members in a part: some 150 KB
_UNSEALERS = 8  # a name sealed by a process long gone takes a KMS call


def make(programme_id: str | None, now: datetime, lines: int = LINES) -> Manifest:
    """Have today's backup of a programme's members, or of everyone: begin it, go on with it, or find it made.

    Raises:
        NotFound: `programme.unknown`.
    """
    if programme_id:
        programmes.get(programme_id)
    name = backup_name(programme_id, china_day(now))
    while (made := store.manifest(name)) is None:
        parts = store.parts(name)
        if parts and parts[-1].after is None:
            store.put_manifest(Manifest(name=name, made_at=now, parts=tuple(parts)))
        else:
            _write_on(name, programme_id, parts, lines)
    return made


def listed() -> Iterator[tuple[str, Manifest | None]]:
    """Every backup; without a manifest it is not whole yet."""
    for name, whole in store.names().items():
        yield name, store.manifest(name) if whole else None


def open_for(name: str, by: str, reason: str, now: datetime) -> Iterator[bytes]:
    """The lines of a backup in the clear, part by part, once it is written down who asked and why.

    Raises:
        Refused: `backup.reason`; `backup.altered` when a part is not what was written. NotFound: `backup.unknown`.
    """
    if not reason.strip():
        raise Refused("backup.reason", "say why: others will ask")
    made = store.manifest(name) if is_backup_name(name) else None
    if made is None:
        raise NotFound("backup.unknown", f"no whole backup {name}")
    store.note_opening(name, by, reason.strip(), now)
    for part in made.parts:
        sealed = store.read_part(name, part.number) or b""
        if hashlib.sha256(sealed).hexdigest() != part.sha256:
            raise Refused("backup.altered", f"part {part.number} of {name} is not what was written")
        yield unseal(sealed, _context(name, part.number))


def _write_on(name: str, programme_id: str | None, parts: list[Part], lines: int) -> None:
    """Write what is missing, until somebody else is found to be writing too."""
    number, start = (parts[-1].number, parts[-1].after) if parts else (0, None)
    for members, after in _portions(programme_id, start, lines):
        number += 1
        sealed = seal(_text(members), _context(name, number))
        digest = hashlib.sha256(sealed).hexdigest()
        tally = Tally.of(person.routes for person in members)
        if not store.put_part(name, Part(number=number, sha256=digest, tally=tally, after=after), sealed):
            return


def _portions(programme_id: str | None, start: str | None, lines: int) -> Iterator[tuple[list[Person], str | None]]:
    """The members of each part, and after which phone the next one goes on; the last, which may be empty, says None."""
    held: list[Person] = []
    for page in people.pages(start):
        for person in page:
            if programme_id and programme_id not in person.programme_ids:
                continue
            if len(held) == lines:
                yield held, held[-1].listed.phone_id
                held = []
            held.append(person)
    yield held, None


def _text(members: list[Person]) -> bytes:
    with ThreadPoolExecutor(_UNSEALERS) as pool:
        return "".join(pool.map(_line, members)).encode()


def _line(person: Person) -> str:
    contact = directory.contact(person.listed)
    said = {
        "member_id": person.listed.member_id,
        "name": contact.name,
        "phone": contact.phone,
        "openids": list(person.openids),
        "groups": list(person.chat_ids),
        "programmes": sorted(person.programme_ids),
        "routes": [route for route in ROUTES if route in person.routes],
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def _context(name: str, number: int) -> str:
    return f"{name}/{number}"
