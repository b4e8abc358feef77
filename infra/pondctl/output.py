"""How answers look on a terminal: aligned tables, Chinese characters counted as the two columns they take."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from pond.kernel.clock import CHINA


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows under heads, or the sentence `empty` when there are none."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not cells:
        print(empty)
        return
    widths = [max(map(width, column)) for column in zip(heads, *cells, strict=True)]
    for line in ([head.upper() for head in heads], *cells):
        print("  ".join(text + " " * (space - width(text)) for text, space in zip(line, widths, strict=True)).rstrip())


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char) for char in text)


def china(moment: datetime | None) -> str:
    """A time as operators read it: in China."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def progress(done: int, of: int | None, what: str) -> None:
    """Say how far a longer command is: in place on a terminal, silent elsewhere. `of`: None while nobody knows."""
    if sys.stderr.isatty():
        how_far = f"{done}/{of}" if of is not None else f"{done} "
        print(f"\r{what} {how_far}", end="\n" if done == of else "", file=sys.stderr, flush=True)
