"""Plans as operators know them: applied from documents, listed, shown as a calendar.

A changed plan touches only what is not planned yet: how far each step is planned is kept over changes, a new step
begins with what is due after it was applied, and what fell into a pause is not made up for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pond.broadcasts import contents, timing
from pond.broadcasts import store_plans as store
from pond.broadcasts.model_audience import Audience
from pond.broadcasts.model_audience_reader import read as read_audience
from pond.broadcasts.model_audience_reader import write as write_audience
from pond.broadcasts.model_content import Route
from pond.broadcasts.model_plan import AfterHours, OnDays, Plan, Step, due_at, meant, occurrences, passed
from pond.broadcasts.model_plan_reader import read
from pond.broadcasts.store_plans import Run, Stored
from pond.kernel.errors import NotFound, Refused
from pond.programmes import service as programmes

Applied = Literal["created", "changed", "same"]
_OCCURRENCES = 2_000  # of a step in one calendar


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the calendar: what a step is to say when. `about` is the day, hour or month that names the occurrence;
    `reason` why it is moved or dropped; `decided`, whether that is settled or may still change with the plan."""

    at: datetime
    plan_id: str
    step_id: str
    about: str
    route: Route
    content_ids: tuple[str, ...]
    outcome: str
    reason: str
    decided: bool


def apply(document: dict[str, Any], programme_id: str, by: str, now: datetime) -> tuple[Applied, Plan]:
    """Make a plan of a programme be as the document says; the same document again changes nothing.

    Raises:
        NotFound: `programme.unknown`.
        Refused: `plan.invalid`, `audience.invalid`, `audience.everybody`; `plan.content` when a piece is not approved
            or not made for the step's route; `plan.past` when all days of a step are over; `plan.approver`: no name.
        Transient: `plan.contended` when somebody else applied meanwhile.
    """
    if not by.strip():
        raise Refused("plan.approver", "say who stands for it")
    programmes.get(programme_id)
    plan = read(document, programme_id)
    held = store.get(key(plan))
    if held and held.document == store.plain(document):
        return "same", plan
    for step in plan.steps:
        _check(plan, step, now)
    stored = Stored(
        key=key(plan),
        document=document,
        version=(held.version if held else 0) + 1,
        applied_at=now,
        applied_by=by.strip(),
        progress=_progress(plan, held, now),
    )
    store.save(stored)
    return ("changed" if held else "created"), plan


def key(plan: Plan) -> str:
    """How a plan is called among those of all programmes."""
    return f"{plan.programme_id}~{plan.plan_id}"


def get(programme_id: str, plan_id: str) -> tuple[Plan, Stored]:
    """A plan and how it stands.

    Raises:
        NotFound: `plan.unknown`.
    """
    stored = store.get(f"{programme_id}~{plan_id}")
    if stored is None:
        raise NotFound("plan.unknown", f"{programme_id} has no plan {plan_id}")
    return read(stored.document, programme_id), stored


def everything() -> list[tuple[Plan, Stored]]:
    """All plans of all programmes, by key."""
    held = [store.get(one) for one in store.listed()]
    return [(read(stored.document, stored.key.partition("~")[0]), stored) for stored in held if stored]


def runs(programme_id: str, plan_id: str) -> list[Run]:
    """What was decided about a plan's occurrences so far."""
    return store.runs(f"{programme_id}~{plan_id}")


def calendar(programme_id: str, since: datetime, until: datetime) -> list[Entry]:
    """What the plans of a programme say from then until then: as decided, and as it stands for what is not yet. Hours
    in which something may happen are not listed before it did."""
    entries: list[Entry] = []
    for plan, stored in everything():
        if plan.programme_id == programme_id:
            decided = {(run.step_id, run.occurrence): run for run in store.runs(stored.key)}
            for step in plan.steps:
                entries += _entries(plan, step, decided, since, until)
    return sorted(entries, key=lambda entry: (entry.at, entry.plan_id, entry.step_id))


def _entries(
    plan: Plan, step: Step, decided: dict[tuple[str, str], Run], since: datetime, until: datetime
) -> Iterator[Entry]:
    rules = timing.rules(plan.programme_id)
    for _, occurrence in zip(range(_OCCURRENCES), occurrences(step.when, passed(step.when, since)), strict=False):
        due = due_at(step.when, occurrence)
        if due >= until:
            return
        run = decided.get((step.step_id, occurrence))
        if run is None and (plan.paused or isinstance(step.when, AfterHours)):
            continue
        verdict = timing.next_moment(rules, due)
        outcome, at, reason = verdict.outcome, verdict.at, verdict.reason
        yield Entry(
            at=(run.planned_for or run.due_at) if run else at,
            plan_id=plan.plan_id,
            step_id=step.step_id,
            about=occurrence,
            route=step.route,
            content_ids=tuple(choice.content_id for choice in step.choices(occurrence)),
            outcome=run.outcome if run else outcome,
            reason=run.reason if run else reason,
            decided=run is not None,
        )


def _check(plan: Plan, step: Step, now: datetime) -> None:
    whole = Audience(meant(plan, step, passed(step.when, now)))
    read_audience(write_audience(whole), step.kind)  # with all that is added to it, still within bounds
    if isinstance(step.when, OnDays) and step.when.days:
        over = all(due_at(step.when, day.isoformat()) <= now for day in step.when.days)
        if over:
            raise Refused("plan.past", f"steps.{step.step_id}: all its days are over")
    for content_id in step.content_ids:
        content = contents.newest_approved(content_id)
        if content is None:
            raise Refused("plan.content", f"steps.{step.step_id}: {content_id} is not approved")
        if step.route not in content.routes:
            raise Refused("plan.content", f"steps.{step.step_id}: {content_id} is not made for {step.route}")


def _progress(plan: Plan, held: Stored | None, now: datetime) -> dict[str, str]:
    """Through which occurrence each step counts as planned: as it is, or for one that begins now what has passed."""
    known = dict(held.progress) if held else {}
    was_paused = held is not None and read(held.document, plan.programme_id).paused
    for step in plan.steps:
        now_passed = passed(step.when, now)
        before = known.get(step.step_id)
        if before is None or len(before) != len(now_passed):  # new, or of another kind of occurrence by now
            known[step.step_id] = now_passed
        elif was_paused:
            known[step.step_id] = max(before, now_passed)
    return known
