"""Registrations, the members behind WeChat accounts, and the day's counters of rate limits."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError

from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, TimeAttribute, refused
from pond.members.model import Registration


class RegistrationRow(Table):
    """Answers of a member for a programme."""

    class Meta:
        table_name = "registrations"

    member_id = UnicodeAttribute(hash_key=True)
    programme_id = UnicodeAttribute(range_key=True)
    pool_id = UnicodeAttribute()
    stage_id = UnicodeAttribute()
    city = UnicodeAttribute()
    consent_version = UnicodeAttribute()
    consented_at = TimeAttribute()
    registered_at = TimeAttribute()
    follower_id = UnicodeAttribute()
    channel_id = UnicodeAttribute(null=True)
    born_in = UnicodeAttribute(null=True)
    due_in = UnicodeAttribute(null=True)


class AccountRow(Table):
    """Whose a WeChat account is, once its person proved a phone. `blocked_at` stands on the member's first account."""

    class Meta:
        table_name = "accounts"

    account_id = UnicodeAttribute(hash_key=True)
    member_id = UnicodeAttribute()
    blocked_at = TimeAttribute(null=True)


class LimitRow(Table):
    """How often something was done today."""

    class Meta:
        table_name = "limits"

    limit_id = UnicodeAttribute(hash_key=True)
    used = IntegerAttribute()
    expires_at = ExpiryAttribute()


_REGISTRATION_FIELDS = [field.name for field in fields(Registration)]


def get_registration(member_id: str, programme_id: str) -> Registration | None:
    """The member's answers, as last written."""
    try:
        return _registration(RegistrationRow.get(member_id, programme_id, consistent_read=True))
    except RegistrationRow.DoesNotExist:
        return None


def add_registration(registration: Registration) -> Registration:
    """Keep the registration unless the member has one in the programme; returns the one that stands."""
    row = RegistrationRow(**asdict(registration))
    try:
        row.save(RegistrationRow.member_id.does_not_exist())
    except PutError as error:
        if not refused(error):
            raise
        return _registration(
            RegistrationRow.get(registration.member_id, registration.programme_id, consistent_read=True)
        )
    return registration


def all_registrations() -> Iterator[Registration]:
    """Every registration, by a scan: for checks and repair only."""
    return map(_registration, RegistrationRow.scan())


def get_account(account_id: str) -> AccountRow | None:
    """Whose the account is, as last written; None before its person proved a phone."""
    try:
        return AccountRow.get(account_id, consistent_read=True)
    except AccountRow.DoesNotExist:
        return None


def mark_blocked(member_id: str, at: datetime | None) -> None:
    """Block the member, or take it back with None; a member unknown here is left alone."""
    row = AccountRow(member_id)
    action = AccountRow.blocked_at.set(at) if at else AccountRow.blocked_at.remove()
    try:
        row.update(actions=[action], condition=AccountRow.account_id.exists())
    except UpdateError as error:
        if not refused(error):
            raise


def use(limit_id: str, at_most: int, expires_at: datetime) -> bool:
    """Count one use if fewer than `at_most` were counted."""
    try:
        LimitRow(limit_id).update(
            actions=[LimitRow.used.add(1), LimitRow.expires_at.set(expires_at)],
            condition=LimitRow.used.does_not_exist() | (LimitRow.used < at_most),
        )
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def give_back(limit_id: str) -> None:
    """Take back one counted use that came to nothing."""
    try:
        LimitRow(limit_id).update(actions=[LimitRow.used.add(-1)], condition=LimitRow.used > 0)
    except UpdateError as error:
        if not refused(error):
            raise


def _registration(row: RegistrationRow) -> Registration:
    return Registration(**{name: getattr(row, name) for name in _REGISTRATION_FIELDS})
