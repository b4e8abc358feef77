"""Calls to partners are counted before they are made, in one place for all workers.

What always holds: the takes granted for a call, by any number of workers, are in no window of any of its rates more
than the rate allows (windows by the workers' clocks; a clock that is ahead may spend that much earlier). Nobody sleeps
here: who must wait is told how long. A take that is not used is lost; nothing is given back.
"""

from datetime import datetime
from functools import cache

from pond.kernel.errors import Permanent
from pond.kernel.settings import settings
from pond.platforms import store_buckets
from pond.platforms.model_buckets import MICROSECONDS, Rate, rates_from


def take(name: str, n: int, now: datetime) -> float:
    """Take `n` calls of `name` ("wecom/add_msg_template") at once: 0.0 when they may be made now, else the seconds
    until asking again makes sense. `n` is at most `at_once(name)`; a worker that makes many calls takes some together.

    A name without rates of its own has those of its part before the slash, counted by itself.

    Raises:
        Permanent: `buckets.unknown` for a name without rates; `buckets.too_many` when so many never fit.
    """
    rates = _rates(name)
    if not 1 <= n <= at_once(name):
        raise Permanent("buckets.too_many", f"{n} of {name} at once")
    now_us = int(now.timestamp() * MICROSECONDS)
    # The short window first: while it refuses, nothing of the long one is spent.
    for rate in sorted(rates, key=lambda rate: rate.seconds):
        cost = n * rate.spacing_us
        wait_us = store_buckets.take(f"{name}~{rate.seconds}", now_us, cost, rate.burst * rate.spacing_us)
        if wait_us:
            return wait_us / MICROSECONDS
    return 0.0


def at_once(name: str) -> int:
    """How many of `name` can be taken together: a tenth of its tightest window.

    Raises:
        Permanent: `buckets.unknown`.
    """
    return min(rate.burst for rate in _rates(name))


def _rates(name: str) -> tuple[Rate, ...]:
    rates = _known(settings().call_limits)
    found = rates.get(name) or rates.get(name.partition("/")[0])
    if not found:
        raise Permanent("buckets.unknown", name)
    return found


@cache
def _known(setting: str) -> dict[str, tuple[Rate, ...]]:
    try:
        return rates_from(setting)
    except ValueError as error:
        raise Permanent("settings.call_limits", str(error)) from error
