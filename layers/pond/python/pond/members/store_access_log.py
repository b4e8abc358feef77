"""The `accesses` table: who of the operators saw whose personal data, when and why. Written once, never changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.settings import settings
from pond.kernel.tables import ExpiryAttribute, Table, iso
from pond.members.model_access import Access


class _Row(Table):
    class Meta:
        table_name = "accesses"

    day = UnicodeAttribute(hash_key=True)  # in China
    access_id = UnicodeAttribute(range_key=True)  # begins with the time
    who = UnicodeAttribute()
    what = UnicodeAttribute()
    about = UnicodeAttribute()
    why = UnicodeAttribute()
    expires_at = ExpiryAttribute()


def add(day: str, access_id: str, access: Access) -> None:
    """Write it down."""
    _Row(
        day,
        f"{iso(access.at)}~{access_id}",
        who=access.who,
        what=access.what,
        about=access.about,
        why=access.why,
        expires_at=access.at + timedelta(days=int(settings().access_log_retention_days)),
    ).save(_Row.access_id.does_not_exist())


def of_day(day: str) -> Iterator[Access]:
    """What was seen on a day, in order."""
    for row in _Row.query(day, consistent_read=True):
        at = datetime.fromisoformat(row.access_id.partition("~")[0])
        yield Access(at=at, who=row.who, what=row.what, about=row.about, why=row.why)
