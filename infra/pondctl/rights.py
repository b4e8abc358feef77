"""`rights`: what the law gives people over their data, for wishes that come by letter or phone. A person's own way is
the page /me. Numbers and WeChat's ids are asked for; who did it and why is kept.
"""

import argparse
import getpass
import json
import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound
from pond.members import access_log, my_data
from pond.members.my_data import Mine
from pond.rights import exporting, purchases, wishes
from pondctl.backups import outside
from pondctl.output import china, table

_OWNER_ONLY = 0o600


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("rights", help="see, take along or delete what is kept of somebody").add_subparsers(
        metavar="ACTION", required=True
    )
    export = actions.add_parser("export", help="write all that is kept of a person into a file for them")
    export.add_argument("--out", required=True, type=Path, metavar="FILE")
    delete = actions.add_parser("delete", help="have a person forgotten; prints their receipt's number")
    for command, run in ((export, run_export), (delete, run_delete)):
        command.add_argument("--by", required=True, metavar="NAME", help="who does it; kept")
        command.add_argument("--reason", required=True, metavar="TEXT", help="why, such as 'letter of 3 May'; kept")
        command.set_defaults(run=run)
    receipt = actions.add_parser("receipt", help="how far a wish to be forgotten is carried out")
    receipt.add_argument("number")
    receipt.set_defaults(run=run_receipt)
    seen = actions.add_parser("accesses", help="who of the operators saw personal data, and why")
    seen.add_argument("--days", type=int, default=7, metavar="N", help="the last N days (7)")
    seen.set_defaults(run=run_accesses)


def run_export(given: argparse.Namespace, now: datetime) -> int:
    """Write the file; nothing is left behind if it breaks off."""
    path = outside(given.out)
    mine = _asked()
    access_log.note(given.by, "all", mine.member_id, given.reason, now)
    follower_id = mine.registrations[0].follower_id if mine.registrations else ""
    whole = exporting.document(mine, follower_id, now) | {"订单": purchases.of(mine.member_id)}
    text = json.dumps(whole, ensure_ascii=False, indent=2)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="utf-8") as out:
        out.write(text + "\n")
    print(f"{path}: readable by you alone. Delete it when the person has it.")
    return 0


def run_delete(given: argparse.Namespace, now: datetime) -> int:
    """Write the wish down."""
    mine = _asked()
    follower_id = mine.registrations[0].follower_id if mine.registrations else None
    wish = wishes.request(mine.member_id, follower_id, now, by=given.by, reason=given.reason)
    print(f"receipt {wish.erasure_id}: forgotten within minutes; `pondctl rights receipt` shows how far it is")
    return 0


def run_receipt(given: argparse.Namespace, _: datetime) -> int:
    """Show it."""
    wish = wishes.receipt(given.number)
    if wish is None:
        raise NotFound("erasure.unknown", "no wish has that number")
    moments = (("asked for", wish.requested_at), ("erased", wish.erased_at), ("searched and done", wish.done_at))
    table(("what", "when (China)"), ((what, china(at) if at else "not yet") for what, at in moments), "")
    print(f"by {wish.by}; rows: {', '.join(f'{name} {rows}' for name, rows in sorted(wish.taken.items())) or 'none'}")
    return 0


def run_accesses(given: argparse.Namespace, now: datetime) -> int:
    """List them."""
    today = china_day(now)
    days: list[date] = [today - timedelta(days=back) for back in range(given.days - 1, -1, -1)]
    rows = ((china(one.at), one.who, one.what, one.about, one.why) for day in days for one in access_log.of_day(day))
    table(("when (China)", "who", "saw", "of", "why"), rows, "nobody looked")
    return 0


def _asked() -> Mine:
    """Whoever proved the number that is typed in."""
    typed = getpass.getpass("Phone number: ") if sys.stdin.isatty() else sys.stdin.readline()
    mine = my_data.by_phone(typed)
    if mine is None:
        raise NotFound("member.unknown", "nobody proved that number")
    return mine
