"""Lines that show what is being done and how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """One line: what begins, then how long it took. A failed step ends its line too."""
    began = time.monotonic()
    print(f"  {what} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def complain(message: str) -> None:
    """A problem, where it is seen."""
    print(f"\n{message}", file=sys.stderr, flush=True)
