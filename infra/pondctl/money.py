"""`orders rates|settle|statement|sums|adjust|levels|refuse`: what people are paid, and what orders come to."""

import argparse
import csv
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pond.kernel.clock import china_day
from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.members.model import read_phone
from pond.orders import adjustments, catching_up, levels, outreach, rates, settlement, sums
from pond.orders.catching_up import CaughtUp
from pond.orders.levels import Talk
from pond.orders.model_ledger import Entry
from pond.orders.model_money import read_yuan, yuan
from pond.orders.model_statements import table as statements_table
from pond.orders.model_statements import text
from pond.orders.model_sums import DIMENSIONS
from pond.volunteers import service as volunteers
from pondctl.members import asked
from pondctl.output import china, progress, table
from pondctl.programmes import read


def add_actions(actions: Any) -> None:
    """The actions of this file, beside those of `orders`."""
    rate = actions.add_parser("rates", help="what a programme pays: `apply FILE.yaml --by NAME`").add_subparsers(
        metavar="ACTION", required=True
    )
    apply = rate.add_parser("apply", help="pay as a YAML file says from now on, also for orders that waited for it")
    apply.add_argument("file", type=Path, metavar="FILE.yaml")
    _by(apply)
    apply.set_defaults(run=run_rates)
    settle = actions.add_parser("settle", help="a month: draft, approve, pay, each by somebody").add_subparsers(
        metavar="STEP", required=True
    )
    for step, what in (
        ("draft", "close a month that is over to further entries"),
        ("approve", "let it be paid as its statements stand"),
        ("pay", "note that it was paid"),
    ):
        action = settle.add_parser(step, help=what)
        action.add_argument("month", metavar="MONTH", help="such as 2026-11")
        _by(action)
        action.set_defaults(run=run_settle, step=step)
    statement = actions.add_parser("statement", help="somebody's month, or with --csv everybody's")
    statement.add_argument("who", nargs="?", metavar="PERSON")
    statement.add_argument("month", metavar="MONTH")
    statement.add_argument("--csv", type=Path, metavar="FILE", help="everybody's, into a new file")
    statement.add_argument("--show", action="store_true", help="with names")
    statement.set_defaults(run=run_statement)
    adjust = actions.add_parser("adjust", help="give somebody something, or take it back (--minus), beside orders")
    adjust.add_argument("who", metavar="PERSON")
    adjust.add_argument("amount", metavar="YUAN", help="such as 12.50")
    adjust.add_argument("--minus", action="store_true", help="take it back")
    adjust.add_argument("--reason", required=True)
    _by(adjust)
    adjust.set_defaults(run=run_adjust)
    level = actions.add_parser("levels", help="a month's levels and bonuses: `compute MONTH`").add_subparsers(
        metavar="ACTION", required=True
    )
    compute = level.add_parser("compute", help="once for a month that is over; again it shows the same")
    compute.add_argument("month", metavar="MONTH")
    compute.add_argument("--activity", type=Path, metavar="FILE.csv", help="chat_id,spoke,members of all groups")
    compute.set_defaults(run=run_levels)
    total = actions.add_parser("sums", help="what orders come to: of whom, by day; `sums rebuild` computes all anew")
    total.add_argument("dimension", choices=(*DIMENSIONS, "rebuild"))
    total.add_argument("name", nargs="?", default="", metavar="ID")
    total.add_argument("--since", type=_day, metavar="DAY", help="default: 30 days before --until")
    total.add_argument("--until", type=_day, metavar="DAY", help="default: today")
    total.set_defaults(run=run_sums)
    refuse = actions.add_parser("unreachable", help="who must not be called or texted after an order; lists them")
    refuse.add_argument("--add", action="store_true", help="somebody more; the number is asked for")
    refuse.add_argument("--remove", action="store_true", help="they may be reached again; the number is asked for")
    refuse.add_argument("--reason", default="", metavar="TEXT", help="why; no name and no number in it")
    refuse.add_argument("--by", default="", metavar="NAME", help="who does it")
    refuse.set_defaults(run=run_unreachable)


def run_rates(given: argparse.Namespace, now: datetime) -> int:
    """Apply the file, and let orders that waited for rates have theirs."""
    applied = rates.apply(read(given.file), given.by, now)
    print(f"{applied.outcome}: {applied.programme_id}, version {applied.version}", flush=True)
    done = CaughtUp()
    for done in catching_up.catch_up(applied.programme_id, now):
        progress(done.looked_at, None, "orders looked at:")
    if done.agreed:
        print(f"orders from before that earn now: {done.agreed}, {yuan(done.booked_fen)} yuan booked")
    return 0


def run_settle(given: argparse.Namespace, now: datetime) -> int:
    """Do the step."""
    step = {"draft": settlement.draft, "approve": settlement.approve, "pay": settlement.pay}[given.step]
    held = step(given.month, given.by, now)
    rows = [("drafted", held.drafted_by, china(held.drafted_at))]
    rows += [("approved", held.approved_by, china(held.approved_at))] if held.approved_at else []
    rows += [("paid", held.paid_by, china(held.paid_at))] if held.paid_at else []
    table((held.month, "by", "at (China)"), rows, "")
    if held.approved_at:
        print(f"{held.people} people, {yuan(held.payable_fen)} yuan payable")
    return 0


def run_statement(given: argparse.Namespace, now: datetime) -> int:
    """Print a statement, or write everybody's."""

    def name(person_id: str) -> str:
        return volunteers.display_name(person_id) if given.show else ""

    if given.csv:
        made = statements_table(settlement.of_month(given.month), name)
        with given.csv.open("x", encoding="utf-8-sig", newline="") as file:  # spreadsheets want the mark
            file.write(made)
        print(f"{given.csv}: written")
        return 0
    if not given.who:
        raise Refused("statement.whose", "name a person, or give --csv FILE")
    found = settlement.of_person(given.who, given.month)
    print(text(found, _booked_on, name(given.who)) if found else "nothing booked, nothing carried")
    return 0


def run_adjust(given: argparse.Namespace, now: datetime) -> int:
    """Adjust."""
    fen = read_yuan(given.amount, "the amount") * (-1 if given.minus else 1)
    written = adjustments.by_hand(given.who, fen, given.reason, given.by, now)
    print(f"{given.who}: {yuan(fen)} {'booked' if written == 'written' else 'was booked before'}")
    return 0


def run_levels(given: argparse.Namespace, now: datetime) -> int:
    """Compute the month."""
    found = levels.compute(given.month, _talks(given.activity) if given.activity else (), now)
    table(
        ("person", "group", "people", "sales", "activity", "level then", "bonus"),
        (
            (
                *(one.person_id, one.chat_id, one.people, yuan(one.sales)),
                *(f"{one.activity / 100:.2f} %", one.level, yuan(one.bonus_fen)),
            )
            for one in found
        ),
        "nobody: rates without levels, or no --activity",
    )
    return 0


def run_sums(given: argparse.Namespace, now: datetime) -> int:
    """Print them, or rebuild all."""
    if given.dimension == "rebuild":
        print(f"sums of {sums.rebuild(now)} orders computed anew")
        return 0
    until = given.until or china_day(now)
    found = sums.report(given.dimension, given.name, given.since or until - timedelta(days=30), until)
    rows = [
        (day, one.orders, yuan(one.revenue_fen), yuan(one.refunds_fen), yuan(one.kept_fen))
        for day, one in sorted(found.by_day.items())
    ]
    total = found.total
    rows.append(("all", total.orders, yuan(total.revenue_fen), yuan(total.refunds_fen), yuan(total.kept_fen)))
    table(("day paid", "orders", "revenue", "refunds that day", "kept in the end"), rows, "")
    print(f"buyers: {found.buyers}")
    if members := sums.members_of(given.dimension, given.name):
        print(f"members: {members}, each worth {yuan(total.kept_fen // members)} yuan kept")
    return 0


def run_unreachable(given: argparse.Namespace, now: datetime) -> int:
    """Note it, undo it, or list all."""
    if not (given.add or given.remove):
        table(
            ("person", "reason", "by", "since (China)"),
            ((one.person_id, one.reason, one.by, china(one.at)) for one in outreach.refusals()),
            "nobody",
        )
        return 0
    if given.add and not (given.reason.strip() and given.by.strip()):
        raise Refused("outreach.no_reason", "give --reason and --by")
    number = read_phone(asked("Phone number: "))
    if number is None:
        raise Refused("outreach.phone", "no mobile number of mainland China")
    person_id = pseudonym("phone", number)
    if given.add:
        outreach.refuse(person_id, given.reason, given.by, now)
    else:
        outreach.allow(person_id)
    print(f"{person_id}: {'is never reached' if given.add else 'may be reached'}")
    return 0


def _by(action: Any) -> None:
    action.add_argument("--by", required=True, metavar="NAME", help="who does it")


def _booked_on(entry: Entry) -> str:
    return china_day(entry.at).isoformat()


def _talks(file: Path) -> Iterable[Talk]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            return [Talk(row["chat_id"], int(row["spoke"]), int(row["members"])) for row in csv.DictReader(rows)]
    except (OSError, UnicodeDecodeError, KeyError, ValueError, TypeError) as error:
        raise Refused("file.unreadable", f"{file}: rows of chat_id,spoke,members are expected") from error


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no day such as 2026-12-01") from error
