"""People who register, and the message vendor that sends their codes."""

from dataclasses import dataclass, field
from datetime import datetime

from pond.members.model import Form
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
        return request_code(self.phone, self.account_id, address or self.account_id, now, code).state
