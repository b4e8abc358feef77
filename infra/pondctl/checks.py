"""`check`: whether what must always hold about seats, orders, the ledger and broadcasts does."""

import argparse
from datetime import datetime, timedelta
from typing import Any

from pond.broadcasts import invariants as broadcasts
from pond.groups import invariants
from pond.orders import invariants as orders
from pond.orders import settlement
from pondctl.output import table

_PENDING = timedelta(minutes=10)  # work younger than this may still stand in a queue


def add_to(commands: Any) -> None:
    """The command of this file."""
    check = commands.add_parser("check", help="check what must always hold; exit code 1 when something does not")
    check.add_argument(
        "--settled", action="store_true", help="no work is pending: count what is younger than 10 minutes too"
    )
    check.set_defaults(run=run)


def run(given: argparse.Namespace, now: datetime) -> int:
    """Check everything and list what does not hold."""
    breaches = invariants.check(now, now if given.settled else now - _PENDING) + orders.check() + settlement.check()
    breaches += broadcasts.check(now)
    table(("rule", "about", "what"), ((one.rule, one.about, one.what) for one in breaches), "all invariants hold")
    return 1 if breaches else 0
