"""Recognising who visits, by their session; how one begins stands in `oauth`."""

import re
from datetime import timedelta

from pond.kernel.errors import Refused
from pond.kernel.logs import count
from pond.web import sessions
from pond.web.sessions import Session
from pond.web.visit import Visit

TYPING = timedelta(seconds=3)  # nobody reads a form, fills it in and copies a code in less
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def is_id(given: str) -> bool:
    """Whether that can be the id of a programme or channel."""
    return _ID.fullmatch(given) is not None


def person(visit: Visit) -> Session | None:
    """The visitor's session, if they have a good one."""
    return sessions.unseal(visit.cookies.get(sessions.SESSION_COOKIE, ""), visit.now)


def poster(visit: Visit, typed: bool = False) -> Session | None:
    """The session of somebody who sends a form; None when there is none (any more). `typed`: the form has fields that
    take a person a while to fill in.

    Raises:
        Refused: `form.stale` when the form was not one we showed to this session; `form.too_fast`.
    """
    session = person(visit)
    if session is None:
        return None
    opened_at = sessions.form_opened_at(session, visit.form.get("form_token", ""), visit.now)
    if opened_at is None:
        raise Refused("form.stale")
    if typed and visit.now - opened_at < TYPING:
        count("FormTooFast")
        raise Refused("form.too_fast")
    return session


def channel_of(visit: Visit) -> str:
    """The channel named in a link or form; empty when there is none or it cannot be one."""
    given = visit.form.get("from") or visit.query.get("from", "")
    return given if is_id(given) else ""
