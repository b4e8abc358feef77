"""Members who want no broadcasts to themselves. What is said in their group they see there like everyone."""

from collections.abc import Iterable
from datetime import datetime

from pond.broadcasts import store_optouts


def opt_out(member_id: str, now: datetime) -> None:
    """Leave a member out of every broadcast to members from now on."""
    store_optouts.put(member_id, now)


def opt_in(member_id: str) -> None:
    """Have a member told again."""
    store_optouts.remove(member_id)


def among(member_ids: Iterable[str]) -> set[str]:
    """Which of these members opted out."""
    return store_optouts.among(member_ids)
