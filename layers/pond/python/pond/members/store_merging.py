"""Handing the registrations of one member to another, each with what it counts in."""

from pond.kernel.errors import Transient
from pond.kernel.tables import Transaction, TransactionRefused
from pond.members.model import Registration
from pond.members.store import RegistrationRow, read_registration
from pond.members.store_reviews import QuotaRow

_COPY = "copy"


def registrations_of(member_id: str) -> list[Registration]:
    """What the member answered, in whatever programmes, as last written."""
    return [read_registration(row) for row in RegistrationRow.query(member_id, consistent_read=True)]


def move(registration: Registration, kept: str) -> None:
    """Hand a registration to `kept` with its place in the quotas; if they have one, it and its place are given up.

    The old row stays as what was once answered and agreed to, and stands for nothing.

    Raises:
        Transient: `members.contended`; look again.
    """
    try:
        _move(registration, kept)
    except TransactionRefused as error:
        if _COPY not in error.refusals:
            raise _changed() from error
        _give_up(registration)


def _move(registration: Registration, kept: str) -> None:
    row = RegistrationRow.get(registration.member_id, registration.programme_id, consistent_read=True)
    copy = RegistrationRow(**(row.attribute_values | {"member_id": kept}))
    transaction = Transaction()
    transaction.put(_COPY, copy, RegistrationRow.member_id.does_not_exist())
    _retire(transaction, registration)
    transaction.commit()


def _give_up(registration: Registration) -> None:
    transaction = Transaction()
    _retire(transaction, registration)
    key = registration.programme_id
    for quota_id in registration.quotas:
        transaction.update("quota", QuotaRow(key, quota_id), [QuotaRow.accepted.add(-1)])
    if registration.standing == "waitlist" and registration.full_quota:
        transaction.update("quota", QuotaRow(key, registration.full_quota), [QuotaRow.waiting.add(-1)])
    try:
        transaction.commit()
    except TransactionRefused as error:
        raise _changed() from error


def _changed() -> Transient:
    return Transient("members.contended", "a registration was decided or handed over at the same moment")


def _retire(transaction: Transaction, registration: Registration) -> None:
    seen = RegistrationRow.standing
    before = seen == registration.standing
    transaction.update(
        "old",
        RegistrationRow(registration.member_id, registration.programme_id),
        [seen.set("merged"), RegistrationRow.list_id.remove(), RegistrationRow.quotas.remove()],
        condition=before | seen.does_not_exist() if registration.standing == "accepted" else before,
    )
