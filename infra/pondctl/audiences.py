"""`audiences`: whom a condition means, before anything is sent to them."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from pond.broadcasts import audiences
from pond.broadcasts.model_audience_reader import read as read_audience
from pond.kernel.errors import Refused
from pondctl.openings import only_programme
from pondctl.programmes import read


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("audiences", help="whom a broadcast would be for").add_subparsers(
        metavar="ACTION", required=True
    )
    count = actions.add_parser("count", help="how many members, or groups, a condition means, and some of them")
    count.add_argument("--where", metavar="CONDITION", help='YAML or JSON, such as "{stage: [pregnancy]}"')
    count.add_argument("--file", type=Path, metavar="FILE.yaml", help="an audience: where, everybody, nobody")
    count.add_argument("--groups", action="store_true", help="groups instead of members")
    count.add_argument("--programme", metavar="ID", help="needed when there are several")
    count.set_defaults(run=run_count)


def run_count(given: argparse.Namespace, now: datetime) -> int:
    """Print the count and a sample, under pseudonyms; reads everyone enrolled."""
    kind: Any = "group" if given.groups else "member"
    audience = read_audience(_document(given), kind)
    counted = audiences.count(given.programme or only_programme(), audience, kind, now)
    print(f"{counted.matching} of {counted.population} {kind}s")
    for one in counted.some:
        print(one.recipient_id)
    return 0


def _document(given: argparse.Namespace) -> object:
    if given.file:
        return read(given.file)
    try:
        return {"where": yaml.safe_load(given.where)} if given.where else {}
    except yaml.YAMLError as error:
        raise Refused("audience.invalid", f"--where: {' '.join(str(error).split())}") from error
