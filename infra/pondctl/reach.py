"""`reach`: over how many routes (phone, official account, WeCom group) members can be reached."""

import argparse
from datetime import datetime
from typing import Any

from pond.insights import reach
from pond.insights.model import Tally
from pond.programmes import service as programmes
from pondctl.output import table


def add_to(commands: Any) -> None:
    """The command of this file."""
    count = commands.add_parser("reach", help="over how many routes members can be reached; reads everyone")
    count.add_argument("--programme", metavar="ID", help="this one only")
    count.set_defaults(run=run)


def run(given: argparse.Namespace, _: datetime) -> int:
    """Count, and print each programme and everyone."""
    if given.programme:
        programmes.get(given.programme)
    found = reach.count_all()
    rows = [(name, tally) for name, tally in found.programmes.items() if given.programme in (None, name)]
    if not given.programme:
        rows.append(("everyone", found.everyone))
    table(
        ("programme", "members", "3 routes", "2", "1", "none", "phone", "account", "WeCom"),
        ((name, *_cells(tally)) for name, tally in rows),
        "",
    )
    return 0


def _cells(tally: Tally) -> tuple[int, ...]:
    over = (tally.over(number) for number in (3, 2, 1, 0))
    return (tally.members, *over, tally.by("phone"), tally.by("account"), tally.by("wecom"))
