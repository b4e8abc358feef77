"""What became of tasks. WeCom calls nobody: it is asked at 10 minutes, 1, 6, 20 and 24 hours, each time to the last
page, and what it says is put into the chunk's marks.

An owner who has not tapped is reminded at some of these, three times at most. A task is taken back when its broadcast
was stopped, and after the last asking, so that nothing is sent that our figures don't know of.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from pond.broadcasts import calling_staff, store_broadcasts, store_chunks
from pond.broadcasts.model_targets import (
    HANDED,
    PENDING,
    POLLS,
    REMIND_AT,
    REMINDERS_MAX,
    SENT,
    Chunk,
    closed,
    marked,
    next_poll,
)
from pond.kernel.clock import CHINA
from pond.kernel.errors import OutcomeUnknown
from pond.kernel.logs import count, logger
from pond.platforms import buckets, wecom_sending
from pond.platforms.errors import PartnerRefused
from pond.platforms.wecom_sending import StaffStatus, TargetStatus

TASKS, RESULTS = "wecom/get_groupmsg_task", "wecom/get_groupmsg_send_result"
REMIND, CANCEL = "wecom/remind_groupmsg_send", "wecom/cancel_groupmsg_send"
STAFF_AWAKE = range(9, 21)  # China hours in which a reminder may ring
_TO_STAFF = ("wecom_group", "wecom_customer")
_MARKS = {TargetStatus.SENT: SENT, TargetStatus.NOT_A_FRIEND: "F", TargetStatus.OVER_LIMIT: "L"}


def ask(broadcast_id: str, chunk_id: str, now: datetime) -> str:
    """Ask how far a task is, if that is due; what was found, in a word.

    Raises:
        Transient: WeCom is busy; asking again is right.
    """
    chunk, broadcast = store_chunks.load(broadcast_id, chunk_id), store_broadcasts.load(broadcast_id)
    if chunk is None or broadcast is None or chunk.state != "created":
        return "over"
    if broadcast.state == "stopped":
        return withdraw(broadcast_id, chunk_id, now)
    if chunk.due_at and now < chunk.due_at:
        return "early"
    if broadcast.route not in _TO_STAFF:  # a duty: the day is over
        return _swap(chunk, replace(chunk, state="done", marks=closed(chunk.marks, "U"), due_at=None), "done")
    if wait := buckets.take(RESULTS, 1, now) or buckets.take(TASKS, 1, now):
        return _swap(chunk, replace(chunk, due_at=now + timedelta(seconds=wait)), "later")
    tapped, marks = _read(chunk)
    polls = chunk.polls + 1
    looked = replace(chunk, marks=marks, polls=polls, due_at=next_poll(chunk.created_at or now, polls))
    if not looked.is_open:
        return _swap(chunk, replace(looked, state="done", due_at=None), "done")
    if polls >= len(POLLS):
        if _swap(chunk, replace(looked, state="withdrawing", due_at=now), "") == "":
            return withdraw(broadcast_id, chunk_id, now)
        return "over"
    if not tapped and _may_ring(chunk, now):
        return _remind(chunk, replace(looked, reminders=chunk.reminders + 1))
    return _swap(chunk, looked, "open")


def withdraw(broadcast_id: str, chunk_id: str, now: datetime) -> str:
    """Take a task back from who has not sent it; what was sent stays sent. When the broadcast is resumed, the rest is
    handed out again.

    Raises:
        Transient: WeCom is busy; calling again is right.
    """
    chunk, broadcast = store_chunks.load(broadcast_id, chunk_id), store_broadcasts.load(broadcast_id)
    if chunk is None or broadcast is None:
        return "over"
    last = chunk.polls >= len(POLLS)
    if chunk.state == "created" and broadcast.state == "stopped":
        taking = store_chunks.swap(chunk, replace(chunk, state="withdrawing", due_at=now))
        if taking is None:
            return "over"
        chunk = taking
    if chunk.state != "withdrawing":
        return "over"
    if broadcast.route in _TO_STAFF:
        if wait := buckets.take(CANCEL, 1, now) or buckets.take(RESULTS, 1, now):
            return _swap(chunk, replace(chunk, due_at=now + timedelta(seconds=wait)), "later")
        wecom_sending.cancel(chunk.msgids[-1])
        _tapped, marks = _read(chunk)
    else:
        marks = chunk.marks
    if last:
        return _swap(chunk, replace(chunk, state="done", marks=closed(marks, "U"), due_at=None), "done")
    marks = marks.replace(HANDED, PENDING)
    state = "withdrawn" if PENDING in marks else "done"
    return _swap(chunk, replace(chunk, state=state, marks=marks, due_at=None, created_at=None), state)


def _read(chunk: Chunk) -> tuple[bool, str]:
    """Whether the sender has tapped, and the marks by what WeCom says of each target, to the last page."""
    msgid, sender = chunk.msgids[-1], chunk.sender or ""
    statuses = {
        part.userid: part.status for part in wecom_sending.every(lambda cursor: wecom_sending.tasks(msgid, cursor))
    }
    place = calling_staff.places(chunk)
    found: dict[int, str] = {}
    for result in wecom_sending.every(lambda cursor: wecom_sending.results(msgid, sender, cursor)):
        where = place(result.target)
        letter = _MARKS.get(TargetStatus(result.status)) if result.status in set(TargetStatus) else "R"
        if where is None:
            logger.warning("a target that is not ours", extra={"chunk_id": chunk.chunk_id})
        elif letter and where < len(chunk.marks):
            found[where] = letter
    return statuses.get(sender) == StaffStatus.SENT, marked(chunk.marks, found)


def _may_ring(chunk: Chunk, now: datetime) -> bool:
    awake = now.astimezone(CHINA).hour in STAFF_AWAKE
    return awake and chunk.polls in REMIND_AT and chunk.reminders < REMINDERS_MAX


def _remind(chunk: Chunk, reminded: Chunk) -> str:
    """Count the reminder first: one that nobody heard of is better than a fourth."""
    if store_chunks.swap(chunk, reminded) is None:
        return "over"
    try:
        outcome = wecom_sending.remind(reminded.msgids[-1])
    except (OutcomeUnknown, PartnerRefused) as error:
        logger.warning("not reminded", extra={"chunk_id": chunk.chunk_id, "code": error.code})
        return "not_reminded"
    count("BroadcastOwnerReminded")
    return str(outcome)


def _swap(chunk: Chunk, new: Chunk, done: str) -> str:
    return done if store_chunks.swap(chunk, new) else "over"
