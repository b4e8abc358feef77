"""Who may not take part: by phone, by WeChat account, by WeCom contact, or by how they call themselves.

A block stands in a list with its reason and on the rows of those it turns away: blocked by any of their phones,
accounts or contacts, a member is blocked with all of them. Blocking again finishes what broke off.
"""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.members import identities, store_accounts, store_blocks, store_phones
from pond.members.identities import who
from pond.members.model import read_phone
from pond.members.model_accounts import Account
from pond.members.model_blocks import Block, BlockKind, block_id, is_pattern, matches

CACHE_SECONDS = 30  # a new name pattern is in use everywhere within this time
_PSEUDONYM = re.compile(r"[a-z2-7]{26}")
_SOURCES = {"account": "unionid", "contact": "external_userid"}

_patterns: tuple[float, list[str]] | None = None


def block(kind: BlockKind, given: str, reason: str, now: datetime) -> Block:
    """Turn somebody away from now on: no code, no place in the line, no registration.

    `given` is a phone number typed in any way, a unionid or external_userid or its pseudonym, or a name pattern.

    Raises:
        Refused: `phone.invalid`, `block.pattern`, `block.reason`.
    """
    if not reason.strip():
        raise Refused("block.reason", "say why: others will ask")
    value = _value(kind, given)
    new = Block(kind, value, reason.strip(), now)
    store_blocks.put(new)
    for account_id in _marked(kind, value, now):
        store_accounts.add_block(account_id, new.block_id)
    forget()
    return new


def unblock(kind: BlockKind, given: str) -> None:
    """Take a block back; other blocks against the same person stand.

    Raises:
        Refused: `phone.invalid`, `block.pattern`.
    """
    value = _value(kind, given)
    for account_id in _marked(kind, value, None):
        store_accounts.remove_block(account_id, block_id(kind, value))
    store_blocks.drop(kind, value)
    forget()


def listed() -> Iterator[Block]:
    """Every block, by kind."""
    for kind in get_args(BlockKind):
        yield from store_blocks.of_kind(kind)


def is_blocked(account_id: str) -> bool:
    """Whether the person behind an account, contact or member is blocked."""
    return who(account_id).blocked


def standing_since(before: datetime) -> list[Account]:
    """The accounts against which a block has stood since before then, by a scan: for checks only."""
    old = {block.block_id for block in listed() if block.blocked_at < before}
    return [account for account in identities.all_blocked() if account.blocks & old]


def is_name_blocked(name: str) -> bool:
    """Whether somebody who calls themselves so is turned away; of patterns at most 30 seconds old."""
    global _patterns
    if _patterns is None or time.monotonic() - _patterns[0] >= CACHE_SECONDS:
        _patterns = (time.monotonic(), [each.value for each in store_blocks.of_kind("name")])
    return any(matches(pattern, name) for pattern in _patterns[1])


def forget() -> None:
    """Drop what is cached in this process."""
    global _patterns
    _patterns = None


def _value(kind: BlockKind, given: str) -> str:
    text = given.strip()
    if kind == "name":
        if not is_pattern(text):
            raise Refused("block.pattern", "a pattern needs two characters beside * and ?")
        return text
    if kind == "phone":
        number = read_phone(text)
        if number is None:
            raise Refused("phone.invalid", "not a mobile number of mainland China")
        return pseudonym("phone", number)
    return text if _PSEUDONYM.fullmatch(text) else pseudonym(_SOURCES[kind], text)


def _marked(kind: BlockKind, value: str, at: datetime | None) -> tuple[str, ...]:
    """The accounts on whose rows a block stands: from the one it is against to the member."""
    start = store_phones.mark_blocked(value, at) if kind == "phone" else value if kind in _SOURCES else None
    return who(start).path if start else ()
