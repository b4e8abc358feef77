"""Whose a number and an account are: what changes `phones` and `accounts` together.

Whose a number is changes only here: with two members becoming one, or a number given up for it, in one transaction;
for a newcomer's first number in two writes, the second of which whoever finds it missing makes up for.
"""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import Transaction, TransactionRefused, refused
from pond.members.model_accounts import Identity
from pond.members.model_phones import KEPT_UNPROVEN, Phone
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow, may_try, write


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
    if not proof.asker.known and proof.asker.member_id == proof.kept and not proof.given_up:
        return write(PhoneRow(proof.phone.phone_id), *_taking(proof, sealed, now)) and begin(
            proof.kept, proof.phone.phone_id
        )
    transaction = Transaction()
    transaction.update("phone", PhoneRow(proof.phone.phone_id), *_taking(proof, sealed, now))
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


def begin(member_id: str, phone_id: str) -> bool:
    """Let an account that nobody knows become a member of its own, whose phone was just proven. False: it is known.

    Two writes, not one transaction: a member is nobody before their phone is theirs, and whoever finds the phone
    proven and the account unknown (`verification.prove`) writes the second.
    """
    row, nobody = AccountRow(member_id), AccountRow.member_id.does_not_exist() & AccountRow.blocks.does_not_exist()
    try:
        row.update([AccountRow.member_id.set(member_id), AccountRow.phone_id.set(phone_id)], condition=nobody)
    except UpdateError as error:
        if refused(error) or error.cause_response_code == "TransactionConflictException":
            return False
        raise
    return True


def _taking(proof: Proof, sealed: bytes, now: datetime) -> tuple[list[Action], Condition]:
    seen = proof.phone.member_id
    actions: list[Action] = [
        PhoneRow.member_id.set(proof.kept),
        PhoneRow.proven_by.set(proof.account_id),
        PhoneRow.proven_at.set(now),
        PhoneRow.sealed.set(sealed),
        PhoneRow.code_digest.remove(),
        PhoneRow.code_expires_at.remove(),
        PhoneRow.tries.remove(),
        PhoneRow.asked_by.remove(),
        PhoneRow.expires_at.remove(),
    ]
    condition: Condition = (
        (PhoneRow.code_digest == proof.phone.code_digest)
        & may_try(proof.account_id, now)
        & PhoneRow.blocked_at.does_not_exist()
        & (PhoneRow.member_id == seen if seen else PhoneRow.member_id.does_not_exist())
    )
    return actions, condition


def _lead_accounts(transaction: Transaction, proof: Proof, now: datetime) -> None:
    """Let the account lead to the member, who must still be one; so must who is found to be the same."""
    phone_id = AccountRow.phone_id.set(proof.phone.phone_id)
    unblocked = AccountRow.blocks.does_not_exist()
    # not there: its person's phone is proven and their account not written yet
    still = (AccountRow.member_id == proof.kept) | AccountRow.member_id.does_not_exist()
    leading = [phone_id, AccountRow.member_id.set(proof.kept)]
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
    transaction.update("kept", AccountRow(proof.kept), leading, still & unblocked)


def _present(proof: Proof) -> Condition:
    """The asker's present phone is the one that was seen, so that of two changes at once one is made."""
    seen = proof.asker.phone_id
    condition: Condition = AccountRow.phone_id == seen if seen else AccountRow.phone_id.does_not_exist()
    return condition
