"""`plans`: what is told when, applied from YAML, and shown as a calendar."""

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pond.broadcasts import almanac, keywords, plans
from pond.broadcasts.model_almanac import DAYS
from pond.broadcasts.model_plan import AfterDays, AfterHours, OnAge, OnDays, When
from pond.kernel.errors import Refused
from pondctl.openings import only_programme
from pondctl.output import china, table
from pondctl.programmes import read


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("plans", help="what is told when").add_subparsers(metavar="ACTION", required=True)
    apply = actions.add_parser(
        "apply", help="make plans, the almanac and keywords be as a YAML file says; the same file changes nothing"
    )
    apply.add_argument("file", type=Path, metavar="FILE.yaml")
    apply.add_argument("--by", required=True, metavar="NAME", help="who stands for what is sent")
    apply.set_defaults(run=run_apply)
    show = actions.add_parser("show", help="a plan's steps, and what was decided of each")
    show.add_argument("plan_id", metavar="PLAN")
    show.set_defaults(run=run_show)
    calendar = actions.add_parser("calendar", help="what is told in the next days")
    calendar.add_argument("--days", type=int, default=7, metavar="N")
    calendar.set_defaults(run=run_calendar)
    for command in (apply, show, calendar):
        command.add_argument("--programme", metavar="ID", help="needed when there are several")
    actions.add_parser("list", help="all plans").set_defaults(run=run_list)


def run_apply(given: argparse.Namespace, now: datetime) -> int:
    """Apply what the file holds and say what that did."""
    document, programme_id = read(given.file), given.programme or only_programme()
    if not {"plan", "almanac", "keywords"} & set(document):
        raise Refused("plan.invalid", f"{given.file} has neither plan nor almanac nor keywords")
    if "almanac" in document:
        print(f"{'changed' if almanac.apply(programme_id, document['almanac'], now) else 'same'}: almanac")
    if "keywords" in document:
        print(f"{'changed' if keywords.apply(programme_id, document['keywords'], now) else 'same'}: keywords")
    if "plan" in document:
        outcome, plan = plans.apply(document["plan"], programme_id, given.by, now)
        print(f"{outcome}: {plan.plan_id}, {len(plan.steps)} steps")
    return 0


def run_list(_: argparse.Namespace, now: datetime) -> int:
    """All plans of all programmes."""
    table(
        ("programme", "plan", "name", "community", "status", "steps", "version", "applied (China)", "by"),
        (
            (
                *(plan.programme_id, plan.plan_id, plan.name, plan.community),
                *("paused" if plan.paused else "active", len(plan.steps), stored.version),
                *(china(stored.applied_at), stored.applied_by),
            )
            for plan, stored in plans.everything()
        ),
        "no plan yet: `pondctl plans apply FILE.yaml` adds one",
    )
    return 0


def run_show(given: argparse.Namespace, now: datetime) -> int:
    """A plan's steps and the last of what was decided about each."""
    programme_id = given.programme or only_programme()
    plan, stored = plans.get(programme_id, given.plan_id)
    print(f"{plan.name}, version {stored.version}, {'paused' if plan.paused else 'active'}")
    last = {run.step_id: run for run in plans.runs(programme_id, given.plan_id)}
    rows = []
    for step in plan.steps:
        run = last.get(step.step_id)
        said = f"{run.outcome} {run.reason}".strip() if run else ""
        rows.append(
            (step.step_id, _when(step.when), step.route, " ".join(step.content_ids), run and run.occurrence, said)
        )
    table(("step", "when", "route", "content", "last about", "decided"), rows, "no steps")
    return 0


def run_calendar(given: argparse.Namespace, now: datetime) -> int:
    """What is told in the next days; what may still change with the plan has no mark."""
    entries = plans.calendar(given.programme or only_programme(), now, now + timedelta(days=given.days))

    def rows() -> Iterator[tuple[object, ...]]:
        for one in entries:
            outcome = f"{one.outcome} {one.reason}".strip()
            content = " ".join(one.content_ids)
            yield (
                china(one.at)[:16],
                one.plan_id,
                one.step_id,
                one.about,
                one.route,
                content,
                outcome,
                "✓" if one.decided else "",
            )

    heads = ("at (China)", "plan", "step", "about", "route", "content", "outcome", "decided")
    table(heads, rows(), f"nothing in the next {given.days} days")
    return 0


def _when(when: When) -> str:
    match when:
        case AfterDays(event, days, at):
            return f"{event} +{days} d {at:%H:%M}"
        case AfterHours(event, hours):
            return f"{event} +{hours} h"
        case OnAge(of, months, day, at):
            return f"{of} {months} months, day {day} {at:%H:%M}"
        case OnDays(at, weekdays, days):
            on = sorted(map(str, days)) or [DAYS[number] for number in sorted(weekdays)]
            return f"{' '.join(on)} {at:%H:%M}"
