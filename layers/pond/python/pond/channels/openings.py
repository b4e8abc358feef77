"""Set times at which more people of a line are let in.

The line's row is the truth and is written first; the opening's row follows it. Each step may be repeated, come late,
or stop after any write: the next who comes finishes it. An opening raises the mark once, whoever opens it and how
often.
"""

from datetime import datetime, timedelta

from pond.channels import schedules, store_line
from pond.channels import store_openings as store
from pond.channels.model import OPENING_LONGEST, Line, Opening, opening_id
from pond.kernel.errors import NotFound, Refused, Transient
from pond.programmes import service as programmes

_ROUNDS = 5
_EARLY = timedelta(seconds=60)  # EventBridge Scheduler is exact to the minute
_LATE = timedelta(minutes=10)  # so long a planned opening whose start has passed still counts as the next one


def plan(programme_id: str, starts_at: datetime, ends_at: datetime, quota: int) -> Opening:
    """Plan an opening and the schedule that starts it; planning the same again changes nothing.

    Raises:
        Refused: `opening.invalid` or `opening.overlaps`.
        NotFound: `programme.unknown`.
    """
    programmes.get(programme_id)
    starts_at = starts_at.replace(microsecond=0)
    if quota < 1 or not timedelta() < ends_at - starts_at <= OPENING_LONGEST:
        raise Refused(
            "opening.invalid", f"a quota of at least 1, an end within {OPENING_LONGEST.days} days of the start"
        )
    planned = Opening(programme_id, opening_id(starts_at), starts_at, ends_at, quota)
    around = store.between(programme_id, opening_id(starts_at - OPENING_LONGEST), opening_id(ends_at))
    for other in around:
        same = (other.opening_id, other.ends_at, other.quota) == (planned.opening_id, ends_at, quota)
        if not same and other.state in ("planned", "open") and other.ends_at > starts_at and other.starts_at < ends_at:
            raise Refused("opening.overlaps", f"{other.opening_id} lasts until {other.ends_at}")
    if not store.put(planned):
        planned = _get(programme_id, planned.opening_id)
    if planned.state == "planned":
        schedules.create(planned)
    return planned


def open_due(programme_id: str, opening_id: str, now: datetime) -> bool:
    """Let in as many more as the opening's quota says. Whether this call did; again, or too early, it does nothing.

    Raises:
        NotFound: `opening.unknown`.
        Transient: `line.contended`.
    """
    opening = _get(programme_id, opening_id)
    if opening.state != "planned" or now < opening.starts_at - _EARLY:
        return False
    for _ in range(_ROUNDS):
        if store_line.open_line(opening):
            break
        line = store_line.line(programme_id)
        if line.opening_id == opening_id:
            break
        if line.opened_last >= opening_id:
            store.set_missed(programme_id, opening_id)
            return False
        _close(programme_id, line)
    line = store_line.line(programme_id)
    if line.opening_id != opening_id:
        raise Transient("line.contended", programme_id)
    done = _follow_line(opening, line)
    if opening.ends_at <= now:
        _close(programme_id, line)
    return done


def close_due(programme_id: str, now: datetime) -> bool:
    """End the opening that stands open past its end. Whether there was one."""
    line = store_line.line(programme_id)
    if line.closes_at is None or line.closes_at > now:
        return False
    _close(programme_id, line)
    return True


def next_opening(programme_id: str, now: datetime) -> Opening | None:
    """The next opening that is planned."""
    coming = store.between(programme_id, opening_id(now - _LATE))
    return next((one for one in coming if one.state == "planned" and one.ends_at > now), None)


def current(programme_id: str, now: datetime) -> Opening | None:
    """The opening that is open."""
    line = store_line.line(programme_id)
    if line.opening_id is None or line.closes_at is None or line.closes_at <= now:
        return None
    return store.load(programme_id, line.opening_id)


def due(now: datetime) -> list[Opening]:
    """The openings that should have opened or ended by now and did not."""
    return [
        opening
        for programme_id in programmes.all_ids()
        for opening in store.between(programme_id, opening_id(now - 2 * OPENING_LONGEST), opening_id(now))
        if opening.state == "planned" or (opening.state == "open" and opening.ends_at <= now)
    ]


def tend(now: datetime) -> int:
    """Open and end what is due, whether its schedule came or not. How many."""
    found = due(now)
    for opening in found:
        if opening.state == "planned":
            open_due(opening.programme_id, opening.opening_id, now)
        else:
            close_due(opening.programme_id, now)
            store.set_closed(opening.programme_id, opening.opening_id)
    return len(found)


def _close(programme_id: str, line: Line) -> None:
    """End what the line says is open; the opening's row is brought up to the line first, so that it never opens again.

    Raises:
        Transient: `line.contended`, when the line kept moving.
    """
    ending = line.opening_id
    for _ in range(_ROUNDS):
        if line.opening_id is None or line.opening_id != ending:
            break
        _follow_line(_get(programme_id, ending), line)
        if store_line.close_line(programme_id, ending, line.last_number):
            break
        line = store_line.line(programme_id)
    else:
        raise Transient("line.contended", programme_id)
    if ending is not None:
        store.set_closed(programme_id, ending)


def _follow_line(opening: Opening, line: Line) -> bool:
    return store.set_open(opening, line.first_number, line.admitted_through, line.waited_through)


def _get(programme_id: str, opening_id: str) -> Opening:
    opening = store.load(programme_id, opening_id)
    if opening is None:
        raise NotFound("opening.unknown", f"{programme_id} {opening_id}")
    return opening
