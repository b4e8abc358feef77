"""`prune`: published versions of functions that nothing runs any more. Each deploy leaves one behind for every
function; Lambda keeps 75 GB of code for an account and region, and SnapStart's cache is billed by version.

What always holds: what an alias points to stays, and what it would be rolled back to.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from pond.kernel.aws import client
from pondctl.openings import positive
from pondctl.output import table
from pondctl.watching import chosen

KEEP = 3
_LATEST = "$LATEST"


@dataclass(frozen=True)
class Old:
    """A published version that may go."""

    number: int
    published: str
    code_bytes: int


def add_to(commands: Any) -> None:
    """The commands of this file."""
    prune = commands.add_parser("prune", help="remove old versions of functions; without --yes says which these are")
    prune.add_argument("function", nargs="?", default="all", metavar="FUNCTION", help="default: all")
    kept = "how many of those that no alias points to stay, the newest"
    prune.add_argument("--keep", type=positive, default=KEEP, metavar="N", help=f"{kept} ({KEEP})")
    prune.add_argument("--yes", action="store_true", help="remove them")
    prune.set_defaults(run=run_prune)


def run_prune(given: argparse.Namespace, now: datetime) -> int:
    """List the old versions; remove them if told so."""
    functions = client("lambda")
    found = [(name, full, old) for name, full in chosen(given.function).items() for old in _old(full, given.keep)]
    rows = ((name, old.number, old.published[:10], f"{old.code_bytes / 1e6:.1f}") for name, _, old in found)
    table(("function", "version", "published", "MB"), rows, "nothing to remove")
    if not found:
        return 0
    if not given.yes:
        print("nothing was removed: say --yes")
        return 0
    for _, full, old in found:
        # Lambda refuses, by itself, one that an alias came to point to meanwhile
        functions.delete_function(FunctionName=full, Qualifier=str(old.number))
    print(f"removed: {len(found)}, {sum(old.code_bytes for *_, old in found) / 1e6:.1f} MB")
    return 0


def _old(function: str, keep: int) -> list[Old]:
    """The versions of a function that may go, oldest first."""
    functions = client("lambda")
    aliases = functions.get_paginator("list_aliases").paginate(FunctionName=function)
    pointed = {number for page in aliases for alias in page["Aliases"] for number in _targets(alias)}
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    versions = {
        int(one["Version"]): Old(int(one["Version"]), one["LastModified"], one["CodeSize"])
        for page in pages
        for one in page["Versions"]
        if one["Version"] != _LATEST
    }
    return [versions[number] for number in may_go(sorted(versions), pointed, keep)]


def may_go(numbers: Sequence[int], pointed: set[int], keep: int) -> list[int]:
    """Of versions, in order, those that are neither pointed to by an alias, nor the one before such a one (`rollback`
    goes there), nor among the newest so many of the others."""
    before = {earlier for earlier, later in pairwise(numbers) if later in pointed}
    others = [number for number in numbers if number not in pointed]
    return [number for number in others[:-keep] if number not in before]


def _targets(alias: dict[str, Any]) -> list[int]:
    """The published versions an alias gives calls to: two while a canary runs."""
    weighted = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return [int(number) for number in (alias["FunctionVersion"], *weighted) if number != _LATEST]
