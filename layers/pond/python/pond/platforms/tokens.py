"""Access tokens of partners: kept in one place for all processes, renewed by one of them at a time.

What always holds: whoever holds the lease fetches; the others go on with the old token while it works, or wait shortly.
A process keeps a token in memory until five minutes before its end. A failed fetch keeps its lease until that runs
out, so a partner that refuses is asked once in ten seconds, not once per request.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from pond.kernel import clock
from pond.platforms import store_tokens
from pond.platforms.errors import PartnerBusy
from pond.platforms.store_tokens import Kept

_MARGIN = timedelta(seconds=300)  # both partners accept old and new for this long
_LEASE = timedelta(seconds=10)  # longer than a fetch may take
_PAUSE = timedelta(seconds=1)
_WAIT_SECONDS = 3.0
_STEP_SECONDS = 0.1

_held: dict[str, Kept] = {}


@dataclass(frozen=True)
class Fetched:
    """A token as the partner gave it, good for `seconds`."""

    token: str = field(repr=False)
    seconds: int


def token(family: str, fetch: Callable[[], Fetched]) -> str:
    """The token of `family` ("wecom/<corp_id>"), fetched if there is none or it ends soon.

    Raises:
        PartnerBusy: another process is fetching and has not finished; or what `fetch` raises.
    """
    held = _held.get(family)
    if held and clock.now() < held.expires_at - _MARGIN:
        return held.token
    return _obtain(family, None, fetch)


def renew(family: str, stale: str, fetch: Callable[[], Fetched]) -> str:
    """A token other than `stale`, which the partner no longer takes: what another process fetched meanwhile, or a new
    one.

    Raises:
        PartnerBusy: as `token` does.
    """
    _held.pop(family, None)
    return _obtain(family, stale, fetch)


def forget() -> None:
    """Drop what this process holds (tests)."""
    _held.clear()


def _obtain(family: str, stale: str | None, fetch: Callable[[], Fetched]) -> str:
    owner = secrets.token_hex(8)
    give_up = time.monotonic() + _WAIT_SECONDS
    while True:
        moment = clock.now()
        kept = store_tokens.read(family)
        works = kept is not None and kept.token not in ("", stale) and moment < kept.expires_at
        if kept and works and moment < kept.expires_at - _MARGIN:
            _held[family] = kept
            return kept.token
        if store_tokens.lease(family, owner, moment, moment + _LEASE, kept):
            fetched = fetch()
            new = Kept(fetched.token, moment + timedelta(seconds=fetched.seconds))
            # The same token again: asking once more at once will not help anyone, so nobody may for a moment.
            pause = moment + _PAUSE if fetched.token == stale else None
            store_tokens.keep(family, owner, new, leased_until=pause)
            _held[family] = new
            return new.token
        if kept and works:
            return kept.token
        if time.monotonic() > give_up:
            raise PartnerBusy(family.partition("/")[0], 0, "its token is being renewed")
        time.sleep(_STEP_SECONDS)
