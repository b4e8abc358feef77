"""`broadcasts`, what it shows: where one stands, what became of it and why, and volunteers' duties of a day."""

import argparse
from datetime import datetime, timedelta
from typing import Any

from pond.broadcasts import audiences, contents, duties, explaining, figures, moving, scheduling
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_figures import Figures
from pond.kernel.clock import china_day
from pond.programmes import service as programmes
from pondctl.output import china, table

_BACK, _AHEAD = timedelta(days=7), timedelta(days=30)


def run_preview(given: argparse.Namespace, now: datetime) -> int:
    """Count, sample and words."""
    found = scheduling.get(given.broadcast_id)
    many, some = audiences.sample(found.programme_id, found.audience, found.kind, now)
    print(f"{many} {found.kind}s now, such as {', '.join(one.recipient_id for one in some[:5]) or 'none'}")
    for variant in found.variants:
        content = contents.get(variant.content_id, variant.version)
        print(f"\n{variant.content_id}~{variant.version} for {variant.share_bp / 100:g} %: {content.title}")
        print(content.body)
    return 0


def run_list(given: argparse.Namespace, now: datetime) -> int:
    """Broadcasts by time."""
    ids = [given.programme] if given.programme else programmes.all_ids()
    table(
        ("broadcast", "programme", "due (China)", "route", "state", "note"),
        (
            (one.broadcast_id, one.programme_id, china(one.due_at), one.route, one.state, one.note)
            for programme_id in ids
            for one in scheduling.listed(programme_id, now - _BACK, now + _AHEAD)
        ),
        "no broadcast: `pondctl broadcasts plan` makes one",
    )
    return 0


def run_show(given: argparse.Namespace, now: datetime) -> int:
    """State and figures."""
    broadcast, found = scheduling.get(given.broadcast_id), figures.of(given.broadcast_id)
    say(broadcast)
    heads = ("version", "planned", "handed out", "sent", "opened", "joined", "bought", "failed")
    rows = [("all", *_row(found.total)), *((name, *_row(one)) for name, one in found.versions.items())]
    table(heads, rows, "")
    if found.total.skipped:
        print("left out: " + _counts(found.total.skipped))
    if found.total.delivered:
        print(f"delivered, as far as receipts came: {found.total.delivered}")
    if found.total.moved:
        print(f"moved, since they have had enough: {found.total.moved}")
    for following in moving.following(broadcast):
        print("  to ", end="")
        say(following)
    if best := found.winner():
        print(f"best so far: {best[0]}, by who {best[1]}")
    return 0


def run_explain(given: argparse.Namespace, now: datetime) -> int:
    """Why, step by step."""
    print("\n".join(explaining.why(given.broadcast_id, given.target)))
    return 0


def run_duties(given: argparse.Namespace, now: datetime) -> int:
    """The list of the day, with texts to copy."""
    found = duties.of_day(given.on or china_day(now), given.person)
    for duty in found:
        state = "done" if len(duty.done) == len(duty.chat_ids) else "open" if duty.open else "over"
        print(f"{china(duty.due_at)} {duty.person} {duty.broadcast_id} {duty.duty_id}: {state}")
        print(f"  groups: {', '.join(one + (' ✓' if one in duty.done else '') for one in duty.chat_ids)}")
        print("  " + duty.said.text.replace("\n", "\n  "))
        for one in duty.said.attachments:
            print(f"  + {one.form} {one.media or one.url} {one.title}".rstrip())
    if not found:
        print("no duty on that day")
    return 0


def say(one: Broadcast) -> None:
    """Where it stands, in a line."""
    note = f" ({one.note})" if one.note else ""
    versions = ", ".join(f"{v.content_id}~{v.version} {v.share_bp / 100:g} %" for v in one.variants)
    print(f"{one.broadcast_id}: {one.state}{note}, {one.route}, due {china(one.due_at)} (China), {versions}")


def _row(one: Figures) -> tuple[object, ...]:
    return one.planned, one.handed_out, one.sent, one.opened, one.joined, one.bought, _counts(one.failed)


def _counts(counts: Any) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
