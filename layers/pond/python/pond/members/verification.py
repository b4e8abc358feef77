"""Proving a phone number by an SMS code.

A code is 6 digits, lives 5 minutes, is sent at most every 60 seconds and bears 5 guesses. Only the account that asked
can use it. It is kept as a keyed hash. Every guess is one write at the code: a right one consumes it while guesses are
left, a wrong one is counted before it is answered. So of many made at once five are answered, the others find the code
used up.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from pond.kernel.clock import china_day
from pond.kernel.errors import Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.kernel.tables import iso
from pond.members import limits, store_phones, store_proofs
from pond.members.identities import member_of, who
from pond.members.model import Blocked, CodeOutcome, CodeRefused, read_phone
from pond.members.model_accounts import Identity
from pond.members.model_phones import (
    ACCOUNTS_PER_PHONE,
    BETWEEN_SECONDS,
    DAILY_PER_PHONE,
    TRIES,
    Asker,
    askers_with,
    code_refusal,
    is_just_proven,
    seconds_to_wait,
    sent_today,
)
from pond.members.store_proofs import Proof
from pond.platforms import sms
from pond.platforms.model_sms import SmsOutcome

_ATTEMPTS = 3  # at a row that others write at the same moment


@dataclass(frozen=True)
class Proven:
    """The phone is this member's, and so is the account."""

    member_id: str


def request_code(phone: str, asker: Asker, now: datetime, code: str | None = None) -> CodeOutcome:
    """Send a code to a phone (typed in any way) for who asks; `code` is made up unless given.

    It is pending before it is sent: an SMS whose sending has no known outcome can still be used when it arrives.
    """
    number = read_phone(phone)
    if number is None:
        return CodeOutcome("invalid")
    taken = limits.take_code(pseudonym("phone", number), asker, now)
    if taken is None:
        return CodeOutcome("too_many")
    made = code or f"{secrets.randbelow(10**6):06}"
    outcome = _send(number, asker.account_id, made, china_day(now).isoformat(), now)
    if outcome.state in ("too_soon", "too_many"):
        limits.give_back(taken)
    count(f"Code{outcome.state.title().replace('_', '')}")
    return outcome


def prove(
    phone_id: str,
    code: str,
    account_id: str,
    sealed: bytes,
    now: datetime,
    given_up: str | None = None,
    seen: Identity | None = None,
) -> Proven | Blocked | CodeRefused:
    """Use a code: phone and account become one member's, who has this sealed data; who were two become one. `seen` is
    who is behind the account if that was read just before.

    The account that proved the phone in the last 30 minutes goes on without a code: whatever broke off after the code
    was consumed is finished by doing it all again. Not so when the phone is to replace another, `given_up`.
    """
    for _ in range(_ATTEMPTS):
        phone = store_phones.get(phone_id)
        if phone.member_id and not given_up and is_just_proven(phone, account_id, now):
            person = who(account_id)
            if person.blocked:
                return Blocked()
            if not person.known and not store_proofs.begin(person.member_id, phone_id):
                continue
            if store_phones.reseal(phone_id, account_id, sealed):
                return Proven(member_of(phone.member_id))
            continue
        reason = "not_asked" if phone.blocked_at else code_refusal(phone, account_id, now)
        if reason:
            return CodeRefused(reason)
        if not hmac.compare_digest(_digest(phone_id, code), phone.code_digest or ""):
            tried = store_phones.claim_try(phone_id, account_id, now)
            if tried is None:
                continue
            count("CodeWrong")
            return CodeRefused("wrong", TRIES - tried.tries)
        asker = seen or who(account_id)
        seen = None
        owner = who(phone.member_id) if phone.member_id else asker
        if asker.blocked or owner.blocked:
            return Blocked()
        proof = Proof(phone=phone, account_id=account_id, asker=asker, kept=owner.member_id, given_up=given_up)
        try:
            if store_proofs.prove(proof, sealed, now):
                if proof.merged:
                    count("MembersMerged")
                return Proven(proof.kept)
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
    if len(askers_with(phone, account_id, day)) > ACCOUNTS_PER_PHONE:
        count("LimitReached")
        return CodeOutcome("too_many")
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
