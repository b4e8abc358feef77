"""The `phones` table: pending codes with their limits, and whose a proven number is.

A row that was proven or blocked never carries `expires_at`. Whose number it is (`member_id`) changes only by `prove`:
in one transaction with whose the account is, with two members becoming one, and with the number given up for it.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import (
    ExpiryAttribute,
    IntegerAttribute,
    Table,
    TimeAttribute,
    Transaction,
    TransactionRefused,
    refused,
)
from pond.members.model_accounts import Identity
from pond.members.model_phones import CODE_SECONDS, KEPT_UNPROVEN, TRIES, Phone
from pond.members.store_accounts import AccountRow


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
    ]
    if seen.proven_at is None:
        actions.append(PhoneRow.expires_at.set(now + KEPT_UNPROVEN))
    unchanged = (
        (PhoneRow.sent_at == seen.sent_at if seen.sent_at else PhoneRow.sent_at.does_not_exist())
        & (PhoneRow.proven_at.exists() if seen.proven_at else PhoneRow.proven_at.does_not_exist())
        & PhoneRow.blocked_at.does_not_exist()
    )
    return _write(PhoneRow(seen.phone_id), actions, unchanged)


def withdraw_code(seen: Phone, digest: str) -> None:
    """The code was not sent: as if it had not been asked for, unless something else came since."""
    back: list[Action] = [
        PhoneRow.code_digest.remove(),
        PhoneRow.code_expires_at.remove(),
        PhoneRow.sent_count.set(seen.sent_count),
        PhoneRow.sent_at.set(seen.sent_at) if seen.sent_at else PhoneRow.sent_at.remove(),
        PhoneRow.sent_on.set(seen.sent_on) if seen.sent_on else PhoneRow.sent_on.remove(),
    ]
    _write(PhoneRow(seen.phone_id), back, PhoneRow.code_digest == digest)


def claim_try(phone_id: str, account_id: str, now: datetime) -> Phone | None:
    """Spend one try at the pending code before it is compared, so that guesses made at once are counted too.

    Returns the row as it is then, or None when there is no code of this account's to try.
    """
    row = PhoneRow(phone_id)
    condition = (
        PhoneRow.code_digest.exists()
        & (PhoneRow.asked_by == account_id)
        & (PhoneRow.code_expires_at > now)
        & (PhoneRow.tries < TRIES)
    )
    if not _write(row, [PhoneRow.tries.add(1)], condition):
        return None
    return _phone(row)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A right code for `phone`, as it was seen, given by `account_id`. The phone is or becomes `kept`'s, and with it
    all that is `asker`'s, who is the person behind the account. `given_up`: the asker's phone that this one replaces.
    """

    phone: Phone
    account_id: str
    asker: Identity
    kept: str
    given_up: str | None = None

    @property
    def merged(self) -> str | None:
        """The member found to be another, if there is one."""
        return self.asker.member_id if self.asker.known and self.asker.member_id != self.kept else None


def prove(proof: Proof, sealed: bytes, now: datetime) -> bool:
    """Consume the code. False: something is no longer as it was seen."""
    transaction = Transaction()
    _take_phone(transaction, proof, sealed, now)
    _lead_accounts(transaction, proof, now)
    if proof.given_up:
        transaction.update(
            "given up",
            PhoneRow(proof.given_up),
            [
                PhoneRow.member_id.remove(),
                PhoneRow.proven_by.remove(),
                PhoneRow.proven_at.remove(),
                PhoneRow.sealed.remove(),
                PhoneRow.expires_at.set(now + KEPT_UNPROVEN),
            ],
            condition=PhoneRow.proven_at.exists() & PhoneRow.blocked_at.does_not_exist(),
        )
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def _take_phone(transaction: Transaction, proof: Proof, sealed: bytes, now: datetime) -> None:
    seen = proof.phone.member_id
    transaction.update(
        "phone",
        PhoneRow(proof.phone.phone_id),
        [
            PhoneRow.member_id.set(proof.kept),
            PhoneRow.proven_by.set(proof.account_id),
            PhoneRow.proven_at.set(now),
            PhoneRow.sealed.set(sealed),
            PhoneRow.code_digest.remove(),
            PhoneRow.code_expires_at.remove(),
            PhoneRow.tries.remove(),
            PhoneRow.asked_by.remove(),
            PhoneRow.expires_at.remove(),
        ],
        condition=(PhoneRow.code_digest == proof.phone.code_digest)
        & (PhoneRow.asked_by == proof.account_id)
        & PhoneRow.blocked_at.does_not_exist()
        & (PhoneRow.member_id == seen if seen else PhoneRow.member_id.does_not_exist()),
    )


def _lead_accounts(transaction: Transaction, proof: Proof, now: datetime) -> None:
    """Let the account lead to the member, who must still be one; so must who is found to be the same."""
    phone_id = AccountRow.phone_id.set(proof.phone.phone_id)
    unblocked = AccountRow.blocks.does_not_exist()
    still = AccountRow.member_id == proof.kept
    if not proof.asker.known:
        newcomer = proof.asker.member_id
        first = AccountRow.member_id.does_not_exist() & unblocked
        own = [phone_id] if newcomer == proof.kept else []
        transaction.update("account", AccountRow(newcomer), [AccountRow.member_id.set(proof.kept), *own], first)
        if newcomer == proof.kept:
            return
    elif proof.merged:
        transaction.update(
            "merged",
            AccountRow(proof.merged),
            [AccountRow.member_id.set(proof.kept), AccountRow.merged_at.set(now)],
            (AccountRow.member_id == proof.merged) & _present(proof) & unblocked,
        )
    else:
        still = still & _present(proof)
    transaction.update("kept", AccountRow(proof.kept), [phone_id], still & unblocked)


def _present(proof: Proof) -> Condition:
    """The asker's present phone is the one that was seen, so that of two changes at once one is made."""
    seen = proof.asker.phone_id
    condition: Condition = AccountRow.phone_id == seen if seen else AccountRow.phone_id.does_not_exist()
    return condition


def reseal(phone_id: str, account_id: str, sealed: bytes) -> bool:
    """Replace the personal data, by the account that proved the number last."""
    return _write(PhoneRow(phone_id), [PhoneRow.sealed.set(sealed)], PhoneRow.proven_by == account_id)


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


def _write(row: PhoneRow, actions: list[Action], condition: Condition) -> bool:
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
