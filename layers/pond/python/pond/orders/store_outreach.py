"""The `outreach` table: by a phone's pseudonym, the tasks to reach somebody (`task~…`), when one was planned last
(`~last`), and that they must not be reached (`~refused`).

Planning is one transaction: a person has one task in so many days, and none once they refused.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.errors import Transient
from pond.kernel.tables import Table, TimeAttribute, Transaction, TransactionRefused, index, refused
from pond.orders.model_outreach import Refusal, State, Task

_LAST, _REFUSED = "~last", "~refused"


class _Row(Table):
    class Meta:
        table_name = "outreach"

    person_id = UnicodeAttribute(hash_key=True)
    task_id = UnicodeAttribute(range_key=True)
    tid = UnicodeAttribute(null=True)
    member_id = UnicodeAttribute(null=True)
    programme_id = UnicodeAttribute(null=True)
    route = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    waiting = UnicodeAttribute(null=True)
    due_at = TimeAttribute(null=True)
    changed_at = TimeAttribute(null=True)
    text_id = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)
    carried_to = UnicodeAttribute(null=True)  # of a refusal: the phone by which the same person is known now
    # The tasks that wait: for their hour, or for a text's receipt.
    due = index("due", waiting=UnicodeAttribute(hash_key=True), due_at=TimeAttribute(range_key=True))


def plan(task: Task, now: datetime, apart: timedelta) -> bool:
    """Write a task; False: it is there, the person had another one less than `apart` ago, or refused.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    transaction = Transaction()
    row = _Row(
        task.person_id,
        task.task_id,
        tid=task.tid,
        member_id=task.member_id,
        programme_id=task.programme_id,
        route=task.route,
        state="waiting",
        waiting="waiting",
        due_at=task.due_at,
        changed_at=now,
    )
    transaction.put("task", row, condition=_Row.task_id.does_not_exist())
    free: Condition = _Row.changed_at.does_not_exist() | (_Row.changed_at <= now - apart)
    transaction.update("last", _Row(task.person_id, _LAST), [_Row.changed_at.set(now)], condition=free)
    _check_not_refused(transaction, task.person_id)
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def get(person_id: str, task_id: str) -> Task | None:
    """A task as it is now."""
    try:
        return _task(_Row.get(person_id, task_id, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def claim(task: Task, now: datetime) -> bool:
    """Take a task that waits for oneself; False: somebody did, or the person refused meanwhile.

    Raises:
        Transient: other writers at the same moment; nothing was written.
    """
    transaction = Transaction()
    transaction.update(
        "task",
        _Row(task.person_id, task.task_id),
        [_Row.state.set("claimed"), _Row.waiting.remove(), _Row.changed_at.set(now)],
        condition=_Row.state == "waiting",
    )
    _check_not_refused(transaction, task.person_id)
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def wait(task: Task, due_at: datetime, before: State) -> bool:
    """Let a task wait until then; False: it is not as it was."""
    actions: list[Action] = [_Row.state.set("waiting"), _Row.waiting.set("waiting"), _Row.due_at.set(due_at)]
    return _change(task, actions, before)


def accepted(task: Task, now: datetime) -> bool:
    """Write that a vendor accepted the task's text, whose receipt is looked for next; False: it is not as it was."""
    actions: list[Action] = [_Row.state.set("accepted"), _Row.changed_at.set(now), _Row.text_id.set(task.text_id or "")]
    return _change(task, [*actions, *_looked_for(task.next_look(now))], "claimed")


def look_again(task: Task, now: datetime) -> bool:
    """Look for the receipt of an accepted text another time, if there is one left; False: it is not as it was."""
    return _change(task, _looked_for(task.next_look(now)), "accepted")


def end(task: Task, state: State, now: datetime, before: State, reason: str | None = None) -> bool:
    """Write what became of a task; False: it is not as it was."""
    actions: list[Action] = [_Row.state.set(state), _Row.waiting.remove(), _Row.changed_at.set(now)]
    return _change(task, [*actions, *([_Row.reason.set(reason)] if reason else [])], before)


def due(now: datetime, limit: int) -> list[tuple[str, str]]:
    """Person and task of what is due, the longest first."""
    rows = _Row.due.query("waiting", _Row.due_at <= now, limit=limit)
    return [(row.person_id, row.task_id) for row in rows]


def drop(person_id: str) -> int:
    """Delete the tasks to reach somebody; that they refused stays. How many rows that took."""
    rows = [row for row in _Row.query(person_id, consistent_read=True) if row.task_id != _REFUSED]
    for row in rows:
        row.delete()
    return len(rows)


def refuse(refusal: Refusal) -> None:
    """Note that somebody must not be reached; the last reason stands."""
    _Row(refusal.person_id, _REFUSED, reason=refusal.reason, by=refusal.by, changed_at=refusal.at).save()


def carry(before: str, after: str) -> None:
    """Somebody has another phone now: what keeps them from being reached by the one does so by the other, once. What
    is allowed again by the other stays allowed.

    Raises:
        Transient: other writers at the same moment; do it again.
    """
    rows = {row.task_id: row for row in _Row.batch_get([(before, _LAST), (before, _REFUSED)], consistent_read=True)}
    if last := rows.get(_LAST):
        later: Condition = _Row.changed_at.does_not_exist() | (_Row.changed_at < last.changed_at)
        _try(_Row(after, _LAST), [_Row.changed_at.set(last.changed_at)], later)
    known = rows.get(_REFUSED)
    if known is None or known.carried_to == after:
        return
    transaction = Transaction()
    seen = _Row.changed_at == known.changed_at
    transaction.update("old", _Row(before, _REFUSED), [_Row.carried_to.set(after)], condition=seen)
    about: list[Action] = [_Row.reason.set(known.reason or ""), _Row.by.set(known.by or "")]
    transaction.update("new", _Row(after, _REFUSED), [*about, _Row.changed_at.set(known.changed_at)])
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        raise Transient("outreach.contended", "who refused was changed at the same moment") from refusal


def allow(person_id: str) -> None:
    """Let somebody be reached again."""
    _Row(person_id, _REFUSED).delete()


def refusal(person_id: str) -> Refusal | None:
    """That somebody must not be reached, if so."""
    try:
        return _refusal(_Row.get(person_id, _REFUSED, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def refusals() -> Iterator[Refusal]:
    """Everyone who must not be reached; a scan."""
    return map(_refusal, _Row.scan(_Row.task_id == _REFUSED))


def _looked_for(at: datetime | None) -> list[Action]:
    return [_Row.waiting.set("waiting"), _Row.due_at.set(at)] if at else [_Row.waiting.remove()]


def _check_not_refused(transaction: Transaction, person_id: str) -> None:
    transaction.check("refused", _Row, person_id, _REFUSED, condition=_Row.task_id.does_not_exist())


def _change(task: Task, actions: list[Action], before: State) -> bool:
    return _try(_Row(task.person_id, task.task_id), actions, _Row.state == before)


def _try(row: _Row, actions: list[Action], condition: Condition) -> bool:
    try:
        row.update(actions, condition=condition)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def _refusal(row: _Row) -> Refusal:
    return Refusal(person_id=row.person_id, reason=row.reason or "", by=row.by or "", at=row.changed_at)


def _task(row: _Row) -> Task:
    return Task(**{name: getattr(row, name) for name in Task.__dataclass_fields__})
