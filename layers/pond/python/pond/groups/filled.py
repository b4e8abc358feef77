"""When a group was first full: there its early time begins, to which plans of content are relative."""

from datetime import datetime

from pond.groups import store_standings


def note_filled(now: datetime) -> int:
    """Note it of the groups that are full and were not before. How many. A scan, for a schedule."""
    return sum(store_standings.set_filled(chat_id, now) for chat_id in store_standings.unfilled())
