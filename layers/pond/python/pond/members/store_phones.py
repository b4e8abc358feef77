"""The `phones` table: pending codes with their limits, and whose a proven number is.

A row that was proven or blocked never carries `expires_at`. Whose number it is (`member_id`) changes only in
`store_proofs`.
"""

from dataclasses import fields
from datetime import datetime, timedelta

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, TimeAttribute, refused
from pond.members.model_phones import CODE_SECONDS, KEPT_UNPROVEN, TRIES, Phone, askers_with


class PhoneRow(Table):
    """A phone number."""

    class Meta:
        table_name = "phones"

    phone_id = UnicodeAttribute(hash_key=True)
    code_digest = UnicodeAttribute(null=True)
    code_expires_at = TimeAttribute(null=True)
    tries = IntegerAttribute(null=True)
    asked_by = UnicodeAttribute(null=True)
    sent_at = TimeAttribute(null=True)
    sent_on = UnicodeAttribute(null=True)
    sent_count = IntegerAttribute(null=True)
    askers = UnicodeSetAttribute(null=True)
    member_id = UnicodeAttribute(null=True)
    proven_by = UnicodeAttribute(null=True)
    proven_at = TimeAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    blocked_at = TimeAttribute(null=True)
    expires_at = ExpiryAttribute(null=True)


_FIELDS = [field.name for field in fields(Phone)]


def get(phone_id: str) -> Phone:
    """What is known of the number, as last written; an empty `Phone` when nothing is."""
    try:
        return _phone(PhoneRow.get(phone_id, consistent_read=True))
    except PhoneRow.DoesNotExist:
        return Phone(phone_id=phone_id)


def set_code(seen: Phone, digest: str, account_id: str, today: str, count: int, now: datetime) -> bool:
    """Make this the pending code, in place of any other; False when the row is no longer what was seen."""
    actions: list[Action] = [
        PhoneRow.code_digest.set(digest),
        PhoneRow.code_expires_at.set(now + timedelta(seconds=CODE_SECONDS)),
        PhoneRow.tries.set(0),
        PhoneRow.asked_by.set(account_id),
        PhoneRow.sent_at.set(now),
        PhoneRow.sent_on.set(today),
        PhoneRow.sent_count.set(count),
        PhoneRow.askers.set(set(askers_with(seen, account_id, today))),
    ]
    if seen.proven_at is None:
        actions.append(PhoneRow.expires_at.set(now + KEPT_UNPROVEN))
    unchanged = (
        (PhoneRow.sent_at == seen.sent_at if seen.sent_at else PhoneRow.sent_at.does_not_exist())
        & (PhoneRow.proven_at.exists() if seen.proven_at else PhoneRow.proven_at.does_not_exist())
        & PhoneRow.blocked_at.does_not_exist()
    )
    return write(PhoneRow(seen.phone_id), actions, unchanged)


def withdraw_code(seen: Phone, digest: str) -> None:
    """The code was not sent: as if it had not been asked for, unless something else came since."""
    back: list[Action] = [
        PhoneRow.code_digest.remove(),
        PhoneRow.code_expires_at.remove(),
        PhoneRow.sent_count.set(seen.sent_count),
        PhoneRow.askers.set(set(seen.askers)) if seen.askers else PhoneRow.askers.remove(),
        PhoneRow.sent_at.set(seen.sent_at) if seen.sent_at else PhoneRow.sent_at.remove(),
        PhoneRow.sent_on.set(seen.sent_on) if seen.sent_on else PhoneRow.sent_on.remove(),
    ]
    write(PhoneRow(seen.phone_id), back, PhoneRow.code_digest == digest)


def claim_try(phone_id: str, account_id: str, now: datetime) -> Phone | None:
    """Spend one try at the pending code, for a wrong guess that is to be told so.

    Returns the row as it is then, or None when there is no code of this account's to try.
    """
    row = PhoneRow(phone_id)
    if not write(row, [PhoneRow.tries.add(1)], PhoneRow.code_digest.exists() & may_try(account_id, now)):
        return None
    return _phone(row)


def may_try(account_id: str, now: datetime) -> Condition:
    """The pending code is this account's, lives still, and has guesses left: what every guess is made under."""
    condition: Condition = (
        (PhoneRow.asked_by == account_id) & (PhoneRow.code_expires_at > now) & (PhoneRow.tries < TRIES)
    )
    return condition


def reseal(phone_id: str, account_id: str, sealed: bytes) -> bool:
    """Replace the personal data, by the account that proved the number last."""
    return write(PhoneRow(phone_id), [PhoneRow.sealed.set(sealed)], PhoneRow.proven_by == account_id)


def sealed(phone_id: str) -> bytes | None:
    """The personal data kept with the number."""
    try:
        return PhoneRow.get(phone_id, consistent_read=True).sealed
    except PhoneRow.DoesNotExist:
        return None


def mark_blocked(phone_id: str, at: datetime | None) -> str | None:
    """Block the number, known or not, or take it back with None; returns its member."""
    row = PhoneRow(phone_id)
    if at:
        row.update(actions=[PhoneRow.blocked_at.set(at), PhoneRow.expires_at.remove()])
    else:
        row.update(actions=[PhoneRow.blocked_at.remove()])
    return row.member_id


def write(row: PhoneRow, actions: list[Action], condition: Condition) -> bool:
    """Change a number's row under a condition; whether it held."""
    try:
        row.update(actions=actions, condition=condition)
    except UpdateError as error:
        # the same person's other tap is in its transaction: as if the row had changed, so that the caller looks again
        if refused(error) or error.cause_response_code == "TransactionConflictException":
            return False
        raise
    return True


def _phone(row: PhoneRow) -> Phone:
    known = {name: getattr(row, name) for name in _FIELDS}
    return Phone(**{name: value for name, value in known.items() if value is not None})
