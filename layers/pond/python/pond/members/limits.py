"""How often one account or address may do what costs us something, a China day. What is counted of a phone stands on
its own row."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

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
)

_KEPT = timedelta(days=2)  # longer than the day that is counted


def take_code(phone_id: str, account_id: str, address: str, now: datetime) -> tuple[str, ...] | None:
    """Count a request for a code; what was counted, for `give_back`, or None when it is one too many."""
    today, until = china_day(now), now + _KEPT
    by_account = _id("sms", account_id, today)
    by_address = _id("sms", pseudonym("address", address), today)
    if not store_limits.use(by_account, DAILY_PER_ACCOUNT, until, phone_id, PHONES_PER_ACCOUNT):
        count("LimitReached")
        return None
    if not store_limits.use(by_address, DAILY_PER_ADDRESS, until):
        store_limits.give_back(by_account)
        count("LimitReached")
        return None
    return by_account, by_address


def allow_form(account_id: str, address: str, now: datetime) -> bool:
    """Count a form that is sent; False when it is one too many."""
    today = china_day(now)
    by_address = _id("form", pseudonym("address", address), today)
    limits = {_id("form", account_id, today): FORMS_PER_ACCOUNT, by_address: FORMS_PER_ADDRESS}
    return _take(limits, now) is not None


def give_back(taken: Iterable[str]) -> None:
    """Take back what was counted for nothing."""
    for limit_id in taken:
        store_limits.give_back(limit_id)


def forget(account_id: str, days: Iterable[date]) -> None:
    """Forget what an account did on these days."""
    for day in days:
        for what in ("sms", "form"):
            store_limits.drop(_id(what, account_id, day))


def _take(limits: dict[str, int], now: datetime) -> tuple[str, ...] | None:
    taken: list[str] = []
    for limit_id, at_most in limits.items():
        if not store_limits.use(limit_id, at_most, now + _KEPT):
            give_back(taken)
            count("LimitReached")
            return None
        taken.append(limit_id)
    return tuple(taken)


def _id(what: str, whose: str, today: date) -> str:
    return f"{what}~{whose}~{today.isoformat()}"
