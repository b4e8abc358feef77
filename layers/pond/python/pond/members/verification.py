"""Proving a phone number by an SMS code.

A code is 6 digits, lives 5 minutes, is sent at most every 60 seconds and bears 5 guesses, which are counted before they
are compared. Only the account that asked can use it. It is kept as a keyed hash.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pond.kernel.clock import china_day
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.kernel.tables import iso
from pond.members import store, store_phones
from pond.members.model import CodeOutcome, CodeRefused, read_phone
from pond.members.model_phones import (
    BETWEEN_SECONDS,
    DAILY_PER_ACCOUNT,
    DAILY_PER_ADDRESS,
    DAILY_PER_PHONE,
    TRIES,
    code_refusal,
    is_just_proven,
    seconds_to_wait,
    sent_today,
)
from pond.platforms import sms
from pond.platforms.model_sms import SmsOutcome

_ATTEMPTS = 3  # at a row that others write at the same moment


@dataclass(frozen=True)
class Proven:
    """The phone is this member's, and so is the account."""

    member_id: str


@dataclass(frozen=True)
class OfAnother:
    """The phone was proven, but it is one member's and the account another's."""


def request_code(phone: str, account_id: str, address: str, now: datetime, code: str | None = None) -> CodeOutcome:
    """Send a code to a phone (typed in any way) for an account at an IP address; `code` is made up unless given.

    It is pending before it is sent: an SMS whose sending has no known outcome can still be used when it arrives.
    """
    number = read_phone(phone)
    if number is None:
        return CodeOutcome("invalid")
    day = china_day(now).isoformat()
    limits = {
        f"sms~{pseudonym('address', address)}~{day}": DAILY_PER_ADDRESS,
        f"sms~{account_id}~{day}": DAILY_PER_ACCOUNT,
    }
    used: list[str] = []
    for limit_id, at_most in limits.items():
        if not store.use(limit_id, at_most, now + timedelta(days=2)):
            _give_back(used)
            return CodeOutcome("too_many")
        used.append(limit_id)
    outcome = _send(number, account_id, code or f"{secrets.randbelow(10**6):06}", day, now)
    if outcome.state in ("too_soon", "too_many"):
        _give_back(used)
    count(f"Code{outcome.state.title().replace('_', '')}")
    return outcome


def prove(phone_id: str, code: str, account_id: str, sealed: bytes, now: datetime) -> Proven | OfAnother | CodeRefused:
    """Use a code: phone and account become one member's, who has this sealed data.

    The account that proved the phone in the last 30 minutes goes on without a code: whatever broke off after the code
    was consumed is finished by doing it all again.
    """
    for _ in range(_ATTEMPTS):
        phone = store_phones.get(phone_id)
        if phone.member_id and is_just_proven(phone, account_id, now):
            if store_phones.reseal(phone_id, account_id, sealed):
                return Proven(phone.member_id)
            continue
        reason = "not_asked" if phone.blocked_at else code_refusal(phone, account_id, now)
        if reason:
            return CodeRefused(reason)
        tried = store_phones.claim_try(phone_id, account_id, now)
        if tried is None or tried.code_digest is None:
            continue
        if not hmac.compare_digest(_digest(phone_id, code), tried.code_digest):
            count("CodeWrong")
            return CodeRefused("wrong", TRIES - tried.tries)
        account = store.get_account(account_id)
        member_id = account.member_id if account else tried.member_id or account_id
        if tried.member_id not in (None, member_id):
            return OfAnother()
        try:
            if store_phones.prove(phone_id, tried.code_digest, account_id, member_id, sealed, now):
                return Proven(member_id)
        except Transient:
            continue
    raise Transient("members.contended", "phone or account were written by others at the same moment")


def _send(number: str, account_id: str, code: str, day: str, now: datetime) -> CodeOutcome:
    phone_id = pseudonym("phone", number)
    phone = store_phones.get(phone_id)
    if phone.blocked_at:
        return CodeOutcome("refused")
    wait = seconds_to_wait(phone, now)
    if wait:
        return CodeOutcome("too_soon", wait)
    sent = sent_today(phone, day)
    if sent >= DAILY_PER_PHONE:
        return CodeOutcome("too_many")
    digest = _digest(phone_id, code)
    if not store_phones.set_code(phone, digest, account_id, day, sent + 1, now):
        return CodeOutcome("too_soon", BETWEEN_SECONDS)  # another request was first
    try:
        outcome = sms.send_code(number, code, f"{phone_id}~{iso(now)}")
    except Transient as error:
        logger.warning("sms not sent", extra={"code": error.code, "phone_id": phone_id})
        outcome = SmsOutcome.REFUSED
    if outcome is SmsOutcome.ACCEPTED:
        return CodeOutcome("sent", BETWEEN_SECONDS)
    if outcome is SmsOutcome.UNKNOWN:
        return CodeOutcome("unknown", BETWEEN_SECONDS)
    store_phones.withdraw_code(phone, digest)
    return CodeOutcome("too_many" if outcome is SmsOutcome.LIMITED else "refused")


def _digest(phone_id: str, code: str) -> str:
    return pseudonym("code", f"{phone_id}:{code}")


def _give_back(limit_ids: list[str]) -> None:
    for limit_id in limit_ids:
        store.give_back(limit_id)
