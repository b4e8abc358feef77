"""Who looks at personal data says who they are and why, and that is kept, before they see anything."""

from collections.abc import Iterator
from datetime import date, datetime

from pond.kernel.clock import china_day
from pond.kernel.errors import Refused
from pond.kernel.ids import new_id
from pond.kernel.logs import count, logger
from pond.members import store_access_log
from pond.members.model_access import Access


def note(who: str, what: str, about: str, why: str, now: datetime) -> None:
    """Keep that somebody is about to see `what` of `about` (a pseudonym).

    Raises:
        Refused: `access.who`, `access.why` when it is not said.
    """
    if not who.strip():
        raise Refused("access.who", "say who looks: it is kept")
    if not why.strip():
        raise Refused("access.why", "say why you look: it is kept")
    access = Access(at=now, who=who.strip(), what=what, about=about, why=why.strip())
    store_access_log.add(china_day(now).isoformat(), new_id(now), access)
    count("PersonalDataSeen")
    logger.info("personal data seen", extra={"what": what, "about": about})


def of_day(day: date) -> Iterator[Access]:
    """What operators saw on a day in China, in order."""
    return store_access_log.of_day(day.isoformat())
