"""`backup`: the three-way backup of how members are reached. Opening one is written down and leaves a private file."""

import argparse
import getpass
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from pond.insights import backups
from pond.kernel.aws import client
from pond.kernel.errors import Refused
from pondctl.output import china, table

_OWNER_ONLY = 0o600


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("backup", help="backups of how members are reached").add_subparsers(
        metavar="ACTION", required=True
    )
    make = actions.add_parser("make", help="have today's; again, it goes on with what broke off")
    make.add_argument("--programme", metavar="ID", help="its members only; default: everyone")
    make.set_defaults(run=run_make)
    actions.add_parser("list", help="all backups, by counts").set_defaults(run=run_list)
    read = actions.add_parser("open", help="write one in the clear into a new file; who does, and why, is kept")
    read.add_argument("key", metavar="KEY", help="as `backup list` shows it")
    read.add_argument("--out", required=True, type=Path, metavar="FILE", help="outside the repository; for you alone")
    read.add_argument("--reason", required=True, metavar="TEXT", help="why; no name and no number in it")
    read.set_defaults(run=run_open)


def run_make(given: argparse.Namespace, now: datetime) -> int:
    """Have today's backup."""
    made = backups.make(given.programme, now)
    print(f"{made.name}: {made.tally.members} members in {len(made.parts)} parts")
    return 0


def run_list(_: argparse.Namespace, __: datetime) -> int:
    """List the backups."""
    table(
        ("backup", "made (China)", "members", "3 routes", "2", "1", "none"),
        (
            (name, china(made.made_at), made.tally.members, *(made.tally.over(number) for number in (3, 2, 1, 0)))
            if made
            else (name, "unfinished", *[None] * 5)
            for name, made in backups.listed()
        ),
        "no backup yet: `pondctl backup make`, or wait for the month's",
    )
    return 0


def run_open(given: argparse.Namespace, now: datetime) -> int:
    """Write a backup in the clear; a file that broke off is not left behind."""
    path = outside(given.out)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError as error:
        raise Refused("file.exists", f"{path} is there already: choose another") from error
    lines = 0
    try:
        with os.fdopen(file, "wb") as out:
            for text in backups.open_for(given.key, _who(), given.reason, now):
                lines += text.count(b"\n")
                out.write(text)
    except BaseException:
        path.unlink()
        raise
    print(f"{path}: {lines} members, readable by you alone. Delete it when it has served its purpose.")
    return 0


def outside(path: Path) -> Path:
    """The whole path of a file that is to hold personal data; refused within a repository."""
    whole = path.expanduser().resolve()
    if any((folder / ".git").exists() for folder in whole.parents):
        raise Refused("file.in_repository", f"{whole} lies in a repository: personal data must not get into one")
    return whole


def _who() -> str:
    return f"{client('sts').get_caller_identity()['Arn']} ({getpass.getuser()})"
