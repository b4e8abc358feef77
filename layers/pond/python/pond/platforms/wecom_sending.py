"""WeCom's mass send: tasks for staff, who deliver by tapping "send"; nothing else sends to a customer or a group.

What always holds: a task is never created again by itself. WeCom has no key that would make repeating harmless, so
after `OutcomeUnknown` the caller looks with `find_task` and only then decides. Nothing calls back: `tasks` and
`results` are polled (say at 10 minutes, 1, 6 and 24 hours), each to its last page.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from pond.platforms import model_sending
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.model_sending import Attachment
from pond.platforms.model_tasks import (
    ChatType,
    CreatedTask,
    Page,
    ReminderOutcome,
    StaffStatus,
    StaffTask,
    TargetResult,
    TargetStatus,
    Task,
    created_task,
    page_of,
    staff_task,
    target_result,
)
from pond.platforms.wecom import api

__all__ = [
    "ChatType",
    "CreatedTask",
    "Page",
    "ReminderOutcome",
    "StaffStatus",
    "StaffTask",
    "TargetResult",
    "TargetStatus",
    "Task",
    "cancel",
    "create_task",
    "customers",
    "every",
    "find_task",
    "recent",
    "remind",
    "results",
    "tasks",
]

REMINDERS_MAX = 3  # per task in 24 hours
_AT = "/cgi-bin/externalcontact"
_LIST_PAGE, _PAGE = 100, 1000
_NO_CUSTOMERS, _STOPPED, _REMINDED_ENOUGH = 84061, 41093, 41094
# Their clock and ours differ a little; and the time that the list shows is of the second in which the call arrived.
_SKEW = timedelta(minutes=2)


def create_task(
    sender: str,
    text: str,
    attachments: Sequence[Attachment] = (),
    *,
    chat_ids: Sequence[str] = (),
    external_userids: Sequence[str] = (),
) -> Task:
    """Put a task before one staff member: for their groups (at most 2,000 `chat_ids`, all theirs) or their customers
    (at most 10,000 `external_userids`; WeCom leaves each to whoever last chatted with them).

    `text` has at most 4,000 bytes, there are at most 9 attachments (see `model_sending`). Without any target the task
    would go to all the sender has, so that is refused here.

    Raises:
        OutcomeUnknown: no answer came; a task may stand before the sender. Look with `find_task`, wait a minute
            between looks, before creating another.
        PartnerBusy: nothing was created.
        PartnerRefused: NOBODY (no target left), MEDIA (upload again), MALFORMED (see `model_sending.problems`),
            CONFIGURATION (the sender may not, or is out of the app's sight).
    """
    if bool(chat_ids) == bool(external_userids):
        raise PartnerRefused("wecom", 0, Meaning.MALFORMED, "either groups or customers")
    if len(chat_ids) > model_sending.GROUPS_MAX or len(external_userids) > model_sending.CUSTOMERS_MAX:
        raise PartnerRefused("wecom", 0, Meaning.MALFORMED, "too many targets")
    if wrong := model_sending.problems(text, attachments):
        raise PartnerRefused("wecom", 0, Meaning.MALFORMED, wrong[0])
    body: dict[str, object] = {"sender": sender}
    if chat_ids:
        body |= {"chat_type": ChatType.GROUP, "chat_id_list": list(chat_ids)}
    else:
        body |= {"chat_type": ChatType.SINGLE, "external_userid": list(external_userids)}
    if text:
        body["text"] = {"content": text}
    if attachments:
        body["attachments"] = list(attachments)
    answer = api.call(f"{_AT}/add_msg_template", body=body, idempotent=False)
    return Task(str(answer["msgid"]), tuple(answer.get("fail_list") or ()))


def recent(chat_type: ChatType, start: datetime, end: datetime, cursor: str = "") -> Page[CreatedTask]:
    """The corp's tasks created in between (not staff's own), at most a month apart."""
    answer = api.call(
        f"{_AT}/get_groupmsg_list_v2",
        body={
            "chat_type": chat_type,
            "start_time": int(start.timestamp()),
            "end_time": int(end.timestamp()),
            "filter_type": 0,
            "limit": _LIST_PAGE,
            "cursor": cursor,
        },
    )
    return page_of(answer, "group_msg_list", created_task)


def tasks(msgid: str, cursor: str = "") -> Page[StaffTask]:
    """Who has sent a task, who not yet.

    Raises:
        PartnerBusy: in the first seconds WeCom still hands it out (41063).
    """
    answer = api.call(f"{_AT}/get_groupmsg_task", body={"msgid": msgid, "limit": _PAGE, "cursor": cursor})
    return page_of(answer, "task_list", staff_task)


def results(msgid: str, userid: str, cursor: str = "") -> Page[TargetResult]:
    """What became of a staff member's targets. They lag behind `tasks` a little.

    Raises:
        PartnerBusy: in the first seconds WeCom still hands the task out (41063).
    """
    body = {"msgid": msgid, "userid": userid, "limit": _PAGE, "cursor": cursor}
    return page_of(api.call(f"{_AT}/get_groupmsg_send_result", body=body), "send_list", target_result)


def every[Item](page: Callable[[str], Page[Item]]) -> Iterator[Item]:
    """The items of all pages: `every(lambda cursor: results(msgid, userid, cursor))`.

    Raises:
        PartnerBusy: a cursor came twice, which would go on for ever; or what `page` raises.
    """
    cursor, seen = "", {""}
    while True:
        found = page(cursor)
        yield from found.items
        if not found.cursor:
            return
        if found.cursor in seen:
            raise PartnerBusy("wecom", 0, "a page came twice")
        cursor = found.cursor
        seen.add(cursor)


def find_task(
    sender: str,
    text: str,
    attachments: Sequence[Attachment] = (),
    *,
    chat_ids: Collection[str] = (),
    external_userids: Collection[str] = (),
    called_at: datetime,
    besides: Collection[str] = (),
) -> str | None:
    """The msgid of the task that a `create_task` without an answer made, or None if there is none (so far).

    WeCom's list names neither sender nor targets: a task is taken for ours when it was made by an app within two
    minutes of `called_at`, says the same, stands before this sender alone and has targets, all among these. `besides`
    are the msgids already known, which it can't be.

    Raises:
        PartnerBusy: a task that may be ours is still being handed out: ask again in a few seconds.
    """
    wanted = set(chat_ids or external_userids)
    chat_type = ChatType.GROUP if chat_ids else ChatType.SINGLE
    start, end = called_at - _SKEW, called_at + _SKEW
    for created in every(lambda cursor: recent(chat_type, start, end, cursor)):
        if created.creator or created.msgid in besides or not _same(created, text, attachments):
            continue
        if {part.userid for part in every(lambda cursor, one=created: tasks(one.msgid, cursor))} != {sender}:  # type: ignore[misc]
            continue
        targets = {
            result.target
            for result in every(lambda cursor, one=created: results(one.msgid, sender, cursor))  # type: ignore[misc]
        }
        if targets and targets <= wanted:
            return created.msgid
    return None


def remind(msgid: str) -> ReminderOutcome:
    """Remind those who have not tapped "send"; WeCom allows three a task in 24 hours.

    Raises:
        OutcomeUnknown: no answer came; count it as done.
    """
    try:
        api.call(f"{_AT}/remind_groupmsg_send", body={"msgid": msgid}, idempotent=False)
    except PartnerRefused as refusal:
        if refusal.errcode == _REMINDED_ENOUGH:
            return ReminderOutcome.ENOUGH
        if refusal.errcode == _STOPPED:
            return ReminderOutcome.STOPPED
        raise
    return ReminderOutcome.REMINDED


def cancel(msgid: str) -> None:
    """Take the task from those who have not sent it yet; what was sent stays. Repeating does no harm."""
    try:
        api.call(f"{_AT}/cancel_groupmsg_send", body={"msgid": msgid})
    except PartnerRefused as refusal:
        if refusal.errcode != _STOPPED:
            raise


def customers(userid: str) -> tuple[str, ...]:
    """The external_userids of all customers of a staff member; none is stored anywhere, so sending asks for them."""
    try:
        answer = api.call(f"{_AT}/list", query={"userid": userid})
    except PartnerRefused as refusal:
        if refusal.errcode == _NO_CUSTOMERS:
            return ()
        raise
    return tuple(answer.get("external_userid") or ())


def _same(created: CreatedTask, text: str, attachments: Sequence[Attachment]) -> bool:
    # Only the kinds are compared: WeCom need not show media and addresses as they were sent.
    kinds = [attachment.get("msgtype") for attachment in attachments]
    return created.text == text and [attachment.get("msgtype") for attachment in created.attachments] == kinds
