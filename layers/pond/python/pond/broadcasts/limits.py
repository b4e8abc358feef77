"""Keeping to the partners' rates: a call is paid for before it is made."""

from datetime import datetime

from pond.kernel.errors import Transient
from pond.platforms import buckets


class MustWait(Transient):
    """The rate is used up for now; nothing was called. `seconds`: when asking again makes sense."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__("broadcast.must_wait", f"{name}: {seconds:.1f} s")
        self.seconds = seconds


def pay(name: str, now: datetime, calls: int = 1) -> None:
    """Take so many calls of a name from its bucket.

    Raises:
        MustWait: they may not be made yet.
    """
    if wait := buckets.take(name, calls, now):
        raise MustWait(name, wait)
