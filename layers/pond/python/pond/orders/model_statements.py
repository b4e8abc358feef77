"""Statements as people read them: a month's digest, a plain table for one person, a CSV for all.

What always holds: the same statements give the same digest and the same text, character by character.
"""

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Callable, Sequence

from pond.orders.model_ledger import Entry
from pond.orders.model_money import yuan
from pond.orders.model_settlement import Statement

COLUMNS = ("person", "name", "month", "carried", "earned", "clawed back", "adjusted", "total", "payable")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so


def digest(statements: Sequence[Statement]) -> str:
    """What was approved, in 32 characters: another entry, sum or person makes another."""
    plain = [
        [one.person_id, one.carried_fen, [[entry.entry_id, entry.kind, entry.amount_fen] for entry in one.lines]]
        for one in statements
    ]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:32]


def text(statement: Statement, day_of: Callable[[Entry], str], name: str = "") -> str:
    """One person's month as a plain table. `day_of`: the day in China on which an entry was booked."""
    rows = [("", "carried", "", "", yuan(statement.carried_fen))]
    rows += [
        (day_of(entry), entry.kind.replace("_", " "), entry.tid, entry.reason, yuan(entry.amount_fen))
        for entry in statement.lines
    ]
    rows += [("", "total", "", "", yuan(statement.total_fen)), ("", "payable", "", "", yuan(statement.payable_fen))]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    # amounts stand right, all else left
    lines = ["  ".join([*map(_left, row[:4], widths), row[4].rjust(widths[4])]) for row in rows]
    return "\n".join([f"{statement.month}  {name or statement.person_id}", "", *lines, ""])


def table(statements: Sequence[Statement], name_of: Callable[[str], str]) -> str:
    """Everybody's month as CSV, amounts in yuan; a last row adds up."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in statements:
        writer.writerow([one.person_id, _cell(name_of(one.person_id)), one.month, *map(yuan, _amounts(one))])
    totals = [sum(column) for column in zip(*map(_amounts, statements), strict=True)] or [0] * 6
    writer.writerow(["total", "", statements[0].month if statements else "", *map(yuan, totals)])
    return out.getvalue()


def _amounts(one: Statement) -> tuple[int, ...]:
    return (
        *(one.carried_fen, one.earned_fen, one.clawed_back_fen, one.adjusted_fen),
        *(one.total_fen, one.payable_fen),
    )


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _left(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in cell)
