"""`seats`: what only an operator may do about a member's seat."""

import argparse
from datetime import datetime
from typing import Any

from pond.groups import seats
from pond.kernel.errors import Refused


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("seats", help="members' seats").add_subparsers(metavar="ACTION", required=True)
    grant = actions.add_parser("grant", help="give another try to whose holds ran out, who left or was removed")
    grant.add_argument("member_id", metavar="MEMBER", help="the pseudonym, as `groups people` shows it")
    grant.add_argument("programme_id", metavar="PROGRAMME")
    grant.set_defaults(run=run_grant)


def run_grant(given: argparse.Namespace, now: datetime) -> int:
    """Have them given a seat, or a place in the waitlist."""
    if not seats.grant(given.member_id, given.programme_id, now):
        state = seats.my_seat(given.member_id, given.programme_id, now).state
        raise Refused("seat.not_ended", f"their seat is {state}")
    print(f"{given.member_id}: will be given a seat, or a place in the waitlist")
    return 0
