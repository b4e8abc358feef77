"""Whose an account is: WeChat's, by unionid, or WeCom's, by external_userid.

Once its person proved a phone that stays, but for members found to be one: then the accounts of both lead to one.
"""

from collections.abc import Iterable, Iterator

from pond.members import store_accounts, store_phones
from pond.members.model_accounts import Account, Identity, follow


def who(account_id: str) -> Identity:
    """The person behind an account; one who has not proved a phone yet is known by the account's own id."""
    return follow(account_id, store_accounts.get)


def member_of(account_id: str) -> str:
    """The member behind an account, a WeCom contact, or a member who was merged into another."""
    return who(account_id).member_id


def members_of(account_ids: Iterable[str]) -> dict[str, str]:
    """The members behind several accounts or contacts; those nobody is known of are left out."""
    found = {one.account_id: one.member_id for one in store_accounts.several(account_ids) if one.member_id}
    own = {one.account_id: one.member_id for one in store_accounts.several(set(found.values()))}
    return {
        account_id: member_id if own.get(member_id, member_id) == member_id else member_of(member_id)
        for account_id, member_id in found.items()
    }


def owner_of(phone_id: str) -> Identity | None:
    """Whoever proved a phone number, unless it was given up since; None: nobody."""
    member_id = store_phones.get(phone_id).member_id
    return who(member_id) if member_id else None


def meet(contact_id: str, account_id: str) -> None:
    """A WeCom contact turned out to be this account: what is known of the one holds for the other."""
    for block_id in store_accounts.add_contact(contact_id, account_id).blocks:
        for each in who(account_id).path:
            store_accounts.add_block(each, block_id)


def heed(contact_id: str, account_id: str) -> None:
    """A WeCom contact turned out to be this account: whatever block stands against the contact stands against the
    account, too. Where there is none nothing is written: who is which contact stands in the groups' rosters."""
    if store_accounts.get(contact_id).blocks:
        meet(contact_id, account_id)


def merged_or_blocked(member_ids: Iterable[str]) -> list[Account]:
    """Those of these members who were found to be others, or are blocked, as they are now."""
    return [account for account in store_accounts.several(member_ids) if account.merged_at or account.blocks]


def blocked_among(member_ids: Iterable[str]) -> set[str]:
    """Which of these members are turned away, by a block on their own account."""
    return {account.account_id for account in store_accounts.several(member_ids) if account.blocks}


def present_phones(member_ids: Iterable[str]) -> dict[str, str]:
    """Which phone each of these members has now; those who were found to be others have none."""
    accounts = store_accounts.several(member_ids)
    return {one.account_id: one.phone_id for one in accounts if one.phone_id and not one.merged_at}


def all_merged() -> Iterator[Account]:
    """Every member who was found to be another, by a scan: for checks and repair only."""
    return store_accounts.all_merged()


def all_blocked() -> Iterator[Account]:
    """Every account against which a block stands, by a scan: for checks and repair only."""
    return store_accounts.all_blocked()
