"""What a request tells a view: typed, bounded and parsed once. Nothing in it is trusted; nothing of it is logged.

Links are relative to `prefix`, the path under which people reach us: that of `public_url`, or else the API's stage.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalice.app import Request

from pond.kernel.errors import Refused
from pond.kernel.settings import settings

BODY_MAX = 16 * 1024  # bytes; our longest form is below 2 KB
FIELDS_MAX = 40


@dataclass(frozen=True)
class Visit:
    """One request, as views see it."""

    origin: str  # scheme and host people use, such as "https://pond.example"
    prefix: str  # path before ours, such as "/h5"; empty at the root
    path: str
    query: dict[str, str]
    form: dict[str, str]
    cookies: dict[str, str]
    address: str  # of the connection, only for rate limits
    now: datetime

    def link(self, path: str) -> str:
        """Our own path as people's browsers must ask for it."""
        return self.prefix + path

    @property
    def secure(self) -> bool:
        """Whether people reach us over HTTPS (everywhere but on a developer's machine)."""
        return self.origin.startswith("https:")


def read(request: Request, now: datetime) -> Visit:
    """The visit in a REST API request.

    Raises:
        Refused: `request.too_large`, `request.unreadable`.
    """
    origin, prefix = _place(request)
    return Visit(
        origin=origin,
        prefix=prefix,
        path=_path(request),
        query={name: request.query_params[name] for name in request.query_params} if request.query_params else {},
        form=_form(request),
        cookies=_cookies(request.headers.get("cookie", "")),
        address=request.context.get("identity", {}).get("sourceIp", ""),
        now=now,
    )


def _path(request: Request) -> str:
    path: str = request.to_original_event().get("path", "")
    return path


def _place(request: Request) -> tuple[str, str]:
    public = settings().public_url
    if public:
        parts = urlsplit(public)
        return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    whole: str = request.context.get("path", "")
    return f"https://{request.context.get('domainName', '')}", whole.removesuffix(_path(request)).rstrip("/")


def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body: Any = request.raw_body
    if len(body) > BODY_MAX:
        raise Refused("request.too_large", f"{len(body)} bytes")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict", strict_parsing=bool(body)
        )
    except ValueError as error:
        raise Refused("request.unreadable", "the form does not parse") from error
    return dict(pairs)


def _cookies(header: str) -> dict[str, str]:
    # Not http.cookies: it gives up at the first cookie it does not like, and others on the domain set theirs too.
    pairs = [part.strip().partition("=") for part in header.split(";")]
    return {name: value for name, _, value in reversed(pairs)}  # of two with one name the more specific comes first
