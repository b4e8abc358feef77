"""Recognising who visits, by their session; how one begins stands in `oauth`."""

import re

from pond.kernel.errors import Refused
from pond.web import sessions
from pond.web.sessions import Session
from pond.web.visit import Visit

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def is_id(given: str) -> bool:
    """Whether that can be the id of a programme or channel."""
    return _ID.fullmatch(given) is not None


def person(visit: Visit) -> Session | None:
    """The visitor's session, if they have a good one."""
    return sessions.unseal(visit.cookies.get(sessions.SESSION_COOKIE, ""), visit.now)


def poster(visit: Visit) -> Session | None:
    """The session of somebody who sends a form; None when there is none (any more).

    Raises:
        Refused: `form.stale` when the form was not one we showed to this session.
    """
    session = person(visit)
    if session and not sessions.is_form_token(session, visit.form.get("form_token", "")):
        raise Refused("form.stale")
    return session


def channel_of(visit: Visit) -> str:
    """The channel named in a link or form; empty when there is none or it cannot be one."""
    given = visit.form.get("from") or visit.query.get("from", "")
    return given if is_id(given) else ""
