"""Reads the command line, runs one command, and turns what goes wrong into a sentence and an exit code.

0: done. 1: refused, failed, or the check found something. 2: the command line or the environment is wrong. 130: Ctrl-C.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from pond.kernel.clock import now as clock_now
from pond.kernel.errors import PondError
from pondctl import (
    audiences,
    backups,
    broadcasts,
    channels,
    checks,
    contents,
    dead_letters,
    environment,
    groups,
    links,
    members,
    openings,
    orders,
    plans,
    programmes,
    reach,
    reviews,
    rights,
    seats,
    secret_store,
    seed,
    tracked,
    versions,
    volunteers,
    watching,
)
from pondctl.problems import WrongEnvironment, explain

OK, FAILED, USAGE, STOPPED = 0, 1, 2, 130


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(
        prog="pondctl",
        description="Runs a Pond deployment, found by POND_* and AWS_* variables or a file of them.",
        epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong command line or environment.",
    )
    top.add_argument("--env-file", type=Path, metavar="FILE", help="KEY=VALUE lines, e.g. .local/env after `make run`")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for room in (
        programmes,
        channels,
        openings,
        groups,
        volunteers,
        tracked,
        seats,
        reviews,
        members,
        contents,
        plans,
        audiences,
        orders,
        reach,
        backups,
        broadcasts,
        rights,
        checks,
        dead_letters,
        secret_store,
        links,
        watching,
        versions,
        seed,
    ):
        room.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None, now: datetime | None = None) -> int:
    """Run the command; its exit code."""
    given = parser().parse_args(arguments)
    try:
        environment.load(given.env_file, prefix_needed=not hasattr(given, "before_prefix"))
        code: int = given.run(given, now or clock_now())
        return code
    except WrongEnvironment as error:
        return _say(str(error), USAGE)
    except (PondError, BotoCoreError, ClientError, PynamoDBException, OSError) as error:
        return _say(explain(error), FAILED)
    except KeyboardInterrupt:
        return _say("stopped; what was done stays done, run it again to finish", STOPPED)


def _say(message: str, code: int) -> int:
    print(f"pondctl: {message}", file=sys.stderr)
    return code
