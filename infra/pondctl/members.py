"""`block` and `unblock`: who may not take part. The number is asked for, so that it stands in no shell's history."""

import argparse
import getpass
import sys
from datetime import datetime
from typing import Any

from pond.members import blocklist


def add_to(commands: Any) -> None:
    """The commands of this file."""
    block = commands.add_parser("block", help="turn away a phone number, asked for or read from standard input")
    block.set_defaults(run=run_block)
    unblock = commands.add_parser("unblock", help="take a block back")
    unblock.set_defaults(run=run_unblock)


def run_block(_: argparse.Namespace, now: datetime) -> int:
    """Block the number."""
    blocklist.block(_number(), now)
    print("blocked")
    return 0


def run_unblock(_: argparse.Namespace, now: datetime) -> int:
    """Take the block back."""
    blocklist.unblock(_number())
    print("unblocked")
    return 0


def _number() -> str:
    return getpass.getpass("Phone number: ") if sys.stdin.isatty() else sys.stdin.readline()
