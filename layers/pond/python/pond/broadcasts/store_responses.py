"""The `responses` table: a row for each thing that was heard after a broadcast, under a key that says it all."""

from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.kernel.tables import Table, refused

_RECEIPT = "receipt/"


class ResponseRow(Table):
    """One thing that somebody did, or (`receipt`) how the text message to a target ended."""

    class Meta:
        table_name = "responses"

    broadcast_id = UnicodeAttribute(hash_key=True)
    response_id = UnicodeAttribute(range_key=True)  # kind, version, what; so one counts once for a version
    place = UnicodeAttribute(null=True)
    outcome = UnicodeAttribute(null=True)  # of a receipt


def put(broadcast_id: str, kind: str, version: str, place: str, what: str) -> bool:
    """Note it; False when it is noted."""
    return _put(ResponseRow(broadcast_id, f"{kind}/{version}/{what}", place=place))


def put_receipt(broadcast_id: str, chunk_id: str, place: int, outcome: str) -> bool:
    """Note how the text to a target ended; False when that is noted."""
    return _put(ResponseRow(broadcast_id, f"{_RECEIPT}{chunk_id}/{place}", outcome=outcome))


def of(broadcast_id: str) -> Iterator[tuple[str, str, str]]:
    """(kind, version, place) of each thing that somebody did after a broadcast."""
    for row in ResponseRow.query(broadcast_id, ResponseRow.response_id < _RECEIPT):
        kind, version, _what = row.response_id.split("/", 2)
        yield kind, version, row.place or ""


def receipts(broadcast_id: str) -> dict[tuple[str, int], str]:
    """The outcome of each text of which one is known, by chunk and place."""
    rows = ResponseRow.query(broadcast_id, ResponseRow.response_id.startswith(_RECEIPT))
    return {_target(row.response_id): row.outcome or "" for row in rows}


def _target(response_id: str) -> tuple[str, int]:
    chunk_id, _, place = response_id.removeprefix(_RECEIPT).rpartition("/")
    return chunk_id, int(place)


def _put(row: ResponseRow) -> bool:
    try:
        row.save(condition=ResponseRow.response_id.does_not_exist())
    except PutError as error:
        if refused(error):
            return False
        raise
    return True
