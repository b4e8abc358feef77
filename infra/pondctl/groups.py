"""`groups`: the WeCom groups that take people."""

import argparse
from datetime import datetime
from typing import Any

from pond.groups import setup, standings
from pond.groups.model import GroupState
from pondctl.openings import positive
from pondctl.output import china, table

_STATES = {
    "open": "let it take new people",
    "reserve": "keep it ready: it is opened when the open ones are 80 % full",
    "pause": "give it no new people for now",
    "close": "give it none any more",
}
_STANDINGS = ("seated", "stranger", "double", "squatter", "left", "removed")


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("groups", help="the WeCom groups that take people").add_subparsers(
        metavar="ACTION", required=True
    )
    bring = actions.add_parser("import", help="have a WeCom group take people; again, it finishes what broke off")
    bring.add_argument("chat_id", metavar="CHAT_ID", help="WeCom's id of the customer group")
    bring.add_argument("--programme", required=True, metavar="ID")
    bring.add_argument("--segment", required=True, metavar="ID")
    bring.add_argument("--capacity", type=positive, metavar="N", help="default: the programme's")
    bring.add_argument("--reserve", action="store_true", help="keep it ready until the open ones are 80 %% full")
    bring.set_defaults(run=run_import)
    actions.add_parser("list", help="all groups by pool").set_defaults(run=run_list)
    people = actions.add_parser("people", help="who is in a group, or in all, and how they stand there")
    people.add_argument("chat_id", metavar="CHAT_ID", nargs="?")
    people.add_argument("--standing", choices=_STANDINGS, help="default: everyone who did not leave")
    people.set_defaults(run=run_people)
    for verb, what in _STATES.items():
        change = actions.add_parser(verb, help=what)
        change.add_argument("chat_id", metavar="CHAT_ID")
        change.set_defaults(run=run_change, state={"pause": "paused", "close": "closed"}.get(verb, verb))


def run_import(given: argparse.Namespace, now: datetime) -> int:
    """Bring the group in."""
    first_state: GroupState = "reserve" if given.reserve else "open"
    group = setup.import_group(given.chat_id, given.programme, given.segment, given.capacity, now, first_state)
    print(
        f"{group.chat_id}: {group.name}, {group.state}, {group.live_seats} of {group.capacity} seats, {group.pool_id}"
    )
    return 0


def run_list(_: argparse.Namespace, now: datetime) -> int:
    """All groups."""
    table(
        ("group", "name", "pool", "state", "seats", "capacity", "owner"),
        (
            (one.chat_id, one.name, one.pool_id, one.state, one.live_seats, one.capacity, one.owner)
            for one in setup.every_group()
        ),
        "no group yet: staff makes one in WeCom, then `pondctl groups import CHAT_ID`",
    )
    return 0


def run_people(given: argparse.Namespace, now: datetime) -> int:
    """Who is there."""
    table(
        ("group", "contact", "member", "standing", "came", "joined (China)"),
        (
            (one.chat_id, one.contact_id, one.member_id, one.standing, one.came, china(one.joined_at))
            for one in standings.people(given.chat_id, given.standing)
        ),
        "nobody",
    )
    return 0


def run_change(given: argparse.Namespace, now: datetime) -> int:
    """Open, reserve, pause or close it."""
    setup.set_state(given.chat_id, given.state)
    print(f"{given.chat_id}: {given.state}")
    return 0
