"""Calls to Youzan's API: the token in the query, JSON, status 200 whatever happened, and refusals in three shapes.

What always holds: all three shapes are read; a token that is no longer taken is renewed once and the call made once
more. Every call here reads, so it may be repeated; waiting between repeats is the caller's (`BACKOFF_SECONDS`).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pond.kernel import clock
from pond.kernel.settings import secret, settings
from pond.platforms import http, tokens
from pond.platforms.calls import misconfigured
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.tokens import Fetched

PARTNER = "youzan"
BACKOFF_SECONDS = (3, 6, 12, 24, 48)  # documented waits after "too frequent"; then stop
_NEW_FROM_SECONDS = 600  # twice as early as `tokens` would ask again

_BUSY = (4101, 123000042, 141500203, 500100004)  # too frequent, in the several shapes it has
_TOKEN = (4201, 4202, 4203)
_CONFIGURATION = (1000, 1004, 1103, 1105, 4007, 4204)  # 4007 is also said to a caller whose address is not listed
_MALFORMED = (4001, 4004, 4005, 5001)


def call(name: str, version: str, body: Mapping[str, object]) -> dict[str, Any]:
    """Call an API by name and version; its `data`, {} when there is none.

    Raises:
        PartnerBusy: too frequent, no answer, or no token to be had just now.
        PartnerRefused: what else was refused; `errcode` as Youzan gave it, from whichever layer.
    """
    family = f"{PARTNER}/{secret(PARTNER)['client_id']}/{secret(PARTNER)['kdt_id']}"
    token = tokens.token(family, partial(_fetch, refresh=False))
    try:
        return _ask(name, version, body, token)
    except PartnerRefused as error:
        if error.meaning is not Meaning.TOKEN:
            raise
    # Without `refresh` the same token comes back as long as Youzan thinks it is valid.
    token = tokens.renew(family, token, partial(_fetch, refresh=True))
    try:
        return _ask(name, version, body, token)
    except PartnerRefused as error:
        if error.meaning is not Meaning.TOKEN:
            raise
        raise PartnerBusy(PARTNER, error.errcode, "a renewed token is not taken either") from error


def wait_before(attempt: int) -> int | None:
    """Seconds to wait before the attempt of this number (the first is 1, at once); None: stop."""
    waits = (0, *BACKOFF_SECONDS)
    return waits[attempt - 1] if 1 <= attempt <= len(waits) else None


def _ask(name: str, version: str, body: Mapping[str, object], token: str) -> dict[str, Any]:
    url = f"{settings().youzan_url}/api/{name}/{version}"
    data = _read(_post(url, body, {"access_token": token}))
    return data if isinstance(data, dict) else {}


def _fetch(*, refresh: bool) -> Fetched:
    app = secret(PARTNER)
    body = {
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "authorize_type": "silent",
        "grant_id": str(app["kdt_id"]),
        "refresh": refresh,
    }
    data = _read(_post(f"{settings().youzan_url}/auth/token", body))
    try:
        ends_at = int(data["expires"]) / 1000  # epoch milliseconds
        fetched = Fetched(data["access_token"], int(ends_at - clock.now().timestamp()))
    except (KeyError, TypeError, ValueError):
        raise PartnerBusy(PARTNER, 0, "an unreadable token") from None
    # A valid token is given again as it is, also in its last minutes: only asking for a new one ends that.
    return fetched if refresh or fetched.seconds > _NEW_FROM_SECONDS else _fetch(refresh=True)


def _post(url: str, body: Mapping[str, object], query: Mapping[str, str] | None = None) -> dict[str, Any]:
    reply = http.send(
        PARTNER,
        "POST",
        url,
        query=query,
        body=http.encode_json(body),
        headers={"Content-Type": "application/json"},
        idempotent=True,
    )
    if reply.status >= 300 and not {"gw_err_resp", "error_response", "success"} & reply.data.keys():
        raise PartnerRefused(PARTNER, reply.status)
    return reply.data


def _read(answer: Mapping[str, Any]) -> Any:
    """What a good answer holds; a refusal's `data` may hold empty skeletons and is not looked at."""
    if "gw_err_resp" in answer:
        refusal = answer["gw_err_resp"] or {}
        raise _error(refusal.get("err_code"), refusal.get("trace_id"))
    if "error_response" in answer:
        raise _error((answer["error_response"] or {}).get("code"), answer.get("trace_id"))
    if "response" in answer:
        return answer["response"]
    if answer.get("success") is True and answer.get("code") in (200, "200", None):
        return answer.get("data")
    raise _error(answer.get("code"), answer.get("trace_id"))


def _error(code: object, trace_id: object) -> PartnerRefused | PartnerBusy:
    try:
        errcode = int(str(code))
    except ValueError:
        errcode = 0
    hint = f"trace {trace_id}" if isinstance(trace_id, str) and trace_id else ""
    if errcode in _BUSY:
        return PartnerBusy(PARTNER, errcode, hint)
    if errcode in _CONFIGURATION:
        misconfigured(PARTNER, str(errcode), hint)
        return PartnerRefused(PARTNER, errcode, Meaning.CONFIGURATION, hint)
    if errcode in _TOKEN:
        return PartnerRefused(PARTNER, errcode, Meaning.TOKEN, hint)
    return PartnerRefused(PARTNER, errcode, Meaning.MALFORMED if errcode in _MALFORMED else Meaning.OTHER, hint)
