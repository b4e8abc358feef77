"""Whose a WeChat account is, as values.

An *account* is known by a pseudonym: of a unionid, or of a WeCom contact's id. Its row says whose it is; a member is
known by the account that first proved a phone, whose row names itself. When two members are found to be one, the row
of the one names the other: following rows until one names itself (or is not there) leads to the member.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account as it stands. `phone_id` is the member's present phone, on their own row only."""

    account_id: str
    member_id: str | None = None
    phone_id: str | None = None
    merged_at: datetime | None = None
    blocks: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who is behind an account. `known`: they proved a phone once. `path`: the accounts that lead to the member."""

    member_id: str
    path: tuple[str, ...]
    known: bool
    phone_id: str | None
    blocked: bool


def follow(account_id: str, get: Callable[[str], Account]) -> Identity:
    """The member at the end of the path that begins at an account."""
    here = get(account_id)
    path, blocked = [account_id], bool(here.blocks)
    while here.member_id not in (None, here.account_id):
        here = get(here.member_id or "")
        path.append(here.account_id)
        blocked = blocked or bool(here.blocks)
    return Identity(
        member_id=here.account_id,
        path=tuple(path),
        known=here.member_id is not None,
        phone_id=here.phone_id,
        blocked=blocked,
    )
