"""The one way out to partners: JSON over HTTP with short limits and no retries of its own.

With the setting `egress` = "proxy" calls leave through the proxy of the secret `proxy`, whose address partners list.

What always holds: a call ends within about five seconds with an answer, or with an error that says whether it may have
happened. Redirects are not followed. Nothing of a request (it holds tokens, secrets and phones) gets into an error or
log.
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError

from pond.kernel.errors import OutcomeUnknown
from pond.kernel.settings import secret, settings
from pond.platforms.errors import PartnerBusy, PartnerRefused

CONNECT_SECONDS = 1
READ_SECONDS = 4
_IDLE_SECONDS = 20  # a connection idle for longer may be dead without our knowing (a frozen function, a NAT gateway)
_PROXY_PORT = 3128
_NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ProxyError)

logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines show addresses with tokens in them
_used_at = 0.0


@dataclass(frozen=True)
class Reply:
    """A JSON answer; partners put most refusals into one with status 200."""

    status: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """A file to post as `multipart/form-data` under the field `media`, as WeChat and WeCom want it."""

    filename: str
    content_type: str
    data: bytes = field(repr=False)


def send(
    partner: str,
    method: str,
    url: str,
    *,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    idempotent: bool,
) -> Reply:
    """Make one request. `idempotent` says whether doing it twice does no harm.

    Raises:
        PartnerBusy: it was not done, or doing it again does no harm.
        OutcomeUnknown: it left, no usable answer came, and doing it again could do harm.
        PartnerRefused: an HTTP refusal without a JSON answer; `errcode` is the status.
    """
    address = f"{url}?{encode_query(query)}" if query else url
    try:
        response = _pool().request(method, address, body=body, headers=dict(headers or {}), redirect=False)
    except _NEVER_LEFT as error:
        raise PartnerBusy(partner, 0, type(error).__name__) from None
    except HTTPError as error:
        raise _unanswered(partner, 0, type(error).__name__, idempotent) from None
    if response.status == 429:
        raise PartnerBusy(partner, 429)
    try:
        data = json.loads(response.data)
    except ValueError:
        data = None
    if response.status >= 500 or (not isinstance(data, dict) and response.status < 300):
        raise _unanswered(partner, response.status, "no usable answer", idempotent)
    if not isinstance(data, dict):
        raise PartnerRefused(partner, response.status)
    return Reply(response.status, data)


def encode(body: object) -> tuple[bytes | None, str]:
    """The bytes of a body and their content type; nothing for None."""
    if body is None:
        return None, ""
    if not isinstance(body, Upload):
        return encode_json(body), "application/json"
    # A boundary made from the content does not occur in it, and the same file is sent as the same bytes.
    boundary = f"pond{hashlib.sha256(body.data).hexdigest()}"
    name = re.sub(r'["\\\r\n]', "_", body.filename)
    disposition = f'form-data; name="media"; filename="{name}"; filelength={len(body.data)}'
    head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {body.content_type}\r\n\r\n"
    return head.encode() + body.data + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def encode_json(body: object) -> bytes:
    """UTF-8 without `\\u` escapes, which some WeCom calls refuse (40033)."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def encode_query(query: Mapping[str, str]) -> str:
    """RFC 3986: spaces as %20; only letters, digits and `-_.~` stay as they are."""
    return urlencode(query, quote_via=quote, safe="")


def _unanswered(partner: str, status: int, what: str, idempotent: bool) -> PartnerBusy | OutcomeUnknown:
    if idempotent:
        return PartnerBusy(partner, status, what)
    return OutcomeUnknown(f"{partner}.outcome_unknown", f"{status} {what}")


def _pool() -> urllib3.PoolManager:
    global _used_at
    connections = _connections(secret("proxy")["url"] if settings().egress == "proxy" else None)
    if time.monotonic() - _used_at > _IDLE_SECONDS:
        connections.clear()
    _used_at = time.monotonic()
    return connections


@lru_cache(maxsize=2)  # a proxy's password may change while we run
def _connections(proxy: str | None) -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    if proxy is None:
        return urllib3.PoolManager(timeout=timeout, retries=False)
    parts = urlsplit(proxy)
    login = (
        urllib3.make_headers(proxy_basic_auth=unquote(f"{parts.username}:{parts.password}")) if parts.username else {}
    )
    place = f"{parts.scheme}://{parts.hostname}:{parts.port or _PROXY_PORT}"
    return urllib3.ProxyManager(place, timeout=timeout, retries=False, proxy_headers=login)
