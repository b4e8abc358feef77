"""Plans become broadcasts a day ahead. Run as often as wanted: each occurrence of each step is decided once.

Order of writes: what is decided (with the broadcast's draft), then the broadcast, then how far the step is planned. A
run that breaks off anywhere is finished by the next, with what was decided, even if the plan was changed in between.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast

from pond.broadcasts import contents, people, plans, scheduling, timing
from pond.broadcasts import store_plans as store
from pond.broadcasts.model import Draft, Variant
from pond.broadcasts.model_audience import EVERYBODY, Audience
from pond.broadcasts.model_audience_reader import read, write
from pond.broadcasts.model_plan import DAY, HOUR, AfterHours, OnDays, Plan, Step, due_at, meant, occurrences, over_at
from pond.broadcasts.model_timing import Rules, Verdict
from pond.broadcasts.store_plans import Run, Stored
from pond.groups import filled
from pond.kernel.errors import PondError, Refused
from pond.kernel.logs import count, logger
from pond.kernel.tables import iso

AHEAD = DAY
LATE = 3 * DAY  # what is relative to people and late by no more is said later; what the clock asks for, never
SOON = timedelta(minutes=10)
RUNS_KEPT = timedelta(days=400)
_PROBE = 100


def tend(now: datetime) -> int:
    """Plan what all plans want within a day; how many occurrences were decided. A plan that fails does not keep the
    others from being planned.

    Raises:
        PondError: the first failure, once the others are done.
    """
    filled.note_filled(now)
    decided, failed = 0, None
    for plan, stored in plans.everything():
        if plan.paused:
            continue
        try:
            decided += plan_ahead(plan, stored, now)
        except PondError as error:
            failed = failed or error
            count("PlanFailed")
            logger.error("plan failed", extra={"plan": stored.key, "code": error.code, "reason": error.message})
    if failed:
        raise failed
    return decided


def plan_ahead(plan: Plan, stored: Stored, now: datetime) -> int:
    """Decide each occurrence of a plan that is due within a day; how many."""
    rules, decided = timing.rules(plan.programme_id), 0
    for step in plan.steps:
        through = before = stored.progress.get(step.step_id, "")
        if not before:
            continue  # applied meanwhile; the next run sees it
        for occurrence in occurrences(step.when, through):
            if not _is_time(step, occurrence, now):
                break
            if not _happened_to_nobody(plan, step, occurrence, now):
                _decide(plan, stored, step, occurrence, rules, now)
                decided += 1
            through = occurrence
        if through != before:
            store.advance(stored.key, step.step_id, through)
    return decided


def broadcast_id(key: str, step_id: str, occurrence: str) -> str:
    """The broadcast of an occurrence: the same whatever version of the plan asks for it."""
    return hashlib.sha256(f"{key}~{step_id}~{occurrence}".encode()).hexdigest()[:26]


def _is_time(step: Step, occurrence: str, now: datetime) -> bool:
    if due_at(step.when, occurrence) > now + AHEAD:
        return False
    return not isinstance(step.when, AfterHours) or _over(step, occurrence, now)


def _over(step: Step, occurrence: str, now: datetime) -> bool:
    over = over_at(step.when, occurrence)
    return over is not None and over <= now


def _happened_to_nobody(plan: Plan, step: Step, occurrence: str, now: datetime) -> bool:
    """Whether it is sure by now that it happened to nobody: then there is nothing to decide, and nothing to write."""
    if not _over(step, occurrence, now):
        return False
    where, after, going_on = meant(plan, step, occurrence), None, True
    while going_on:
        if step.kind == "group":
            chats, after = people.groups(plan.programme_id, after, _PROBE)
            there = any(people.happened(where, one) for one in chats)
        else:
            members, after = people.members(plan.programme_id, where, after, _PROBE, now)
            there = bool(members)
        if there:
            return False
        going_on = after is not None
    return True


def _decide(plan: Plan, stored: Stored, step: Step, occurrence: str, rules: Rules, now: datetime) -> None:
    due = due_at(step.when, occurrence)
    verdict = _verdict(step, rules, due, now)
    variants = _variants(step, occurrence) if verdict.outcome != "drop" else []
    if verdict.outcome != "drop" and not variants:
        verdict = Verdict("drop", due, "content.not_approved")
    dropped = verdict.outcome == "drop"
    run = Run(
        step_id=step.step_id,
        occurrence=occurrence,
        outcome="dropped" if dropped else "moved" if verdict.outcome == "move" else "planned",
        due_at=due,
        planned_for=None if dropped else verdict.at,
        plan_version=stored.version,
        reason=verdict.reason,
        draft=None if dropped else _draft(plan, stored, step, occurrence, variants, verdict.at),
    )
    run = store.decide(stored.key, run, now, due + RUNS_KEPT)
    if run.outcome == "dropped" or run.draft is None:
        count("PlannedDropped")
        logger.warning("dropped", extra={"plan": stored.key, "step": step.step_id, "reason": run.reason})
        return
    _hand_over(stored, run, run.draft, now)


def _verdict(step: Step, rules: Rules, due: datetime, now: datetime) -> Verdict:
    """When it goes. What should have gone already is made up for only where it is relative to people."""
    if due > now:
        return timing.next_moment(rules, due)
    if isinstance(step.when, OnDays) or now - due > LATE:
        return Verdict("drop", due, "too_late")
    late = due
    while late <= now + SOON:
        late += HOUR if isinstance(step.when, AfterHours) else DAY
    moved = timing.next_moment(rules, late)
    return moved if moved.outcome == "drop" else Verdict("move", moved.at, "late")


def _variants(step: Step, occurrence: str) -> list[list[Any]]:
    found = []
    for choice in step.choices(occurrence):
        content = contents.newest_approved(choice.content_id)
        if content is None or step.route not in content.routes:
            return []
        found.append([content.content_id, content.version, choice.share_bp])
    return found


def _draft(
    plan: Plan, stored: Stored, step: Step, occurrence: str, variants: list[list[Any]], at: datetime
) -> dict[str, Any]:
    where = meant(plan, step, occurrence)
    return {
        "broadcast_id": broadcast_id(stored.key, step.step_id, occurrence),
        "programme_id": plan.programme_id,
        "variants": variants,
        "audience": write(Audience(where, everybody=plan.everybody or where != EVERYBODY, nobody=True)),
        "kind": step.kind,
        "route": step.route,
        "due_at": iso(at),
        "source": f"{plan.plan_id}~{step.step_id}~{occurrence}",
        "over_cap": step.over_cap,
    }


def _hand_over(stored: Stored, run: Run, draft: dict[str, Any], now: datetime) -> None:
    """Have the broadcast that was decided; a refusal is said, and keeps nothing else from being planned."""
    made = Draft(
        broadcast_id=draft["broadcast_id"],
        programme_id=draft["programme_id"],
        variants=tuple(Variant(content_id=one[0], version=one[1], share_bp=one[2]) for one in draft["variants"]),
        audience=read(draft["audience"], draft["kind"]),
        route=cast(Any, draft["route"]),
        due_at=datetime.fromisoformat(draft["due_at"]),
        source=draft["source"],
        over_cap=cast(Any, draft.get("over_cap", "move")),  # drafts of before there was a choice
    )
    try:
        scheduling.plan(made, now)
        scheduling.approve(made.broadcast_id, stored.applied_by, now)
        scheduling.schedule(made.broadcast_id, now)
    except Refused as refusal:
        store.drop(stored.key, run, refusal.code)
        count("PlannedDropped")
        logger.warning("refused", extra={"plan": stored.key, "step": run.step_id, "code": refusal.code})
