"""`review`: registrations that a person looks at before a seat is given. Names stay sealed unless `--show` asks for
them, and who asked is kept beside the registration.
"""

import argparse
from datetime import datetime
from typing import Any, cast

from pond.kernel.errors import Refused
from pond.members import reviews
from pond.members.model import Registration, Standing
from pond.programmes import service as programmes
from pond.programmes.model import Programme
from pondctl.openings import only_programme
from pondctl.output import china, table

_STANDINGS = ("review", "waitlist", "refused")


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("review", help="who is looked at before a seat is given").add_subparsers(
        metavar="ACTION", required=True
    )
    listing = actions.add_parser("list", help="who waits for a decision, in order")
    listing.add_argument("--programme", metavar="ID", help="needed when there are several")
    listing.add_argument("--standing", choices=_STANDINGS, default="review", help="another list than reviews")
    listing.add_argument("--show", action="store_true", help="with names; that you saw them is kept")
    listing.add_argument("--by", metavar="NAME", default="", help="who looks; needed with --show")
    listing.set_defaults(run=run_list)
    for verb, what in (("accept", "let them in, quota or not"), ("refuse", "turn them away; they read the reason")):
        decide = actions.add_parser(verb, help=f"{what}; the same again changes nothing")
        decide.add_argument("member_ids", nargs="+", metavar="MEMBER")
        decide.add_argument("--programme", metavar="ID", help="needed when there are several")
        decide.add_argument("--by", required=True, metavar="NAME", help="who decides; kept with the decision")
        decide.add_argument("--reason", required=verb == "refuse", default="", metavar="TEXT")
        decide.set_defaults(run=run_decide, verb=verb)
    actions.add_parser("admit", help="accept who waits for a quota, as far as there is room now").set_defaults(
        run=run_admit
    )


def run_list(given: argparse.Namespace, now: datetime) -> int:
    """The list, with what each answered and why it stands there."""
    if given.show and not given.by:
        raise Refused("review.by", "--show needs --by NAME: who sees names is kept")
    programme = programmes.get(given.programme or only_programme())
    heads = ["member", "registered (China)", "stage", "city", "answers", "why"] + (["name"] if given.show else [])
    rows = (
        [*_row(one, programme), *([_name(one, given.by, now)] if given.show else [])]
        for one in reviews.listed(programme.programme_id, cast(Standing, given.standing))
    )
    table(heads, rows, f"nobody stands in {given.standing} in {programme.programme_id}")
    return 0


def run_decide(given: argparse.Namespace, now: datetime) -> int:
    """Accept or refuse each, and say what that did."""
    decide = reviews.accept if given.verb == "accept" else reviews.refuse
    programme_id = given.programme or only_programme()
    for member_id in given.member_ids:
        outcome = decide(member_id, programme_id, given.by, given.reason, now)
        done = "accepted" if given.verb == "accept" else "refused"
        print(f"{member_id}: {done}{' already' if outcome == 'already' else ''}")
    return 0


def run_admit(_: argparse.Namespace, now: datetime) -> int:
    """Accept from the waitlists of quotas."""
    print(f"accepted: {reviews.admit_waiting(now)}")
    return 0


def _row(one: Registration, programme: Programme) -> list[str]:
    stage = programme.stage(one.stage_id)
    why = one.decided_reason or (f"quota {one.full_quota} is full" if one.full_quota else one.rule_id or "")
    return [
        one.member_id,
        china(one.registered_at),
        stage.name if stage else one.stage_id,
        one.city,
        " · ".join(_answer(programme, question_id, value) for question_id, value in one.answers.items()),
        why,
    ]


def _answer(programme: Programme, question_id: str, value: str) -> str:
    """An answer as it was read in the form, if it is still asked there."""
    choices = [one.choices for one in programme.questions if one.question_id == question_id]
    return next((choice.text for choice in sum(choices, ()) if choice.value == value), value)


def _name(one: Registration, by: str, now: datetime) -> str:
    shown = reviews.show(one.member_id, one.programme_id, by, now)
    return shown.name if shown else ""
