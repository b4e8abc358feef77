"""Mass sends as WeCom tells of them: tasks, whom they stand before, what became of each target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

_CHINA = timezone(timedelta(hours=8))  # for times that WeCom writes as text

Attachment = Mapping[str, Any]


class ChatType(StrEnum):
    """To whom a task goes."""

    GROUP = "group"
    SINGLE = "single"


class StaffStatus(IntEnum):
    """Whether a staff member has tapped "send"."""

    UNSENT = 0
    SENT = 2


class TargetStatus(IntEnum):
    """What became of one customer or group. OVER_LIMIT: they got as many mass messages as a month, week or day allows
    (the admin's choice; staff's own count too), which WeCom only tells here."""

    UNSENT = 0
    SENT = 1
    NOT_A_FRIEND = 2
    OVER_LIMIT = 3


@dataclass(frozen=True)
class Task:
    """A created task; `fail_list` are the targets WeCom left out at once (gone, or not this sender's)."""

    msgid: str
    fail_list: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class StaffTask:
    """One staff member's part of a task."""

    userid: str
    status: StaffStatus
    sent_at: datetime | None


@dataclass(frozen=True)
class TargetResult:
    """One target's part; `target` is a chat_id or external_userid. `status` is an int where WeCom adds one."""

    target: str = field(repr=False)
    userid: str
    status: TargetStatus | int
    sent_at: datetime | None


@dataclass(frozen=True)
class CreatedTask:
    """A task as the corp's list shows it; `creator` is empty when an app made it."""

    msgid: str
    creator: str
    created_at: datetime
    text: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class Page[Item]:
    """Some of a list; `cursor` asks for the next ones, empty after the last."""

    items: tuple[Item, ...]
    cursor: str


class ReminderOutcome(StrEnum):
    """What became of a reminder."""

    REMINDED = "reminded"
    ENOUGH = "enough"  # three in the last 24 hours
    STOPPED = "stopped"  # the task was cancelled


def page_of[Item](answer: Mapping[str, Any], name: str, of: Callable[[Mapping[str, Any]], Item]) -> Page[Item]:
    """The rows under `name` of an answer, and where to go on."""
    return Page(tuple(map(of, answer.get(name) or ())), str(answer.get("next_cursor") or ""))


def created_task(row: Mapping[str, Any]) -> CreatedTask:
    """A row of get_groupmsg_list_v2."""
    return CreatedTask(
        msgid=str(row["msgid"]),
        creator=str(row.get("creator") or ""),
        created_at=_moment(row["create_time"]),
        text=str((row.get("text") or {}).get("content") or ""),
        attachments=tuple(row.get("attachments") or ()),
    )


def staff_task(row: Mapping[str, Any]) -> StaffTask:
    """A row of get_groupmsg_task."""
    return StaffTask(str(row["userid"]), StaffStatus(int(row["status"])), _sent_at(row))


def target_result(row: Mapping[str, Any]) -> TargetResult:
    """A row of get_groupmsg_send_result."""
    status = int(row["status"])
    return TargetResult(
        target=str(row.get("chat_id") or row.get("external_userid") or ""),
        userid=str(row.get("userid") or ""),
        status=TargetStatus(status) if status in TargetStatus else status,
        sent_at=_sent_at(row),
    )


def _sent_at(row: Mapping[str, Any]) -> datetime | None:
    return _moment(row["send_time"]) if row.get("send_time") else None


def _moment(value: object) -> datetime:
    """A time as WeCom writes it: epoch seconds, as a number or as text, or (samples show both) a China time."""
    text = str(value)
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.fromisoformat(text).replace(tzinfo=_CHINA)
