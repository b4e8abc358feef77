"""Mass sends: the server makes tasks, staff tap "send", and only then does a customer or a group get anything.

How many mass messages a target may get in a period is the admin's choice; WeCom says so only in the results.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.sms_inbox import CHINA

if TYPE_CHECKING:
    from sandbox.state import World

UNSENT, SENT, NOT_A_FRIEND, OVER_LIMIT = 0, 1, 2, 3
REMINDERS_MAX, DAY = 3, 86_400
Attachment = dict[str, Any]


@dataclass
class Target:
    """One customer (external_userid) or group (chat_id) of a task."""

    target: str
    status: int = UNSENT
    at: float | None = None


@dataclass
class Part:
    """What one staff member has to send."""

    userid: str
    targets: list[Target]
    sent_at: float | None = None
    reminded: int = 0


@dataclass
class MassTask:
    """One created task; `creator` is empty when an app made it."""

    msgid: str
    chat_type: str
    text: str
    attachments: list[Attachment]
    created: float
    parts: dict[str, Part]
    creator: str = ""
    cancelled: bool = False
    reminders: list[float] = field(default_factory=list)


class Masses:
    """The corp's mass sends, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tasks: dict[str, MassTask] = {}
        self._received: dict[str, list[float]] = {}

    def create(self, chat_type: str, text: str, attachments: list[Attachment], parts: dict[str, list[str]]) -> MassTask:
        """Put a task before staff. There is no key: the same again is another task."""
        world = self._world
        made = {userid: Part(userid, [Target(one) for one in targets]) for userid, targets in parts.items()}
        task = MassTask("msgDEMO" + world.ids.token("mass", 25), chat_type, text, attachments, world.clock.now(), made)
        self.tasks[task.msgid] = task
        world.stream.tell("staff")
        return task

    def handed_out(self, task: MassTask) -> bool:
        """Whether the first seconds, in which nothing can be asked of it, are over."""
        pause: float = self._world.switches["wecom.mass_dispatch_seconds"]
        return self._world.clock.now() - task.created >= pause

    def send(self, task: MassTask, userid: str) -> dict[str, int]:
        """A staff member taps "send": how many targets came to which status."""
        part = task.parts[userid]
        if part.sent_at is None and not task.cancelled:
            part.sent_at = self._world.clock.now()
            for target in part.targets:
                target.status, target.at = self._deliver(task, userid, target.target), part.sent_at
            self._world.stream.tell("staff")
        return {str(status): sum(one.status == status for one in part.targets) for status in range(4)}

    def remind(self, task: MassTask) -> int:
        """Remind who has not sent: 0 or the error code."""
        now = self._world.clock.now()
        task.reminders = [at for at in task.reminders if now - at < DAY]
        if task.cancelled:
            return 41093
        if len(task.reminders) >= REMINDERS_MAX:
            return 41094
        task.reminders.append(now)
        for part in task.parts.values():
            part.reminded += part.sent_at is None
        self._world.stream.tell("staff")
        return 0

    def cancel(self, task: MassTask) -> int:
        """Take it from who has not sent: 0 or the error code."""
        if task.cancelled:
            return 41093
        task.cancelled = True
        self._world.stream.tell("staff")
        return 0

    def _deliver(self, task: MassTask, userid: str, target: str) -> int:
        world, switches = self._world, self._world.switches
        if switches.spend("wecom.mass_fail_next") or not self._reachable(task.chat_type, userid, target):
            return NOT_A_FRIEND
        now = world.clock.now()
        if switches.spend("wecom.mass_over_limit_next") or self._count(target, now) >= self._most(now):
            return OVER_LIMIT
        self._received.setdefault(target, []).append(now)
        if task.chat_type == "group":
            world.wecom.send_in(world.wecom.groups[target], world.wecom.staff[userid], task.text, task.attachments)
            return SENT
        account = world.people.by_external(target)
        if account:
            contact = world.wecom.contacts[userid, account.account_id]
            message = {"at": now, "text": task.text, "attachments": task.attachments}
            contact.messages.append(message)
            world.stream.tell("account", account_id=account.account_id)
        return SENT

    def _reachable(self, chat_type: str, userid: str, target: str) -> bool:
        wecom = self._world.wecom
        if chat_type == "group":
            group = wecom.groups.get(target)
            return group is not None and group.status == "open" and group.owner == userid
        account = self._world.people.by_external(target)
        contact = wecom.contacts.get((userid, account.account_id)) if account else None
        return contact is not None and not contact.task_id

    def _most(self, now: float) -> int:
        most: int = self._world.switches["wecom.mass_limit"]
        if most:
            return most
        today = datetime.fromtimestamp(now, CHINA)
        days = {"month": monthrange(today.year, today.month)[1], "week": 7, "day": 1}
        return days[self._world.switches["wecom.mass_limit_period"]]

    def _count(self, target: str, now: float) -> int:
        period = self._world.switches["wecom.mass_limit_period"]
        present = _period(now, period)
        return sum(_period(at, period) == present for at in self._received.get(target, ()))


def _period(at: float, kind: str) -> str:
    """The calendar month, week or day in China that a time falls into."""
    day = datetime.fromtimestamp(at, CHINA).date()
    if kind == "week":
        day -= timedelta(days=day.weekday())
    return day.isoformat()[:7] if kind == "month" else day.isoformat()
