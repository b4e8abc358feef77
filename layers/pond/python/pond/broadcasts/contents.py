"""The content library: pieces in versions, from draft over a preview to an approval by a named person.

Only an approved version is ever sent, and it never changes. What was approved is exactly what somebody looked at.
"""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from pond.broadcasts import previews
from pond.broadcasts import store_contents as store
from pond.broadcasts.model_content import Content, Form
from pond.broadcasts.model_content_reader import read, write
from pond.broadcasts.previews import Preview
from pond.kernel.errors import NotFound, Refused, Transient
from pond.programmes import service as programmes

Added = Literal["added", "changed", "same"]
_SHOWN = 10  # faults in a refusal


def add(document: object, by: str, now: datetime) -> tuple[Added, Content]:
    """Have a draft with these words: a new piece, a draft written over, or the next version of an approved one. The
    same words as the newest version change nothing.

    Raises:
        Refused: `content.invalid`, with the place and what.
        Transient: `content.contended` when somebody else changed it meanwhile.
    """
    wanted = read(document)
    held = store.versions(wanted.content_id)
    if held and write(held[0]) == write(wanted):
        return "same", held[0]
    version = (held[0].version + (held[0].state == "approved")) if held else 1
    made = replace(wanted, version=version, made_at=now, made_by=by)
    if not store.put_draft(made, by, now):
        raise Transient("content.contended", f"{made.content_id} was approved meanwhile")
    return ("changed" if held else "added"), made


def get(content_id: str, version: int) -> Content:
    """An approved version of a piece.

    Raises:
        NotFound: `content.unknown`.
        Refused: `content.not_approved`.
    """
    return _approved(content_id, version)


def show(content_id: str, version: int | None = None) -> Content:
    """A version of a piece, or its newest, whether approved or not.

    Raises:
        NotFound: `content.unknown`.
    """
    held = [one for one in store.versions(content_id) if version in (None, one.version)]
    if not held:
        raise NotFound("content.unknown", f"{content_id}, version {version or 'any'}")
    return held[0]


def newest_approved(content_id: str) -> Content | None:
    """The newest approved version of a piece, if there is one."""
    return next((one for one in store.versions(content_id) if one.state == "approved"), None)


def preview(content_id: str, programme_ids: list[str]) -> tuple[Content, Preview]:
    """The newest version of a piece as its recipients in these programmes would get it. Without faults, it may be
    approved from now on.

    Raises:
        NotFound: `content.unknown`, `programme.unknown`.
        Transient: `content.contended`.
    """
    content = show(content_id)
    made = previews.make(content, [programmes.get(programme_id) for programme_id in programme_ids])
    may_be_approved = content.state == "draft" and not made.faults
    if may_be_approved and not store.set_previewed(content, made.fingerprint, programme_ids):
        raise Transient("content.contended", f"{content_id} was changed meanwhile")
    return content, made


def approve(content_id: str, by: str, now: datetime) -> Content:
    """Approve the newest version of a piece, as it was previewed. Approving it again changes nothing.

    Raises:
        NotFound: `content.unknown`.
        Refused: `content.approver` without a name; `content.not_previewed` when nobody looked at these very words as
            they come out now; `content.faults`, with each fault's line and reason.
        Transient: `content.contended`.
    """
    if not by.strip():
        raise Refused("content.approver", "say who approves")
    content = show(content_id)
    if content.state == "approved":
        return content
    if content.previewed is None:
        _refuse_faults(content)
        raise Refused("content.not_previewed", f"{content_id}, version {content.version}: look at its preview first")
    looked_at = [programmes.get(one) for one in store.previewed_for(content_id, content.version)]
    made = previews.make(content, looked_at)
    if made.faults:
        raise _faulty(made)
    if made.fingerprint != content.previewed:
        raise Refused("content.not_previewed", f"{content_id}: it comes out differently by now, preview it again")
    before = newest_approved(content_id)
    if not store.approve(content, before.version if before else None, by.strip(), now):
        raise Transient("content.contended", f"{content_id} was changed meanwhile")
    return replace(content, state="approved", approved_at=now, approved_by=by.strip())


def find(
    stage: str | None, months: int | None = None, day: int | None = None, form: Form | None = None
) -> list[Content]:
    """The approved pieces for a stage (and those for every stage), a month of age, a day and of a form, by id."""
    shelves = [None] if stage is None else [None, stage]
    found = [one for shelf in shelves for one in store.on_shelf(shelf)]
    return sorted(
        (one for one in found if _fits(one, months, day) and form in (None, one.form)), key=lambda one: one.content_id
    )


def everything() -> list[Content]:
    """The newest version of every piece, by id; a scan, for operators."""
    newest: dict[str, Content] = {}
    for one in store.everything():
        if one.content_id not in newest or one.version > newest[one.content_id].version:
            newest[one.content_id] = one
    return [newest[content_id] for content_id in sorted(newest)]


def _fits(content: Content, months: int | None, day: int | None) -> bool:
    if day is not None and content.day not in (None, day):
        return False
    if months is None:
        return True
    return (content.months_from or 0) <= months and (content.months_to is None or months < content.months_to)


def _refuse_faults(content: Content) -> None:
    made = previews.make(content, [])
    if made.faults:
        raise _faulty(made)


def _faulty(made: Preview) -> Refused:
    return Refused("content.faults", "; ".join(map(str, made.faults[:_SHOWN])))


@lru_cache(maxsize=256)  # an approved version never changes
def _approved(content_id: str, version: int) -> Content:
    content = store.get(content_id, version)
    if content is None:
        raise NotFound("content.unknown", f"{content_id}, version {version}")
    if content.state != "approved":
        raise Refused("content.not_approved", f"{content_id}, version {version}")
    return content
