"""What is known of a phone number, and the rules of its codes: how often one is sent and how often it may be tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

CODE_SECONDS = 5 * 60
TRIES = 5  # guesses at one code
BETWEEN_SECONDS = 60
DAILY_PER_PHONE = 5
# An address is no person: carriers put thousands of phones behind one (NAT), and a clinic's Wi-Fi is one too. This only
# stops a machine that makes accounts faster than the limits below notice.
DAILY_PER_ADDRESS = 500
DAILY_PER_ACCOUNT = 10
PHONES_PER_ACCOUNT = 3  # a day: one's own, the one mistyped, the husband's
ACCOUNTS_PER_PHONE = 3  # a day: a household shares a number, a spammer's pool of accounts does too
FORMS_PER_ACCOUNT = 60  # a day: every correction of a form is one
FORMS_PER_ADDRESS = 5000  # a day: ten for each code
PROOF_SECONDS = 30 * 60  # so long the account that proved a phone goes on without a new code
KEPT_UNPROVEN = timedelta(days=2)  # longer than the day whose codes are counted


@dataclass(frozen=True)
class Asker:
    """Who asks for a code: a WeChat account, the follower it is, and the address of the connection."""

    account_id: str
    follower_id: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Phone:
    """One phone number, by its pseudonym. With `code_digest` a code is pending; with `proven_at` it has a member."""

    phone_id: str
    code_digest: str | None = None
    code_expires_at: datetime | None = None
    tries: int = 0
    asked_by: str | None = None
    sent_at: datetime | None = None
    sent_on: str | None = None
    sent_count: int = 0
    askers: frozenset[str] = frozenset()  # the accounts that asked for a code on `sent_on`
    member_id: str | None = None
    proven_by: str | None = None
    proven_at: datetime | None = None
    blocked_at: datetime | None = None


def seconds_to_wait(phone: Phone, now: datetime) -> int:
    """How long until another code may be sent; 0 is now."""
    if phone.sent_at is None:
        return 0
    return max(0, BETWEEN_SECONDS - int((now - phone.sent_at).total_seconds()))


def sent_today(phone: Phone, today: str) -> int:
    """How many codes were sent on this China day (`YYYY-MM-DD`)."""
    return phone.sent_count if phone.sent_on == today else 0


def askers_with(phone: Phone, account_id: str, today: str) -> frozenset[str]:
    """The accounts that asked for a code on this China day, with this one."""
    return (phone.askers if phone.sent_on == today else frozenset()) | {account_id}


def code_refusal(phone: Phone, account_id: str, now: datetime) -> Literal["not_asked", "expired", "used_up"] | None:
    """Why no code can be tried here by this account; None if one is pending for it."""
    if phone.code_digest is None or phone.asked_by != account_id:
        return "not_asked"
    if phone.code_expires_at is None or phone.code_expires_at <= now:
        return "expired"
    return "used_up" if phone.tries >= TRIES else None


def is_just_proven(phone: Phone, account_id: str, now: datetime) -> bool:
    """Whether this account proved the phone so recently that it may go on, its code being consumed already."""
    if phone.proven_at is None or phone.proven_by != account_id:
        return False
    return now - phone.proven_at < timedelta(seconds=PROOF_SECONDS)
