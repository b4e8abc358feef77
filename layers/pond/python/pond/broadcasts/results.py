"""What became of tasks. WeCom calls nobody: it is asked at 10 minutes, 1, 6, 20 and 24 hours, each time to the last
page, and what it says is put into the chunk's marks.

An owner who has not tapped is reminded at some of these, three times at most. A task is taken back when its broadcast
was stopped, and after the last asking, so that nothing is sent that our figures don't know of.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from pond.broadcasts import locating, store_broadcasts, store_chunks
from pond.broadcasts.limits import MustWait, pay
from pond.broadcasts.model import TO_STAFF
from pond.broadcasts.model_targets import (
    HANDED,
    PENDING,
    POLLS,
    REMIND_AT,
    REMINDERS_MAX,
    SENT,
    Chunk,
    ChunkState,
    closed,
    marked,
    next_poll,
)
from pond.kernel.clock import CHINA
from pond.kernel.errors import PondError, Transient
from pond.kernel.logs import count, logger
from pond.platforms import wecom_sending
from pond.platforms.wecom_sending import StaffStatus, TargetStatus

TASKS, RESULTS = "wecom/get_groupmsg_task", "wecom/get_groupmsg_send_result"
REMIND, CANCEL = "wecom/remind_groupmsg_send", "wecom/cancel_groupmsg_send"
STAFF_AWAKE = range(9, 21)  # China hours in which a reminder may ring
BUSY_SECONDS = 120


def ask(broadcast_id: str, chunk_id: str, now: datetime) -> str:
    """Ask how far a task is, if that is due; what was found, in a word."""
    broadcast, chunk = store_broadcasts.load(broadcast_id), store_chunks.load(broadcast_id, chunk_id)
    if broadcast is None or chunk is None or chunk.state != "created":
        return "over"
    if broadcast.state == "stopped":
        return withdraw(broadcast_id, chunk_id, now)
    if chunk.due_at and now < chunk.due_at:
        return "early"
    if broadcast.route not in TO_STAFF:  # a duty: its day is over
        return _swap(chunk, replace(chunk, state="done", marks=closed(chunk.marks, "U"), due_at=None), "done")
    try:
        tapped, marks = _read(chunk, now)
    except Transient as error:
        return _later(chunk, error, now)
    polls = chunk.polls + 1
    looked = replace(chunk, marks=marks, polls=polls, due_at=next_poll(chunk.created_at or now, polls))
    if not looked.is_open:
        return _swap(chunk, replace(looked, state="done", due_at=None), "done")
    if polls >= len(POLLS):
        taking = store_chunks.swap(chunk, replace(looked, state="withdrawing", due_at=now))
        return withdraw(broadcast_id, chunk_id, now) if taking else "over"
    if not tapped and _may_ring(chunk, now):
        return _remind(chunk, replace(looked, reminders=chunk.reminders + 1), now)
    return _swap(chunk, looked, "open")


def withdraw(broadcast_id: str, chunk_id: str, now: datetime) -> str:
    """Take a task back from who has not sent it; what was sent stays sent. When the broadcast is resumed, the rest is
    handed out again."""
    broadcast, chunk = store_broadcasts.load(broadcast_id), store_chunks.load(broadcast_id, chunk_id)
    if broadcast is None or chunk is None:
        return "over"
    if chunk.state == "created" and broadcast.state == "stopped":
        chunk = store_chunks.swap(chunk, replace(chunk, state="withdrawing", due_at=now))
    if chunk is None or chunk.state != "withdrawing":
        return "over"
    marks = chunk.marks
    if broadcast.route in TO_STAFF:
        try:
            pay(CANCEL, now)
            wecom_sending.cancel(chunk.msgids[-1])
            _tapped, marks = _read(chunk, now)
        except Transient as error:
            return _later(chunk, error, now)
    if chunk.polls >= len(POLLS):
        return _swap(chunk, replace(chunk, state="done", marks=closed(marks, "U"), due_at=None), "done")
    marks = marks.replace(HANDED, PENDING)
    state: ChunkState = "withdrawn" if PENDING in marks else "done"
    return _swap(chunk, replace(chunk, state=state, marks=marks, due_at=None, created_at=None), state)


def _read(chunk: Chunk, now: datetime) -> tuple[bool, str]:
    """Whether the sender has tapped, and the marks by what WeCom says of each target, to the last page."""
    msgid, sender = chunk.msgids[-1], chunk.sender or ""

    def tasks(cursor: str) -> wecom_sending.Page[wecom_sending.StaffTask]:
        pay(TASKS, now)
        return wecom_sending.tasks(msgid, cursor)

    def results(cursor: str) -> wecom_sending.Page[wecom_sending.TargetResult]:
        pay(RESULTS, now)
        return wecom_sending.results(msgid, sender, cursor)

    statuses = {part.userid: part.status for part in wecom_sending.every(tasks)}
    place = locating.places(chunk)
    found: dict[int, str] = {}
    for result in wecom_sending.every(results):
        where = place(result.target)
        letter = _mark(result.status)
        if where is not None and letter is not None:
            found[where] = letter
    return statuses.get(sender) == StaffStatus.SENT, marked(chunk.marks, found)


def _mark(status: int) -> str | None:
    """The mark of a target's status; None while it is open. One that WeCom may add counts as refused."""
    match status:
        case TargetStatus.UNSENT:
            return None
        case TargetStatus.SENT:
            return SENT
        case TargetStatus.NOT_A_FRIEND:
            return "F"
        case TargetStatus.OVER_LIMIT:
            return "L"
    return "R"


def _may_ring(chunk: Chunk, now: datetime) -> bool:
    awake = now.astimezone(CHINA).hour in STAFF_AWAKE
    return awake and chunk.polls in REMIND_AT and chunk.reminders < REMINDERS_MAX


def _remind(chunk: Chunk, reminded: Chunk, now: datetime) -> str:
    """Count the reminder first: one that nobody heard of is better than a fourth."""
    if store_chunks.swap(chunk, reminded) is None:
        return "over"
    try:
        pay(REMIND, now)
        outcome = wecom_sending.remind(reminded.msgids[-1])
    except PondError as error:
        logger.warning("not reminded", extra={"chunk_id": chunk.chunk_id, "code": error.code})
        return "not_reminded"
    count("BroadcastOwnerReminded")
    return str(outcome)


def _later(chunk: Chunk, error: Transient, now: datetime) -> str:
    """Asked again soon, by the next look at the broadcast: no message waits for a partner that is busy."""
    seconds = error.seconds if isinstance(error, MustWait) else BUSY_SECONDS
    return _swap(chunk, replace(chunk, due_at=now + timedelta(seconds=seconds)), "busy")


def _swap(chunk: Chunk, new: Chunk, done: str) -> str:
    return done if store_chunks.swap(chunk, new) else "over"
