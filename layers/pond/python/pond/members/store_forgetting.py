"""The writes by which a person's answers, numbers and accounts are forgotten. What blocks them stays, without them."""

from collections.abc import Collection, Iterator

from pynamodb.exceptions import DeleteError, UpdateError

from pond.kernel.tables import Transaction, TransactionRefused, refused
from pond.members.model import Registration
from pond.members.store import RegistrationRow
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow
from pond.members.store_reviews import QuotaRow


def drop_registration(registration: Registration) -> bool:
    """Take a registration away with its place in the quotas, if it still stands as it was seen."""
    seen = RegistrationRow.standing
    stands = seen == registration.standing
    if registration.standing == "accepted":
        stands = stands | seen.does_not_exist()
    row = RegistrationRow(registration.member_id, registration.programme_id)
    transaction = Transaction()
    transaction.delete("registration", row, condition=stands)
    for quota_id in registration.quotas:
        counter = QuotaRow(registration.programme_id, quota_id)
        transaction.update(f"quota {quota_id}", counter, [QuotaRow.accepted.add(-1)])
    if registration.standing == "waitlist" and registration.full_quota:
        counter = QuotaRow(registration.programme_id, registration.full_quota)
        transaction.update("full", counter, [QuotaRow.waiting.add(-1)])
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def drop_phone(phone_id: str, member_id: str) -> bool:
    """Forget a number that is this member's; one that is blocked stays blocked, and nothing more is known of it."""
    mine = PhoneRow.member_id == member_id
    try:
        PhoneRow(phone_id).delete(condition=mine & PhoneRow.blocked_at.does_not_exist())
    except DeleteError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
    else:
        return True
    forgotten = [
        attribute.remove()
        for attribute in (
            *(PhoneRow.member_id, PhoneRow.proven_by, PhoneRow.proven_at, PhoneRow.sealed, PhoneRow.askers),
            *(PhoneRow.asked_by, PhoneRow.code_digest, PhoneRow.code_expires_at, PhoneRow.sent_at, PhoneRow.sent_on),
        )
    ]
    return _update(PhoneRow(phone_id), forgotten, mine)


def drop_account(account_id: str, member_id: str) -> bool:
    """Forget whose an account is, if it is this member's; the blocks against it stay."""
    mine = AccountRow.member_id == member_id
    try:
        AccountRow(account_id).delete(condition=mine & AccountRow.blocks.does_not_exist())
    except DeleteError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
    else:
        return True
    forgotten = [attribute.remove() for attribute in (AccountRow.member_id, AccountRow.phone_id, AccountRow.merged_at)]
    return _update(AccountRow(account_id), forgotten, mine)


def accounts_of(member_ids: Collection[str]) -> Iterator[str]:
    """The accounts that name one of these as theirs, but their own; a scan, so never where somebody waits."""
    for row in AccountRow.scan(AccountRow.member_id.exists(), consistent_read=True):
        if row.member_id in member_ids and row.account_id != row.member_id:
            yield row.account_id


def phones_of(member_ids: Collection[str]) -> Iterator[tuple[str, str]]:
    """(phone, member) of every number proven by one of these; a scan, so never where somebody waits."""
    for row in PhoneRow.scan(PhoneRow.member_id.exists(), consistent_read=True):
        if row.member_id in member_ids:
            yield row.phone_id, row.member_id


def _update(row: PhoneRow | AccountRow, actions: list, condition: object) -> bool:  # type: ignore[type-arg]
    try:
        row.update(actions=actions, condition=condition)  # type: ignore[arg-type]
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True
