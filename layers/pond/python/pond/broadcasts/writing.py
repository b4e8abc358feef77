"""Writing to members one by one, through the account or by text message.

Each message is claimed on the member's own row before it is sent (`channels.notices`), so going through a chunk again
tells only who was not told. A chunk is one worker's at a time, and a stop is heeded between some messages.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pond.broadcasts import (
    attaching,
    caps,
    locating,
    people,
    responses,
    store_broadcasts,
    store_chunks,
    timing,
    wording,
)
from pond.broadcasts.caps import NOTICE
from pond.broadcasts.limits import pay
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import MARKS, PENDING, SENT, Chunk
from pond.channels import notices
from pond.channels.model import Follower
from pond.kernel.errors import Transient
from pond.kernel.settings import settings
from pond.members import directory
from pond.members.directory import Contact
from pond.platforms.errors import Meaning, PartnerRefused
from pond.platforms.model_messages import Message
from pond.programmes import service as programmes
from pond.programmes.model import page_path
from pond.programmes.model_texts import fill

TEMPLATE = "broadcast"  # the programme's template for who can only be reached by one
STOP_HEEDED = 20  # messages between looks whether the broadcast still goes on
BUSY = timedelta(minutes=5)
_OUTCOMES = {"told": SENT, "already": SENT, "unreachable": "X", "unknown": "?"}


def write(broadcast: Broadcast, chunk: Chunk, now: datetime) -> str:
    """Write to the members of a chunk who were not written to yet; how it went, in a word."""
    claimed = store_chunks.swap_while_dispatching(chunk, replace(chunk, state="calling", called_at=now, due_at=None))
    if claimed is None:
        return "over"
    marks = list(claimed.marks)
    due_at = None
    members = locating.recipients(claimed)
    reached = people.followers_of(broadcast.programme_id, members)
    pending = [place for place, mark in enumerate(marks) if mark == PENDING]
    contacts = directory.contacts_of(reached) if broadcast.route == "sms" else {}
    rules = timing.rules(broadcast.programme_id)
    try:
        for number, place in enumerate(pending):
            if number % STOP_HEEDED == 0:
                if number and not _goes_on(broadcast.broadcast_id):
                    break
                pay(_call(broadcast.route), now, min(STOP_HEEDED, len(pending) - number))
            follower = reached.get(members[place])
            if follower is None:
                marks[place] = "X"
            elif follower.quiet_since:
                marks[place] = "N"
            elif over := caps.person_over(broadcast, rules, follower, now):
                marks[place] = MARKS[over]
            else:
                reference = responses.reference_of(claimed, place)
                marks[place] = _tell(broadcast, claimed.variant, members[place], follower, contacts, now, reference)
    except Transient as error:
        due_at = now + timedelta(seconds=getattr(error, "seconds", BUSY.total_seconds()))
    left = PENDING in marks
    done = replace(claimed, state="ready" if left else "done", marks="".join(marks), called_at=None, due_at=due_at)
    return ("left" if left else "done") if store_chunks.swap(claimed, done) else "over"


def _tell(
    broadcast: Broadcast,
    variant: int,
    member_id: str,
    follower: Follower,
    contacts: Mapping[str, Contact],
    now: datetime,
    reference: str,
) -> str:
    """Tell one member all of it; the mark."""
    said = wording.words(broadcast, variant, member_id)
    try:
        if broadcast.route == "sms":
            from pond.broadcasts import texting  # here: most broadcasts need no vendor of text messages

            template = broadcast.variants[variant].content_id
            return texting.text(broadcast, template, follower, contacts.get(member_id), said.text, now, reference)
        first, *more = attaching.for_account(said, now)
        told = _notice(broadcast, "", first, _template(broadcast, said.text), follower, True, now)
        if told == "told":
            for number, message in enumerate(more, 1):
                _notice(broadcast, f"~{number}", message, None, follower, False, now)
    except PartnerRefused as error:
        if error.meaning in (Meaning.CONFIGURATION, Meaning.TOKEN):
            raise Transient("broadcast.configuration", error.code) from error  # an operator may mend it
        return "R"
    return _OUTCOMES[told]


def _notice(
    broadcast: Broadcast,
    part: str,
    message: Message,
    template: Mapping[str, str] | None,
    follower: Follower,
    seen: bool,
    now: datetime,
) -> notices.Told:
    return notices.tell(
        follower.follower_id,
        f"{NOTICE}{broadcast.broadcast_id}{part}",
        "",
        template,
        f"{settings().public_url}{page_path(broadcast.programme_id)}",
        now,
        seen=follower if seen else None,
        message=message,
    )


def _template(broadcast: Broadcast, text: str) -> dict[str, str] | None:
    """The programme's template, filled in, for who can't be written to freely now."""
    programme = programmes.get(broadcast.programme_id)
    template = programme.templates.get(TEMPLATE)
    values = {"name": programme.name, "text": text[:20]}
    return {key: fill(one, **values) for key, one in template.items()} if template else None


def _call(route: str) -> str:
    return "official_account/custom" if route == "account" else f"sms_{settings().sms_vendor}"


def _goes_on(broadcast_id: str) -> bool:
    found = store_broadcasts.load(broadcast_id)
    return found is not None and found.state == "dispatching"
