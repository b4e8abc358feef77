"""Who may not take part: by phone number, and with it the member whose number it is."""

from datetime import datetime

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.members import store, store_phones
from pond.members.model import read_phone


def block(phone: str, now: datetime) -> None:
    """No code goes to the number any more, and its member's accounts are turned away.

    Raises:
        Refused: `phone.invalid`.
    """
    _mark(phone, now)


def unblock(phone: str) -> None:
    """Take a block back.

    Raises:
        Refused: `phone.invalid`.
    """
    _mark(phone, None)


def is_blocked(account_id: str) -> bool:
    """Whether the account's member is blocked."""
    account = store.get_account(account_id)
    if account and account.member_id != account_id:
        account = store.get_account(account.member_id)
    return account is not None and account.blocked_at is not None


def _mark(phone: str, at: datetime | None) -> None:
    number = read_phone(phone)
    if number is None:
        raise Refused("phone.invalid", "not a mobile number of mainland China")
    member_id = store_phones.mark_blocked(pseudonym("phone", number), at)
    if member_id:
        store.mark_blocked(member_id, at)
