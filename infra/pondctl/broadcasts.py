"""`broadcasts`: what is told to whom and when: planned, approved, stopped, and what became of it."""

import argparse
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from pond.broadcasts import contents, duties, optouts, scheduling, testing
from pond.broadcasts.model import ROUTES, TO_GROUPS, WHOLE_BP, Draft, Variant
from pond.broadcasts.model_audience_reader import read
from pond.kernel.errors import NotFound, Refused
from pondctl import broadcasts_shown as shown
from pondctl.broadcasts_shown import say
from pondctl.openings import only_programme, read_start


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("broadcasts", help="what is told to whom, and what became of it").add_subparsers(
        metavar="ACTION", required=True
    )
    plan = actions.add_parser("plan", help="write a broadcast down as a draft; the same ID again changes the draft")
    plan.add_argument("broadcast_id", metavar="ID")
    plan.add_argument("--programme", metavar="ID", help="needed when there are several")
    plan.add_argument("--content", required=True, action="append", metavar="CONTENT[=PERCENT]", help="again: a version")
    plan.add_argument("--route", required=True, choices=ROUTES)
    plan.add_argument("--audience", required=True, metavar="FILE", help="YAML or JSON, or `everybody`")
    plan.add_argument("--at", required=True, metavar="TIME", help="2026-11-23T20:00 (China time), or +5m, +2h, +1d")
    plan.add_argument(
        "--over-cap",
        choices=("move", "drop"),
        default="move",
        help="who has had enough by then gets it later, as the caps say, or not at all",
    )
    plan.set_defaults(run=run_plan)
    for name, run, text in (
        ("preview", shown.run_preview, "how many it would reach now, some of them, and what it says"),
        ("show", shown.run_show, "where it stands, and its figures by version"),
    ):
        looked = actions.add_parser(name, help=text)
        looked.add_argument("broadcast_id", metavar="ID")
        looked.set_defaults(run=run)
    for name, run, text in (
        ("approve", run_approve, "somebody stands for it, and it will go when it is due"),
        ("pause", run_pause, "stop it wherever it is; tasks not yet sent are taken back"),
        ("resume", run_resume, "go on where it was stopped; who got it does not get it again"),
    ):
        decided = actions.add_parser(name, help=text)
        decided.add_argument("broadcast_id", metavar="ID")
        decided.add_argument("--by", required=True, metavar="NAME")
        decided.set_defaults(run=run)
    won = actions.add_parser(
        "winner", help="which version surely did best; with --rest, it goes to whom the test left out"
    )
    won.add_argument("broadcast_id", metavar="ID")
    won.add_argument("--rest", action="store_true", help="needs --at and --by")
    won.add_argument("--at", metavar="TIME", help="when the rest gets it")
    won.add_argument("--by", metavar="NAME", help="who stands for it")
    won.set_defaults(run=run_winner)
    listing = actions.add_parser("list", help="those of the last week and the next month")
    listing.add_argument("--programme", metavar="ID")
    listing.set_defaults(run=shown.run_list)
    explain = actions.add_parser("explain", help="why a member or a group did or did not get it")
    explain.add_argument("broadcast_id", metavar="ID")
    explain.add_argument("target", metavar="TARGET", help="a member's id, or a group's chat_id")
    explain.set_defaults(run=shown.run_explain)
    listed = actions.add_parser("duties", help="what volunteers post on a day, done or not")
    listed.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="China day; today")
    listed.add_argument("--person", metavar="ID")
    listed.set_defaults(run=shown.run_duties)
    done = actions.add_parser("done", help="a duty is posted, in these groups or all of it")
    done.add_argument("broadcast_id", metavar="ID")
    done.add_argument("duty_id", metavar="DUTY")
    done.add_argument("chats", nargs="*", metavar="CHAT_ID")
    done.set_defaults(run=run_done)
    for name, run, text in (
        ("opt-out", run_opt_out, "send a member no broadcasts any more"),
        ("opt-in", run_opt_in, "send a member broadcasts again"),
    ):
        opted = actions.add_parser(name, help=text)
        opted.add_argument("member", metavar="MEMBER")
        opted.set_defaults(run=run)


def run_plan(given: argparse.Namespace, now: datetime) -> int:
    """Write the draft."""
    draft = Draft(
        broadcast_id=given.broadcast_id,
        programme_id=given.programme or only_programme(),
        variants=tuple(_variant(text, len(given.content)) for text in given.content),
        audience=read(_audience(given.audience), "group" if given.route in TO_GROUPS else "member"),
        route=given.route,
        due_at=read_start(given.at, now),
        source="pondctl",
        over_cap=given.over_cap,
    )
    scheduling.plan(draft, now)
    say(scheduling.get(draft.broadcast_id))
    return 0


def run_approve(given: argparse.Namespace, now: datetime) -> int:
    """Approve and schedule."""
    scheduling.approve(given.broadcast_id, given.by, now)
    say(scheduling.schedule(given.broadcast_id, now))
    return 0


def run_pause(given: argparse.Namespace, now: datetime) -> int:
    """Stop."""
    say(scheduling.stop(given.broadcast_id, given.by, now))
    return 0


def run_resume(given: argparse.Namespace, now: datetime) -> int:
    """Go on."""
    say(scheduling.resume(given.broadcast_id, given.by, now))
    return 0


def run_winner(given: argparse.Namespace, now: datetime) -> int:
    """Who won; and the rest gets it."""
    if given.rest and not (given.at and given.by):
        raise Refused("broadcast.invalid", "for the rest, say --at TIME and --by NAME")
    variant, measured = testing.winner_of(given.broadcast_id)
    print(f"{variant.content_id}~{variant.version} did best ({measured})")
    if given.rest:
        draft = testing.rest_of(scheduling.get(given.broadcast_id), variant, read_start(given.at, now))
        scheduling.plan(draft, now)
        scheduling.approve(draft.broadcast_id, given.by, now)
        say(scheduling.schedule(draft.broadcast_id, now))
    return 0


def run_done(given: argparse.Namespace, now: datetime) -> int:
    """Mark done."""
    print(f"done in {duties.done(given.broadcast_id, given.duty_id, given.chats or None, now)} more groups")
    return 0


def run_opt_out(given: argparse.Namespace, now: datetime) -> int:
    """No more."""
    optouts.opt_out(given.member, now)
    print("gets no broadcasts to members any more")
    return 0


def run_opt_in(given: argparse.Namespace, now: datetime) -> int:
    """Again."""
    optouts.opt_in(given.member)
    print("gets broadcasts again")
    return 0


def _variant(text: str, of: int) -> Variant:
    content_id, equals, percent = text.partition("=")
    newest = contents.newest_approved(content_id)
    if newest is None:
        raise NotFound("content.unknown", f"{content_id} has no approved version")
    if equals and not (percent.isdecimal() and 1 <= int(percent) <= 100):
        raise Refused("broadcast.invalid", f"{text!r}: write CONTENT=PERCENT, a whole number up to 100")
    share = int(percent) * 100 if equals else WHOLE_BP // of
    return Variant(content_id=content_id, version=newest.version, share_bp=share)


def _audience(name: str) -> object:
    if name == "everybody":
        return {"everybody": True}
    try:
        return yaml.safe_load(Path(name).read_text("utf-8"))
    except yaml.YAMLError as error:
        raise Refused("audience.invalid", f"{name} is no YAML: {str(error).splitlines()[0]}") from error
