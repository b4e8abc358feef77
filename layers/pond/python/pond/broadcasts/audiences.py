"""Who an audience comes to: counted and shown before sending, and expanded page by page when it is sent."""

from datetime import datetime

from pond.broadcasts.model_audience import Audience, Kind, Recipient


def expand(
    programme_id: str, audience: Audience, kind: Kind, after: str | None, limit: int, now: datetime
) -> tuple[list[Recipient], str | None]:
    """The next recipients after a cursor (None: the first), and the cursor to go on with; None at the end.

    The order stays the same while people come and go, and each stands in it once: whoever is there all the time is met
    once, for any `limit` and however often a page is asked for again. A page may be short, or empty, and not the last.
    `limit` bounds what is read for a page.
    """
    raise NotImplementedError


def sample(programme_id: str, audience: Audience, kind: Kind, now: datetime) -> tuple[int, list[Recipient]]:
    """How many an audience comes to now, and some of them."""
    raise NotImplementedError
