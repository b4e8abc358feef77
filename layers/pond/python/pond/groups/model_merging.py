"""Which of two seats a person keeps who was taken for two."""

from pond.groups.model import Seat

_BEST_FIRST = ("taken", "held", "waiting", "requested", "removed", "expired", "left")


def prevails(one: Seat, other: Seat | None) -> bool:
    """Whether `one` is kept: the better one is; of two alike the older one, and in a waitlist who is further ahead."""
    if other is None:
        return True
    ours, theirs = _BEST_FIRST.index(one.state), _BEST_FIRST.index(other.state)
    if ours != theirs:
        return ours < theirs
    if one.state == "waiting" and one.pool_id == other.pool_id:
        return (one.waiting_number or 0) < (other.waiting_number or 0)
    if one.changed_at is None or other.changed_at is None:
        return False
    return one.changed_at < other.changed_at
