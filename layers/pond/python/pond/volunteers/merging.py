"""Two members who serve, sell or were bound to somebody are found to be one: all of it becomes the one's.

What held before stays answered as it was: who served a group until now is named as they were then, and their row stays.
Everything here bears repeating.
"""

from datetime import datetime

from pond.volunteers import service, store_assignments, store_bonds
from pond.volunteers import store_volunteers as store
from pond.volunteers.model import Volunteer


def merge(merged_id: str, kept_id: str, now: datetime) -> None:
    """Give the bonds of `merged_id` to `kept_id`, and what they are and whom they serve.

    Raises:
        Transient: `volunteer.contended`, `assignment.contended`, or other writers; do it again.
    """
    for bond in store_bonds.of_member(merged_id):
        store_bonds.hand_over(bond, kept_id)
    held = store.get(merged_id)
    if held is None:
        return
    before = store.get(kept_id) or Volunteer(volunteer_id=kept_id)
    name = "" if store.name(kept_id) else store.name(merged_id)
    after = before.with_all_of(held)
    if after != before or name:
        store.write(after, name or None, now)
    for chat_id in service.groups_of(merged_id, now):
        roster = store_assignments.get(chat_id)
        main = any(one.main for one in roster.serving(now) if one.volunteer_id in (merged_id, kept_id))
        instead = roster.released(merged_id, now).assigned(kept_id, main, now)
        store_assignments.write(instead, kept_id)
