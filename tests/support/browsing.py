"""Pond's pages as a phone opens them, without a browser: redirects, cookies and forms over HTTP, for many at once."""

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

from support.journeys import OPENER, Mother

_HOPS = 10
_STATE = re.compile(r'id="state" data-state="([^"]+)"')
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_CONSENT = re.compile(r'name="consent_version" value="([^"]+)"')
_CODE = re.compile(r'<img class="code" src="([^"]+)"')
_ENTER = re.compile(r'<a class="button" href="([^"]*/oauth[^"]*)"')


class Unlucky(Exception):
    """No page came: an error of ours, or none in time. The person tries again."""


@dataclass(frozen=True)
class Shown:
    """What the phone shows."""

    status: int
    address: str
    html: str

    @property
    def state(self) -> str:
        """The state the page tells of."""
        return self._find(_STATE)

    @property
    def code(self) -> str:
        """The group's code on it, if there is one."""
        return self._find(_CODE)

    @property
    def enter(self) -> str:
        """Where its way in leads, if there is one."""
        return self._find(_ENTER).replace("&amp;", "&")

    @property
    def asks_leave(self) -> bool:
        """Whether it is WeChat's, asking if we may know who she is."""
        return 'id="allow"' in self.html

    @property
    def form(self) -> dict[str, str]:
        """Its forms' hidden fields."""
        return {"form_token": self._find(_TOKEN), "consent_version": self._find(_CONSENT)}

    def _find(self, pattern: re.Pattern[str]) -> str:
        found = pattern.search(self.html)
        return found[1] if found else ""


class Browsing:
    """Her phone, which comes from an address of its own and keeps its cookies."""

    def __init__(self, mother: Mother, address: str, seconds: float = 40) -> None:
        self._mother, self._from, self._seconds = mother, address, seconds
        self._cookies = {"sandbox_account": mother.account_id}

    def open(self, path: str) -> Shown:
        """Open one of our addresses, or a whole one.

        Raises:
            Unlucky: no page came.
        """
        return self._go("GET", urllib.parse.urljoin(self._mother.pond.page("/"), path))

    def post(self, path: str, fields: Mapping[str, str]) -> Shown:
        """Send a form.

        Raises:
            Unlucky: no page came; it may have been taken all the same.
        """
        return self._go("POST", self._mother.pond.page(path), urllib.parse.urlencode(fields).encode())

    def enter(self, shown: Shown) -> Shown:
        """Take the way in that a page shows, and let WeChat say who she is.

        Raises:
            Unlucky: no page came.
        """
        came = self.open(shown.enter)
        return self._go("POST", came.address, b"") if came.asks_leave else came

    def _go(self, method: str, address: str, body: bytes | None = None) -> Shown:
        for _ in range(_HOPS):
            status, headers, html = self._ask(method, address, body)
            target = headers.get("location")
            if status not in (301, 302, 303, 307) or not target:
                if status >= 500 or status == 429:
                    raise Unlucky(f"{status} at {urllib.parse.urlsplit(address).path}")
                return Shown(status, address, html)
            method, address, body = "GET", urllib.parse.urljoin(address, target), None
        raise Unlucky(f"redirected for ever at {urllib.parse.urlsplit(address).path}")

    def _ask(self, method: str, address: str, body: bytes | None) -> tuple[int, Message, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "X-Forwarded-For": self._from, "Accept": "text/html"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        request = urllib.request.Request(address, body, headers, method=method)
        try:
            with OPENER.open(request, timeout=self._seconds) as answer:
                self._keep(answer.headers)
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                self._keep(error.headers)
                return error.code, error.headers, error.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Unlucky(f"{type(error).__name__} at {urllib.parse.urlsplit(address).path}") from error

    def _keep(self, headers: Message) -> None:
        for line in headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self._cookies.pop(name, None)
            else:
                self._cookies[name] = value
