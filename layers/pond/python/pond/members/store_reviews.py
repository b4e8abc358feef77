"""How registrations stand: counted into quotas when they are made or decided, and the lists operators look through.

A registration and the counters it changes are written in one transaction, so that a quota counts each member once,
whatever is repeated or breaks off. A counter is one row that many registrations want: who meets another writer there
tries again (`Transient`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import IntegerAttribute, Table, Transaction, TransactionRefused
from pond.members.model import Registration, Standing
from pond.members.store import RegistrationRow, get_registration, list_id, read_registration, registration_row
from pond.members.store_phones import PhoneRow


class QuotaRow(Table):
    """How many a quota has accepted, and how many wait for room in it."""

    class Meta:
        table_name = "quotas"

    programme_id = UnicodeAttribute(hash_key=True)
    quota_id = UnicodeAttribute(range_key=True)
    accepted = IntegerAttribute(null=True)
    waiting = IntegerAttribute(null=True)


@dataclass(frozen=True)
class Counted:
    """A quota that is to count somebody: only while it has room and nobody waits, or only while it has room, or in any
    case (`at_most` None)."""

    quota_id: str
    at_most: int | None = None
    behind_waiting: bool = False


@dataclass(frozen=True)
class Full:
    """The quota that could not count somebody; nothing was written."""

    quota_id: str


def add_counted(registration: Registration, quotas: Sequence[Counted]) -> Registration | Full:
    """Keep an accepted registration and count it in all quotas, or tell which is full; returns the one that stands."""
    if closed := _closed(quotas):
        return closed
    counted = replace(registration, quotas=frozenset(quota.quota_id for quota in quotas))
    transaction = Transaction()
    transaction.put("registration", registration_row(counted), RegistrationRow.member_id.does_not_exist())
    for quota in quotas:
        _count(transaction, registration.programme_id, quota, [])
    return _commit(transaction, counted, quotas)


def add_waiting(registration: Registration, quota_id: str) -> Registration:
    """Keep a registration that waits for room in a quota, counted there as waiting; returns the one that stands."""
    waiting = replace(registration, standing="waitlist", full_quota=quota_id)
    transaction = Transaction()
    transaction.put("registration", registration_row(waiting), RegistrationRow.member_id.does_not_exist())
    transaction.update(_label(quota_id), QuotaRow(registration.programme_id, quota_id), [QuotaRow.waiting.add(1)])
    written = _commit(transaction, waiting, ())
    assert isinstance(written, Registration)
    return written


def decide(
    seen: Registration, standing: Standing, by: str, reason: str, now: datetime, quotas: Sequence[Counted]
) -> Literal["decided", "changed"] | Full:
    """Change the standing of a registration that stands as it was seen, and the quotas' counters with it."""
    if closed := _closed(quotas):
        return closed
    transaction = Transaction()
    actions: list[Action] = [
        RegistrationRow.standing.set(standing),
        RegistrationRow.decided_at.set(now),
        RegistrationRow.decided_by.set(by),
        RegistrationRow.decided_reason.set(reason),
    ]
    if standing == "accepted":
        actions.append(RegistrationRow.list_id.remove())
    else:
        actions.append(RegistrationRow.list_id.set(list_id(seen.programme_id, standing)))
    if quotas:
        actions.append(RegistrationRow.quotas.set({quota.quota_id for quota in quotas}))
    transaction.update(
        "registration",
        RegistrationRow(seen.member_id, seen.programme_id),
        actions,
        condition=RegistrationRow.standing == seen.standing,
    )
    gone = seen.full_quota if seen.standing == "waitlist" else None
    less: list[Action] = [QuotaRow.waiting.add(-1)]
    for quota in quotas:
        _count(transaction, seen.programme_id, quota, less if quota.quota_id == gone else [])
    if gone and gone not in {quota.quota_id for quota in quotas}:
        transaction.update(_label(gone), QuotaRow(seen.programme_id, gone), less)
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        if "registration" in refusal.refusals:
            return "changed"
        return _full(refusal, quotas)
    return "decided"


def listed(programme_id: str, standing: Standing) -> Iterator[Registration]:
    """Who stands so, in order of registration. An index lags: each is read again, and left out if it no longer does."""
    for entry in RegistrationRow.by_list.query(list_id(programme_id, standing)):
        found = get_registration(entry.member_id, programme_id)
        if found and found.standing == standing:
            yield found


def sealed(phone_id: str) -> bytes | None:
    """The sealed personal data kept with a number."""
    try:
        return PhoneRow.get(phone_id, consistent_read=True).sealed
    except PhoneRow.DoesNotExist:
        return None


def counters(programme_id: str, quota_id: str) -> tuple[int, int]:
    """How many the quota has accepted, and how many wait for room in it."""
    try:
        row = QuotaRow.get(programme_id, quota_id, consistent_read=True)
    except QuotaRow.DoesNotExist:
        return 0, 0
    return row.accepted or 0, row.waiting or 0


def every_counter() -> Iterable[QuotaRow]:
    """Every quota's counters, by a scan: for checks only."""
    return QuotaRow.scan()


def _count(transaction: Transaction, programme_id: str, quota: Counted, more: list[Action]) -> None:
    """Count one more in the quota; `more` is done to its row in the same write."""
    condition: Condition | None = None
    if quota.at_most is not None:
        condition = QuotaRow.accepted.does_not_exist() | (QuotaRow.accepted < quota.at_most)
    if condition is not None and quota.behind_waiting:
        condition = condition & (QuotaRow.waiting.does_not_exist() | (QuotaRow.waiting <= 0))
    row = QuotaRow(programme_id, quota.quota_id)
    transaction.update(_label(quota.quota_id), row, [QuotaRow.accepted.add(1), *more], condition)


def _commit(transaction: Transaction, registration: Registration, quotas: Sequence[Counted]) -> Registration | Full:
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        if "registration" in refusal.refusals:
            row = RegistrationRow.get(registration.member_id, registration.programme_id, consistent_read=True)
            return read_registration(row)
        return _full(refusal, quotas)
    return registration


def _full(refusal: TransactionRefused, quotas: Sequence[Counted]) -> Full:
    return Full(next(quota.quota_id for quota in quotas if _label(quota.quota_id) in refusal.refusals))


def _closed(quotas: Iterable[Counted]) -> Full | None:
    """The quota that takes nobody at all: its row may not be there for a condition to look at."""
    return next((Full(quota.quota_id) for quota in quotas if quota.at_most == 0), None)


def _label(quota_id: str) -> str:
    return f"quota {quota_id}"
