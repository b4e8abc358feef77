"""How far a long bench has come, on standard error: its figures stand alone on standard output."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor


def mapped[T, R](pool: ProcessPoolExecutor, do: Callable[[T], R], parts: Sequence[T], what: str) -> Iterator[R]:
    """What came of each part, in order, saying about ten times how many are done."""
    every = max(1, len(parts) // 10)
    for number, result in enumerate(pool.map(do, parts), start=1):
        if number % every == 0:
            say(f"{what}: {number * 100 // len(parts)} %")
        yield result


def say(line: str) -> None:
    """Tell whoever waits."""
    print(f"  {line}", file=sys.stderr, flush=True)
