"""Automatic answers in the account, from the content library: said at once as the reply to what somebody wrote.

No partner is called and nothing is written, so the same message again has the same answer. What is read is kept for
half a minute. Templates are loaded by who first needs them: the account's callback must start quickly.
"""

import time
from datetime import datetime
from typing import Any

from pond.broadcasts import store_plans
from pond.broadcasts.model_content import Content
from pond.broadcasts.model_keywords import Keywords, heard, read
from pond.kernel.errors import PondError, Refused
from pond.kernel.logs import count, logger
from pond.programmes import service as programmes

CACHE_SECONDS = 30

_keywords: dict[str, tuple[float, Keywords]] = {}
_pieces: dict[str, tuple[float, Content | None]] = {}


def apply(programme_id: str, document: dict[str, Any], now: datetime) -> bool:
    """Make a programme's automatic answers be as the document says; False when they were already.

    Raises:
        NotFound: `programme.unknown`.
        Refused: `keywords.invalid`; `keywords.content` when a piece is not approved, not a text, or not made for the
            account.
    """
    from pond.broadcasts import contents

    programmes.get(programme_id)
    wanted = read(document)
    named = {one.content_id for one in wanted.answers} | ({wanted.fallback} if wanted.fallback else set())
    for content_id in sorted(named):
        piece = contents.newest_approved(content_id)
        if piece is None:
            raise Refused("keywords.content", f"{content_id} is not approved")
        if piece.form != "text" or "account" not in piece.routes:
            raise Refused("keywords.content", f"{content_id} must be a text made for the account")
    forget()
    return store_plans.put_document(_key(programme_id), document, now)


def get(programme_id: str) -> Keywords:
    """A programme's automatic answers, at most 30 seconds old."""
    held = _keywords.get(programme_id)
    if held is None or time.monotonic() - held[0] >= CACHE_SECONDS:
        document = store_plans.get_document(_key(programme_id))
        held = _keywords[programme_id] = (time.monotonic(), read(document) if document else Keywords())
    return held[1]


def answer(programme_id: str, text: str, now: datetime, *, exact: bool = False, quiet: bool = False) -> str | None:
    """What the library answers to a message; None for nothing. `exact`: only to a message that is a keyword and nothing
    else. `quiet`: not with the fallback, as to somebody who was answered lately.

    What goes wrong here is logged and answered with nothing: somebody waits, and the account goes on.
    """
    try:
        known = get(programme_id)
        asked = [one.content_id for one in heard(known, text) if one.exact or not exact]
        if known.fallback and not quiet and not exact:
            asked.append(known.fallback)
        for content_id in asked:
            said = _say(programme_id, content_id, now)
            if said:
                return said
    except PondError as error:
        count("KeywordFailed")
        logger.error("keyword not answered", extra={"programme_id": programme_id, "code": error.code})
    return None


def forget() -> None:
    """Drop what is cached in this process."""
    _keywords.clear()
    _pieces.clear()


def _say(programme_id: str, content_id: str, now: datetime) -> str | None:
    from pond.broadcasts import rendering

    piece = _piece(content_id)
    if piece is None:
        return None
    return rendering.render(piece, rendering.values_for(programmes.get(programme_id), None, now)).text


def _piece(content_id: str) -> Content | None:
    from pond.broadcasts import contents

    held = _pieces.get(content_id)
    if held is None or time.monotonic() - held[0] >= CACHE_SECONDS:
        held = _pieces[content_id] = (time.monotonic(), contents.newest_approved(content_id))
    return held[1]


def _key(programme_id: str) -> str:
    return f"~keywords~{programme_id}"
