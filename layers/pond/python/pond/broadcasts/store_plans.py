"""The tables of plans: `plans` (their documents, how far each step is planned) and `plan_runs` (what came of each
occurrence). Other documents of operators stand beside the plans, under keys that begin with `~`.

How far a step is planned only grows. An occurrence is decided once: who comes later finds what was decided.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from pynamodb.attributes import MapAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import PutError, UpdateError

from pond.kernel.errors import Transient
from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused
from pond.kernel.tables import refused as write_refused

_DIRECTORY = "~all"


class _Plan(Table):
    class Meta:
        table_name = "plans"

    plan_id = UnicodeAttribute(hash_key=True)  # programme~plan
    document = UnicodeAttribute(null=True)
    version = IntegerAttribute(null=True)
    applied_at = TimeAttribute(null=True)
    applied_by = UnicodeAttribute(null=True)
    progress: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    ids = UnicodeSetAttribute(null=True)  # only in the row that lists them


class _Run(Table):
    class Meta:
        table_name = "plan_runs"

    plan_id = UnicodeAttribute(hash_key=True)
    run_id = UnicodeAttribute(range_key=True)  # step~occurrence
    outcome = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    due_at = TimeAttribute()
    planned_for = TimeAttribute(null=True)
    plan_version = IntegerAttribute()
    draft = UnicodeAttribute(null=True)
    decided_at = TimeAttribute()
    expires_at = ExpiryAttribute()


Outcome = Literal["planned", "moved", "dropped"]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A plan as it stands: its document, and through which occurrence each step is planned."""

    key: str
    document: dict[str, Any]
    version: int
    applied_at: datetime
    applied_by: str
    progress: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was decided about an occurrence. `due_at`: when the plan wants it; `planned_for`: when it goes, unless it is
    dropped; `draft`: the broadcast's document."""

    step_id: str
    occurrence: str
    outcome: Outcome
    due_at: datetime
    planned_for: datetime | None
    plan_version: int
    reason: str = ""
    draft: dict[str, Any] | None = None


def get(key: str) -> Stored | None:
    """A plan, as it is now."""
    try:
        row = _Plan.get(key, consistent_read=True)
    except _Plan.DoesNotExist:
        return None
    held: Any = row
    if held.document is None:
        return None
    return Stored(
        key=key,
        document=json.loads(row.document),
        version=row.version or 0,
        applied_at=row.applied_at,
        applied_by=row.applied_by or "",
        progress=held.progress.as_dict() if held.progress is not None else {},
    )


def listed() -> list[str]:
    """The keys of all plans, sorted."""
    try:
        return sorted(_Plan.get(_DIRECTORY, consistent_read=True).ids or ())
    except _Plan.DoesNotExist:
        return []


def save(stored: Stored) -> None:
    """Write a plan's next version, and list it.

    Raises:
        Transient: `plan.contended` when somebody else applied meanwhile.
    """
    before, row = stored.version - 1, _Plan(stored.key)
    transaction = Transaction()
    transaction.update(
        "plan",
        row,
        [
            _Plan.document.set(_text(stored.document)),
            _Plan.version.set(stored.version),
            _Plan.applied_at.set(stored.applied_at),
            _Plan.applied_by.set(stored.applied_by),
            _Plan.progress.set(dict(stored.progress)),
        ],
        condition=_Plan.version == before if before else _Plan.version.does_not_exist(),
    )
    transaction.update("directory", _Plan(_DIRECTORY), [_Plan.ids.add({stored.key})])
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        raise Transient("plan.contended", "somebody else applied it meanwhile") from refusal


def advance(key: str, step_id: str, through: str) -> None:
    """Note through which occurrence a step is planned, unless it is further."""
    path = _Plan.progress[step_id]
    try:
        _Plan(key).update([path.set(through)], condition=path.does_not_exist() | (path < through))
    except UpdateError as error:
        if not write_refused(error):
            raise


def decide(key: str, run: Run, now: datetime, kept_until: datetime) -> Run:
    """Keep what is decided about an occurrence, unless it is decided; what stands."""
    row = _Run(
        key,
        f"{run.step_id}~{run.occurrence}",
        outcome=run.outcome,
        reason=run.reason or None,
        due_at=run.due_at,
        planned_for=run.planned_for,
        plan_version=run.plan_version,
        draft=_text(run.draft) if run.draft else None,
        decided_at=now,
        expires_at=kept_until,
    )
    try:
        row.save(condition=_Run.run_id.does_not_exist())
    except PutError as error:
        if not write_refused(error):
            raise
        return _run(_Run.get(key, row.run_id, consistent_read=True))
    return run


def runs(key: str, step_id: str | None = None) -> list[Run]:
    """What was decided about a plan's occurrences, or one step's, in order of step and occurrence."""
    condition = _Run.run_id.startswith(f"{step_id}~") if step_id else None
    return [_run(row) for row in _Run.query(key, condition, consistent_read=True)]


def get_document(key: str) -> dict[str, Any] | None:
    """Another document of operators, as written a moment ago at the latest."""
    try:
        row = _Plan.get(key)
    except _Plan.DoesNotExist:
        return None
    return json.loads(row.document) if row.document else None


def put_document(key: str, document: dict[str, Any], now: datetime) -> bool:
    """Write it; False when it stood there already."""
    text = _text(document)
    try:
        _Plan(key).update(
            [_Plan.document.set(text), _Plan.applied_at.set(now)],
            condition=_Plan.document.does_not_exist() | (_Plan.document != text),
        )
    except UpdateError as error:
        if not write_refused(error):
            raise
        return False
    return True


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """A document as it is read back: YAML has days, JSON their texts."""
    read_back: dict[str, Any] = json.loads(_text(document))
    return read_back


def drop(key: str, run: Run, reason: str) -> None:
    """What was planned cannot go after all: say so, and why."""
    _Run(key, f"{run.step_id}~{run.occurrence}").update(
        [_Run.outcome.set("dropped"), _Run.reason.set(reason)], condition=_Run.run_id.exists()
    )


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, default=str)  # YAML reads days as dates


def _run(row: _Run) -> Run:
    step_id, _, occurrence = row.run_id.partition("~")
    return Run(
        step_id=step_id,
        occurrence=occurrence,
        outcome=cast(Outcome, row.outcome),
        due_at=row.due_at,
        planned_for=row.planned_for,
        plan_version=row.plan_version,
        reason=row.reason or "",
        draft=json.loads(row.draft) if row.draft else None,
    )
