"""Whose a WeChat account is. Once its person proved a phone, that never changes."""

from pond.members import store


def member_of(account_id: str) -> str:
    """The member behind an account; one who has not proved a phone yet is known by the account's own id."""
    account = store.get_account(account_id)
    return account.member_id if account else account_id
