"""The `accounts` table: whose each account is, and which blocks stand against it.

Whose an account is changes in one way only: a member's own row comes to name another member (`store_proofs.prove`).
"""

from collections.abc import Iterable, Iterator

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from pond.kernel.tables import Table, TimeAttribute
from pond.members.model_accounts import Account


class AccountRow(Table):
    """A WeChat account or WeCom contact."""

    class Meta:
        table_name = "accounts"

    account_id = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute(null=True)
    phone_id = UnicodeAttribute(null=True)
    merged_at = TimeAttribute(null=True)
    blocks = UnicodeSetAttribute(null=True)


def get(account_id: str) -> Account:
    """The account as last written; an empty one when nothing is."""
    try:
        return _account(AccountRow.get(account_id, consistent_read=True))
    except AccountRow.DoesNotExist:
        return Account(account_id=account_id)


def several(account_ids: Iterable[str]) -> list[Account]:
    """Those of the accounts that have a row, as last written."""
    return [_account(row) for row in AccountRow.batch_get(list(account_ids), consistent_read=True)]


def all_merged() -> Iterator[Account]:
    """The own rows of members that were found to be others, by a scan: for checks and repair only."""
    return map(_account, AccountRow.scan(AccountRow.merged_at.exists(), consistent_read=True))


def all_blocked() -> Iterator[Account]:
    """The accounts against which a block stands, by a scan: for checks and repair only."""
    return map(_account, AccountRow.scan(AccountRow.blocks.exists(), consistent_read=True))


def add_contact(contact_id: str, account_id: str) -> Account:
    """Note whose a WeCom contact is; the first time counts. Returns the contact as it is then."""
    row = AccountRow(contact_id)
    row.update([AccountRow.member_id.set(AccountRow.member_id | account_id)])
    return _account(row)


def add_block(account_id: str, block_id: str) -> None:
    """Let a block stand against the account, known or not."""
    AccountRow(account_id).update([AccountRow.blocks.add({block_id})])


def remove_block(account_id: str, block_id: str) -> None:
    """Take the block from the account."""
    AccountRow(account_id).update([AccountRow.blocks.delete({block_id})])


def _account(row: AccountRow) -> Account:
    return Account(
        account_id=row.account_id,
        member_id=row.member_id,
        phone_id=row.phone_id,
        merged_at=row.merged_at,
        blocks=frozenset(row.blocks or ()),
    )
