"""The `rates` table: every version of each programme's rates, as one JSON document. None is ever changed."""

import json
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.kernel.errors import Transient
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, refused


class _Row(Table):
    class Meta:
        table_name = "rates"

    programme_id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute(range_key=True)
    document = UnicodeAttribute()
    applied_by = UnicodeAttribute()
    applied_at = TimeAttribute()


def load(programme_id: str) -> tuple[dict[str, Any], int] | None:
    """The last document of a programme and its version, as it is now."""
    for row in _Row.query(programme_id, scan_index_forward=False, limit=1, consistent_read=True):
        return json.loads(row.document), row.version
    return None


def add(programme_id: str, version: int, document: dict[str, Any], by: str, now: datetime) -> None:
    """Add a version.

    Raises:
        Transient: `rates.contended` when somebody else added it meanwhile.
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    row = _Row(programme_id, version, document=text, applied_by=by, applied_at=now)
    try:
        row.save(condition=_Row.version.does_not_exist())
    except PutError as error:
        if not refused(error):
            raise
        raise Transient("rates.contended", "somebody else applied meanwhile") from error
