"""`block`, `unblock` and `blocks`: who may not take part. Numbers and WeChat's own ids are asked for, so that they
stand in no shell's history; pseudonyms, as lists and logs show them, and name patterns may be given.
"""

import argparse
import getpass
import sys
from datetime import datetime
from typing import Any

from pond.groups import blocking, standings
from pond.members import blocklist
from pond.members.model_blocks import BlockKind
from pondctl.output import china, table

_ASK = "?"
_PROMPTS: dict[BlockKind, str] = {
    "phone": "Phone number: ",
    "account": "unionid: ",
    "contact": "external_userid: ",
    "name": "Name pattern: ",
}


def add_to(commands: Any) -> None:
    """The commands of this file."""
    block = commands.add_parser("block", help="turn somebody away: by phone unless told otherwise")
    _against(block)
    block.add_argument("--reason", required=True, metavar="TEXT", help="why; no name and no number in it")
    block.set_defaults(run=run_block)
    unblock = commands.add_parser("unblock", help="take a block back")
    _against(unblock)
    unblock.set_defaults(run=run_unblock)
    commands.add_parser("blocks", help="who is turned away, and why").set_defaults(run=run_blocks)


def run_block(given: argparse.Namespace, now: datetime) -> int:
    """Block."""
    blocking.block(*_who(given), given.reason, now)
    print("blocked")
    return 0


def run_unblock(given: argparse.Namespace, _: datetime) -> int:
    """Take a block back."""
    blocklist.unblock(*_who(given))
    print("unblocked")
    return 0


def run_blocks(_: argparse.Namespace, __: datetime) -> int:
    """List the blocks, and who of the blocked is in a group still."""
    rows = ((one.kind, one.value, china(one.blocked_at), one.reason) for one in blocklist.listed())
    table(("kind", "against", "since", "reason"), rows, "nobody is blocked")
    inside = sorted(standings.blocked())
    if inside:
        print("\nblocked, and in a group still: remove them there in WeCom")
        table(("member", "programme", "group"), inside, "")
    return 0


def _against(command: argparse.ArgumentParser) -> None:
    who = command.add_mutually_exclusive_group()
    who.add_argument("--phone", action="store_true", help="a phone number, asked for (the default)")
    for name, what in (("account", "a WeChat account"), ("contact", "a WeCom contact")):
        who.add_argument(
            f"--{name}", nargs="?", const=_ASK, metavar="PSEUDONYM", help=f"{what}; its own id is asked for"
        )
    who.add_argument(
        "--name-pattern", dest="name", metavar="PATTERN", help="names like this; * is anything, e.g. '*代购*'"
    )


def _who(given: argparse.Namespace) -> tuple[BlockKind, str]:
    kinds: tuple[BlockKind, ...] = ("account", "contact", "name")
    kind: BlockKind = next((kind for kind in kinds if getattr(given, kind) is not None), "phone")
    value = getattr(given, kind) if kind != "phone" else _ASK
    return kind, asked(_PROMPTS[kind]) if value == _ASK else value


def asked(prompt: str) -> str:
    """What is typed unseen, or the next line of standard input."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()
