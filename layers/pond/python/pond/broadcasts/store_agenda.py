"""The row of the `broadcasts` table, and its index of what is to be looked at when: small, for every minute."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from pond.kernel.tables import Table, TimeAttribute, index

AGENDA = "due"  # the one hash of the index of what is to be looked at


class BroadcastRow(Table):
    class Meta:
        table_name = "broadcasts"

    broadcast_id = UnicodeAttribute(hash_key=True)
    programme_id = UnicodeAttribute()
    variants = UnicodeAttribute()
    audience = UnicodeAttribute()
    route = UnicodeAttribute()
    due_at = TimeAttribute()
    source = UnicodeAttribute()
    state = UnicodeAttribute()
    created_at = TimeAttribute()
    approved_by = UnicodeAttribute(null=True)
    approved_at = TimeAttribute(null=True)
    began_at = TimeAttribute(null=True)
    dealt_at = TimeAttribute(null=True)
    ended_at = TimeAttribute(null=True)
    stopped_from = UnicodeAttribute(null=True)
    agenda = UnicodeAttribute(null=True)
    next_at = TimeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    over_cap = UnicodeAttribute(null=True)
    moved = UnicodeAttribute(null=True)
    by_next = index("by_next", agenda=UnicodeAttribute(hash_key=True), next_at=TimeAttribute(range_key=True))
    by_programme = index(
        "by_programme", programme_id=UnicodeAttribute(hash_key=True), due_at=TimeAttribute(range_key=True)
    )


def due(now: datetime, limit: int) -> list[str]:
    """The broadcasts to be looked at by now, longest due first; by an index, which lags a little."""
    rows = BroadcastRow.by_next.query(AGENDA, BroadcastRow.next_at <= now, limit=limit)
    return [row.broadcast_id for row in rows]
