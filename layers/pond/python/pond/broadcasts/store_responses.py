"""The `responses` table: a row for each thing that somebody did after a broadcast, under a key that says it all."""

from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.kernel.tables import Table, refused


class ResponseRow(Table):
    """One thing that somebody did."""

    class Meta:
        table_name = "responses"

    broadcast_id = UnicodeAttribute(hash_key=True)
    response_id = UnicodeAttribute(range_key=True)  # kind, version, what; so one counts once for a version
    place = UnicodeAttribute()


def put(broadcast_id: str, kind: str, version: str, place: str, what: str) -> bool:
    """Note it; False when it is noted."""
    row = ResponseRow(broadcast_id, f"{kind}/{version}/{what}", place=place)
    try:
        row.save(condition=ResponseRow.response_id.does_not_exist())
    except PutError as error:
        if refused(error):
            return False
        raise
    return True


def of(broadcast_id: str) -> Iterator[tuple[str, str, str]]:
    """(kind, version, place) of each row of a broadcast."""
    for row in ResponseRow.query(broadcast_id):
        kind, version, _what = row.response_id.split("/", 2)
        yield kind, version, row.place
