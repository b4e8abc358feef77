"""What this room's tables tell the world, derived from a row's old and new image."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pond.kernel.events import DomainEvent

Image = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MemberRegistered(DomainEvent):
    """Answers, consent and phone of a person are complete for a programme; a seat is due in the pool."""

    name = "member.registered"
    member_id: str
    programme_id: str
    pool_id: str
    registered_at: str


@dataclass(frozen=True, kw_only=True)
class RegistrationReview(DomainEvent):
    """The rules want a person to look at a registration before a seat is due."""

    name = "registration.review"
    member_id: str
    programme_id: str


@dataclass(frozen=True, kw_only=True)
class RegistrationDecided(DomainEvent):
    """A registration that was not accepted at once now is, or was refused by an operator: to be told to the person."""

    name = "registration.decided"
    member_id: str
    programme_id: str
    standing: str
    decided_at: str


@dataclass(frozen=True, kw_only=True)
class MemberMerged(DomainEvent):
    """Two members were found to be one: what was `merged`'s is to become `kept`'s."""

    name = "member.merged"
    kept: str
    merged: str


@dataclass(frozen=True, kw_only=True)
class MemberPhoneChanged(DomainEvent):
    """A member proved another phone, which is their present one now."""

    name = "member.phone_changed"
    member_id: str


@dataclass(frozen=True, kw_only=True)
class AccountBlocked(DomainEvent):
    """A first block stands against an account, a contact or a member: what they use up is to be given up."""

    name = "account.blocked"
    account_id: str


def from_change(table: str, old: Image | None, new: Image | None) -> Iterator[DomainEvent]:
    """The events that a change of a row means: a registration is told once it is accepted, at once or later; two
    members are one once the one's own account row, which named itself, names the other; the first block is told."""
    if table == "accounts" and old and new and old.get("member_id") == new["account_id"]:
        kept = new.get("member_id")  # nobody's, once a blocked person was forgotten
        if kept and kept != new["account_id"]:
            yield MemberMerged(kept=kept, merged=new["account_id"])
    if table == "accounts" and old and new and _changed_phone(old, new):
        yield MemberPhoneChanged(member_id=new["account_id"])
    if table == "accounts" and new and new.get("blocks") and not (old or {}).get("blocks"):
        yield AccountBlocked(account_id=new["account_id"])
    if table != "registrations" or new is None or new.get("standing") == "merged":
        return
    before, after = (_standing(old) if old else None), _standing(new)
    if before == after:
        return
    who = {key: new[key] for key in ("member_id", "programme_id")}
    if after == "accepted":
        yield MemberRegistered(**who, pool_id=new["pool_id"], registered_at=new["registered_at"])
    elif after == "review":
        yield RegistrationReview(**who)
    if before and new.get("decided_at"):
        yield RegistrationDecided(**who, standing=after, decided_at=new["decided_at"])


def _changed_phone(old: Image, new: Image) -> bool:
    """Whether a member's own row names another phone than it did; a newcomer's first is told by their registration."""
    own = new.get("member_id") == new["account_id"]
    return own and bool(old.get("phone_id")) and old["phone_id"] != new.get("phone_id")


def _standing(image: Image) -> str:
    return str(image.get("standing") or "accepted")  # rows written before there were rules
