"""`openings`: the set times at which people are let in."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from pond.channels import openings, store_openings
from pond.channels.model import opening_id
from pond.kernel.clock import CHINA
from pond.kernel.errors import Refused
from pond.programmes import service as programmes
from pondctl.output import china, table

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_RECENT = timedelta(days=1)


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("openings", help="the times at which people are let in").add_subparsers(
        metavar="ACTION", required=True
    )
    create = actions.add_parser("create", help="plan an opening; the same again changes nothing")
    create.add_argument("--programme", metavar="ID", help="needed when there are several")
    create.add_argument(
        "--start", required=True, metavar="TIME", help="2026-11-23T20:00 (China time), or +5m, +2h, +1d"
    )
    create.add_argument("--minutes", required=True, type=positive, metavar="N", help="how long it lasts")
    create.add_argument("--quota", required=True, type=positive, metavar="N", help="how many people are let in")
    create.set_defaults(run=run_create)
    listing = actions.add_parser("list", help="openings since yesterday")
    listing.add_argument("--programme", metavar="ID")
    listing.set_defaults(run=run_list)


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return int(text)


def read_start(text: str, now: datetime) -> datetime:
    """A time from now (`+5m`), or an ISO time, meant in China when it says no zone.

    Raises:
        Refused: `opening.start`: neither, or in the past.
    """
    if ahead := re.fullmatch(r"\+(\d{1,4})([mhd])", text):
        return now + timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("opening.start", f"{text!r} is no time: write 2026-11-23T20:00 (China) or +5m") from None
    if start.tzinfo is None:
        start = start.replace(tzinfo=CHINA)
    if start < now:
        raise Refused("opening.start", f"{china(start)} (China) has passed")
    return start.astimezone(UTC)


def run_create(given: argparse.Namespace, now: datetime) -> int:
    """Plan the opening and say when it is."""
    start = read_start(given.start, now)
    programme_id = given.programme or only_programme()
    opening = openings.plan(programme_id, start, start + timedelta(minutes=given.minutes), given.quota)
    print(
        f"{opening.programme_id} {opening.opening_id}: {china(opening.starts_at)} to {china(opening.ends_at)} (China), "
        f"quota {opening.quota}, {opening.state}"
    )
    return 0


def run_list(given: argparse.Namespace, now: datetime) -> int:
    """Openings since yesterday."""
    ids = [given.programme] if given.programme else programmes.all_ids()
    table(
        ("programme", "opening", "start (China)", "end (China)", "quota", "state", "numbers"),
        (
            (
                one.programme_id,
                one.opening_id,
                china(one.starts_at),
                china(one.ends_at),
                one.quota,
                one.state,
                _let_in(one),
            )
            for programme_id in ids
            for one in store_openings.between(programme_id, opening_id(now - _RECENT))
        ),
        "no opening since yesterday: `pondctl openings create` plans one",
    )
    return 0


def _let_in(opening: Any) -> str:
    return "" if opening.first_number is None else f"{opening.first_number}-{opening.last_number}"


def only_programme() -> str:
    """The programme there is.

    Raises:
        Refused: `programme.which`: there are several, or none.
    """
    ids = programmes.all_ids()
    if len(ids) != 1:
        raise Refused("programme.which", f"say which with --programme: {', '.join(ids) or 'there is none yet'}")
    return ids[0]
