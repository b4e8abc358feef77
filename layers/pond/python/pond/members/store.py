"""The `registrations` table."""

from collections.abc import Iterator
from dataclasses import asdict, fields

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import PutError, UpdateError

from pond.kernel.tables import Table, TimeAttribute, index, refused
from pond.members.model import Registration


class RegistrationRow(Table):
    """Answers of a member for a programme, and how they stand there. Rows without `standing` are accepted."""

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
    phone_id = UnicodeAttribute(null=True)
    answers = JSONAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    standing = UnicodeAttribute(null=True)
    rule_id = UnicodeAttribute(null=True)
    full_quota = UnicodeAttribute(null=True)
    quotas = UnicodeSetAttribute(null=True)
    decided_at = TimeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decided_reason = UnicodeAttribute(null=True)
    list_id = UnicodeAttribute(null=True)
    # Who stands in a list (`list_id`: programme and standing), in order. The accepted are in none.
    by_list = index("by_list", list_id=UnicodeAttribute(hash_key=True), registered_at=TimeAttribute(range_key=True))


_REGISTRATION_FIELDS = [field.name for field in fields(Registration)]


def get_registration(member_id: str, programme_id: str) -> Registration | None:
    """The member's answers, as last written."""
    try:
        return read_registration(RegistrationRow.get(member_id, programme_id, consistent_read=True))
    except RegistrationRow.DoesNotExist:
        return None


def add_registration(registration: Registration) -> Registration:
    """Keep the registration unless the member has one in the programme; returns the one that stands."""
    row = registration_row(registration)
    try:
        row.save(RegistrationRow.member_id.does_not_exist())
    except PutError as error:
        if not refused(error):
            raise
        return read_registration(
            RegistrationRow.get(registration.member_id, registration.programme_id, consistent_read=True)
        )
    return registration


def set_city(member_id: str, programme_id: str, city: str) -> None:
    """Keep another city in a registration that is there."""
    row = RegistrationRow(member_id, programme_id)
    try:
        row.update([RegistrationRow.city.set(city)], condition=RegistrationRow.member_id.exists())
    except UpdateError as error:
        if not refused(error):
            raise


def registration_row(registration: Registration) -> RegistrationRow:
    """The row of a new registration; what is empty is left out."""
    row = RegistrationRow(**{name: value for name, value in asdict(registration).items() if value})
    row.pool_id = registration.pool_id
    if registration.standing != "accepted":
        row.list_id = list_id(registration.programme_id, registration.standing)
    return row


def list_id(programme_id: str, standing: str) -> str:
    """The list of those who stand so in a programme."""
    return f"{programme_id}~{standing}"


def read_registration(row: RegistrationRow) -> Registration:
    """The registration in a row."""
    known = {name: getattr(row, name) for name in _REGISTRATION_FIELDS}
    return Registration(**{name: value for name, value in known.items() if value is not None})


def all_registrations() -> Iterator[Registration]:
    """Every registration, by a scan: for checks and repair only."""
    return map(read_registration, RegistrationRow.scan())
