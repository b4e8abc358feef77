"""Who an audience comes to: counted and shown before sending, and expanded page by page when it is sent."""

from dataclasses import dataclass
from datetime import datetime

from pond.broadcasts import people
from pond.broadcasts.model_audience import EVERYBODY, Audience, Chat, Kind, Person, Recipient, matches
from pond.kernel.errors import Refused

SAMPLE, PAGE = 10, 500


@dataclass(frozen=True)
class Count:
    """How many an audience comes to, of how many there are, and some of them."""

    matching: int
    population: int
    some: list[Recipient]


def expand(
    programme_id: str, audience: Audience, kind: Kind, after: str | None, limit: int, now: datetime
) -> tuple[list[Recipient], str | None]:
    """The next recipients after a cursor (None: the first), and the cursor to go on with; None at the end.

    The order stays the same while people come and go, and each stands in it once: whoever is there all the time is met
    once, for any `limit` and however often a page is asked for again. A page may be short, or empty, and not the last.
    `limit` bounds what is read for a page.
    """
    known: list[Person] | list[Chat]
    if kind == "member":
        known, last = people.members(programme_id, audience.where, after, limit, now)
        ids = [one.member_id for one in known if matches(audience, one)]
    else:
        known, last = people.groups(programme_id, after, limit)
        ids = [one.chat_id for one in known if matches(audience, one)]
    return [Recipient(recipient_id, kind) for recipient_id in ids], last


def sample(programme_id: str, audience: Audience, kind: Kind, now: datetime) -> tuple[int, list[Recipient]]:
    """How many an audience comes to now, and some of them; reads as `expand` does, so never where somebody waits."""
    matching, some, after, going_on = 0, list[Recipient](), None, True
    while going_on:
        found, after = expand(programme_id, audience, kind, after, PAGE, now)
        matching += len(found)
        some += found[: SAMPLE - len(some)]
        going_on = after is not None
    return matching, some


def count(programme_id: str, audience: Audience, kind: Kind, now: datetime) -> Count:
    """How many an audience comes to, of how many, and some of them; reads everyone, so never where somebody waits."""
    matching, some = sample(programme_id, audience, kind, now)
    population = matching
    if audience.where != EVERYBODY:
        population = sample(programme_id, Audience(), kind, now)[0]
    return Count(matching, population, some)


def check(programme_id: str, audience: Audience, kind: Kind, now: datetime) -> None:
    """Refuse an audience that is a likely mistake. One that says that it may be everybody, and nobody, is not counted.

    Raises:
        Refused: `audience.everybody`, `audience.nobody`: it comes to all, or to none, and does not say that it may.
    """
    if audience.everybody and audience.nobody:
        return
    counted = count(programme_id, audience, kind, now)
    if counted.matching == 0 and not audience.nobody:
        raise Refused("audience.nobody", f"nobody of {counted.population} is meant: say `nobody: true` if that may be")
    if 0 < counted.matching == counted.population and not audience.everybody:
        raise Refused("audience.everybody", f"all {counted.population} are meant: say `everybody: true` if that is so")
