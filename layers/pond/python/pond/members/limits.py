"""How often one account or address may do what costs us something, a China day. What is counted of a phone stands on
its own row; the codes an account asks for stand on its follower's.

An address is counted by chance: one request in `STEP` writes, and counts for `STEP`. So an honest person costs next to
nothing there, and the limit is met on average. A process that once saw it met turns that address away for the day.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pond.channels import followers
from pond.kernel.clock import china_day
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count
from pond.members import store_limits
from pond.members.model_phones import (
    DAILY_PER_ACCOUNT,
    DAILY_PER_ADDRESS,
    FORMS_PER_ACCOUNT,
    FORMS_PER_ADDRESS,
    PHONES_PER_ACCOUNT,
    Asker,
)

STEP = 10
_KEPT = timedelta(days=2)  # longer than the day that is counted
Draw = Callable[[], float]  # a number from 0 up to 1

_met: set[str] = set()  # limits of addresses that this process saw met; ids carry their day


@dataclass(frozen=True)
class Taken:
    """What was counted for a code."""

    follower_id: str
    by_address: str | None
    on: date


def take_code(phone_id: str, asker: Asker, now: datetime, draw: Draw = random.random) -> Taken | None:
    """Count a request for a code; what was counted, for `give_back`, or None when it is one too many."""
    today = china_day(now)
    if not followers.ask(asker.follower_id, asker.account_id, phone_id, today, DAILY_PER_ACCOUNT, PHONES_PER_ACCOUNT):
        count("LimitReached")
        return None
    by_address = _id("sms", pseudonym("address", asker.address), today)
    counted = _pass(by_address, DAILY_PER_ADDRESS, now, draw)
    if counted is None:
        followers.unask(asker.follower_id, today)
        count("LimitReached")
        return None
    return Taken(asker.follower_id, by_address if counted else None, today)


def give_back(taken: Taken) -> None:
    """Take back what was counted for nothing."""
    followers.unask(taken.follower_id, taken.on)
    if taken.by_address:
        store_limits.give_back(taken.by_address, STEP)


def forget(account_id: str, days: Iterable[date]) -> None:
    """Forget the forms an account sent on these days; the codes it asked for stand with its follower."""
    for day in days:
        store_limits.drop(_id("form", account_id, day))


def allow_form(account_id: str, address: str, now: datetime, draw: Draw = random.random) -> bool:
    """Count a form that was not taken; False when it is one too many."""
    today = china_day(now)
    allowed = (
        store_limits.use(_id("form", account_id, today), FORMS_PER_ACCOUNT, now + _KEPT)
        and _pass(_id("form", pseudonym("address", address), today), FORMS_PER_ADDRESS, now, draw) is not None
    )
    if not allowed:
        count("LimitReached")
    return allowed


def _pass(limit_id: str, at_most: int, now: datetime, draw: Draw) -> int | None:
    """How much was counted of an address's limit, mostly nothing; None when it is met."""
    if limit_id in _met:
        return None
    if draw() * STEP >= 1:
        return 0
    if store_limits.use(limit_id, at_most, now + _KEPT, STEP):
        return STEP
    _met.add(limit_id)
    return None


def _id(what: str, whose: str, today: date) -> str:
    return f"{what}~{whose}~{today.isoformat()}"
