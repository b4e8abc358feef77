"""Reading registrations."""

from collections.abc import Iterator

from pond.members import store
from pond.members.model import Registration


def get(member_id: str, programme_id: str) -> Registration | None:
    """The member's answers for a programme, as last written."""
    return store.get_registration(member_id, programme_id)


def everyone() -> Iterator[Registration]:
    """Every registration, by a scan: for checks and repair, never where somebody waits."""
    return store.all_registrations()
