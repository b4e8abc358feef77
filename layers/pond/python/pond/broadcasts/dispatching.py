"""Sending a chunk, once.

A chunk is claimed (`calling`) before its partner is called, in one transaction with the broadcast still being
dispatched. Whoever dies in between, or gets no answer, leaves it so; nobody calls for it again until the partner's own
lists have said whether the call was made. Members who are written to one by one carry their own claims, so a chunk of
those is simply gone through again.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from pond.broadcasts import calling_staff, passing, store_broadcasts, store_chunks, timing, writing
from pond.broadcasts.limits import MustWait, pay
from pond.broadcasts.model import TO_STAFF, Broadcast
from pond.broadcasts.model_targets import LOOK_UP_AFTER, PENDING, Chunk, closed, next_poll
from pond.kernel.errors import OutcomeUnknown, PondError
from pond.kernel.logs import count, logger
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused

CREATE, LISTS = "wecom/add_msg_template", "wecom/get_groupmsg_list_v2"
LOOK_UP_CALLS = 4  # taken at once for a look, whose pages are rarely more
_GROUPS_GONE = (Meaning.NO_SUCH_GROUP, Meaning.NOBODY, Meaning.MALFORMED)
_BUSY_AGAIN = (1, 2, 5, 10, 30)  # minutes between tries while a partner is busy


def send(broadcast_id: str, chunk_id: str, now: datetime) -> str:
    """Bring a chunk on by one step; what was done, in a word. Too early, too late or again, it does nothing.

    Raises:
        Transient: the tables are busy; calling again is right.
    """
    broadcast, chunk = store_broadcasts.load(broadcast_id), store_chunks.load(broadcast_id, chunk_id)
    if broadcast is None or chunk is None:
        return "over"
    try:
        if chunk.state == "calling":
            return _look_up(broadcast, chunk, now)
        if chunk.state not in ("ready", "withdrawn") or broadcast.state != "dispatching":
            return "over"
        if chunk.due_at and now < chunk.due_at:
            return "early"
        rules = replace(timing.rules(broadcast.programme_id), in_quiet="move")  # what has begun is not dropped
        quiet = timing.next_moment(rules, now)
        if quiet.outcome == "move":
            store_chunks.swap(chunk, replace(chunk, due_at=quiet.at))
            return "quiet"
        if broadcast.route == "duty":
            return _hand_out(chunk, now)
        if broadcast.route in TO_STAFF:
            return _call(broadcast, chunk, now)
        return writing.write(broadcast, chunk, now)
    except MustWait as wait:
        store_chunks.swap(chunk, replace(chunk, due_at=now + timedelta(seconds=wait.seconds)))
        return "later"


def _hand_out(chunk: Chunk, now: datetime) -> str:
    """A duty is on its list as soon as it is handed out: nothing leaves the house."""
    marks = chunk.marks.replace(PENDING, "h")
    due_at = now + timedelta(hours=24)
    done = store_chunks.swap_while_dispatching(
        chunk, replace(chunk, state="created", marks=marks, created_at=now, due_at=due_at)
    )
    return "handed_out" if done else "over"


def _call(broadcast: Broadcast, chunk: Chunk, now: datetime) -> str:
    """Create the task of a chunk whose staff member has none for it."""
    mine = passing.to_present_owners(broadcast, chunk)
    if mine is None:
        return "over"
    chunk = mine
    call = calling_staff.within_caps(broadcast, chunk, calling_staff.prepare(broadcast, chunk, now), now)
    if not call.targets:
        gone = store_chunks.swap(chunk, replace(chunk, state="done", marks=call.marks(chunk.marks)))
        return "nobody" if gone else "over"
    pay(CREATE, now)
    claimed = store_chunks.swap_while_dispatching(
        chunk, replace(chunk, state="calling", called_at=now, due_at=None, marks=call.marks(chunk.marks))
    )
    if claimed is None:
        return "over"
    try:
        msgid, refused = call.create()
    except OutcomeUnknown:
        count("BroadcastOutcomeUnknown")
        return "unknown"  # stays `calling`: looked up when that makes sense
    except PartnerBusy:
        return _give_back(claimed, now)
    except PartnerRefused as error:
        return _refused(broadcast, claimed, error, now)
    left_out = call.positions(refused)
    created = _created(claimed, msgid, left_out, now)
    if left_out and broadcast.route == "wecom_group" and created == "created":
        _pass_on_left_out(broadcast, chunk.chunk_id, left_out, now)
    return created


def _look_up(broadcast: Broadcast, chunk: Chunk, now: datetime) -> str:
    """Whether a call that was claimed came to a task. Its worker is gone by now, or knows no better."""
    if chunk.called_at is None or now < chunk.called_at + LOOK_UP_AFTER:
        return "early"
    if broadcast.route in TO_STAFF:
        pay(LISTS, now, LOOK_UP_CALLS)
        msgid = calling_staff.prepare(broadcast, chunk, now).find(chunk.called_at, chunk.msgids)
        if msgid is not None:
            return _created(chunk, msgid, (), now)
    store_chunks.swap(chunk, replace(chunk, state="ready", called_at=None, due_at=None))
    return "ready"


def _created(chunk: Chunk, msgid: str, refused: tuple[int, ...], now: datetime) -> str:
    """Keep the task's id, whatever else happened to the broadcast meanwhile: a stop takes it back afterwards."""
    marks = "".join(
        "D" if place in refused else "h" if mark == PENDING else mark for place, mark in enumerate(chunk.marks)
    )
    kept = store_chunks.swap(
        chunk,
        replace(
            chunk,
            state="created",
            marks=marks,
            msgids=(*chunk.msgids, msgid),
            created_at=now,
            polls=0,
            reminders=0,
            due_at=next_poll(now, 0),
            reason=None,
        ),
    )
    if kept:
        count("BroadcastTaskCreated")
    return "created" if kept else "over"


def _give_back(chunk: Chunk, now: datetime) -> str:
    """Nothing was created: another try, later each time."""
    tries = int((chunk.reason or "busy 0").rpartition(" ")[2])
    wait = timedelta(minutes=_BUSY_AGAIN[min(tries, len(_BUSY_AGAIN) - 1)])
    store_chunks.swap(
        chunk, replace(chunk, state="ready", called_at=None, due_at=now + wait, reason=f"busy {tries + 1}")
    )
    return "busy"


def _refused(broadcast: Broadcast, chunk: Chunk, error: PartnerRefused, now: datetime) -> str:
    """Nothing was created, and asking the same again at once would not help."""
    if error.errcode in calling_staff.NO_SUCH_STAFF:
        return _fail(chunk, chunk.marks, "O", error)
    if error.meaning in (Meaning.CONFIGURATION, Meaning.TOKEN, Meaning.MEDIA):
        return _give_back(chunk, now)  # an operator, or another upload, puts it right
    if error.meaning not in _GROUPS_GONE or broadcast.route != "wecom_group":
        return _fail(chunk, chunk.marks, "R", error)
    owners = calling_staff.owners(chunk, [place for place, mark in enumerate(chunk.marks) if mark == PENDING], now)
    gone = {place for place, owner in owners.items() if not owner}
    others = {place: owner for place, owner in owners.items() if owner and owner != chunk.sender}
    marks = "".join("D" if place in gone else mark for place, mark in enumerate(chunk.marks))
    if others or (gone and PENDING in marks):
        passing.pass_on(chunk, replace(chunk, state="ready", called_at=None, marks=marks), others)
        return "without_some"
    return _fail(chunk, marks, "R", error)


def _pass_on_left_out(broadcast: Broadcast, chunk_id: str, places: Iterable[int], now: datetime) -> None:
    """What a task was made without may be somebody else's by now, and not yet with us: they get a task for it. If this
    is not done, they stay skipped."""
    chunk = store_chunks.load(broadcast.broadcast_id, chunk_id)
    if chunk is None:
        return
    try:
        owners = calling_staff.owners(chunk, places, now)
    except PondError as error:
        logger.warning("owners not asked", extra={"chunk_id": chunk_id, "code": error.code})
        return
    passing.pass_on(chunk, chunk, {place: one for place, one in owners.items() if one and one != chunk.sender})


def _fail(chunk: Chunk, marks: str, letter: str, error: PartnerRefused) -> str:
    reason = f"{error.code} {error.message}"
    store_chunks.swap(chunk, replace(chunk, state="failed", marks=closed(marks, letter), reason=reason))
    count("BroadcastRefused")
    return "failed"
