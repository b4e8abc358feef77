"""People who register, and the message vendor that sends their codes."""

from dataclasses import dataclass, field
from datetime import datetime

from pond.members import store_accounts, store_blocks
from pond.members.model import Form
from pond.members.model_blocks import Block
from pond.members.model_phones import Asker
from pond.members.verification import request_code


@dataclass
class Vendor:
    """What the vendor answers to each number, and what it was asked to send."""

    answer: str = "Ok"
    cut: bool = False  # the message goes out, but the connection ends before the answer
    sent: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Person:
    """Somebody with a WeChat account and a phone."""

    account_id: str
    follower_id: str
    phone: str
    form: Form

    def ask(self, now: datetime, code: str = "246810", address: str | None = None) -> str:
        """Request a code; the outcome's state."""
        return request_code(self.phone, self.asker(address), now, code).state

    def asker(self, address: str | None = None) -> Asker:
        """They, at an address of their own unless told."""
        return Asker(self.account_id, self.follower_id, address or self.account_id)


def block(member_id: str, now: datetime) -> None:
    """Block a member by a name that is no pseudonym, as `blocklist.block` would by theirs."""
    new = Block("account", member_id, "sells", now)
    store_blocks.put(new)
    store_accounts.add_block(member_id, new.block_id)


def unblock(member_id: str, now: datetime) -> None:
    """Take it back."""
    old = Block("account", member_id, "sells", now)
    store_accounts.remove_block(member_id, old.block_id)
    store_blocks.drop(old.kind, old.value)
