"""What unit tests of the sandbox hold: its HTTP client, and what the receiver in Pond's place was sent."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal
from defusedxml import ElementTree

from sandbox.config import load
from sandbox.crypto import Sealer, sign

CONFIG = load()


@dataclass
class Push:
    """One POST that arrived."""

    platform: str
    query: dict[str, str]
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def encrypted(self) -> bool:
        return "msg_signature" in self.query

    def fields(self) -> dict[str, Any]:
        """The message's fields, its signature checked; a list for nested items."""
        settings = CONFIG[self.platform]
        body = self.body.encode()
        if self.encrypted:
            sealed = ElementTree.fromstring(body).findtext("Encrypt") or ""
            query = self.query
            assert query["msg_signature"] == sign(settings["token"], query["timestamp"], query["nonce"], sealed)
            body = Sealer(settings["aes_key"], settings.get("corp_id") or settings["app_id"]).open(sealed)
        return {
            child.tag: [item.text for item in child] if len(child) else child.text or ""
            for child in ElementTree.fromstring(body)
        }


@dataclass(frozen=True)
class Http:
    """Calls of an application that lives in the portal's event loop, where its callbacks go on between the calls."""

    portal: BlockingPortal
    client: httpx.AsyncClient

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        return self.portal.call(partial(self.client.request, method, url, **more))

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> httpx.Response:
        return self.request("POST", url, **more)


@dataclass
class Box:
    """The sandbox's HTTP client, and the receiver's memory."""

    http: Http
    pushes: list[Push] = field(default_factory=list)
    answers: list[tuple[float, int, str]] = field(default_factory=list)  # seconds, status, body of coming answers
    tokens: dict[str, str] = field(default_factory=dict)

    def do(self, method: str, path: str, expect: int = 200, **body: Any) -> Any:
        """One call of the control API."""
        answer = self.http.request(method, f"/_sandbox{path}", json=body or None)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def settle(self) -> list[dict[str, Any]]:
        """Wait for callbacks; the fields of all that arrived since the last time."""
        assert self.do("POST", "/settle", seconds=5)["settled"]
        arrived, self.pushes[:] = list(self.pushes), []
        return [push.fields() for push in arrived]

    def person(self, **given: str) -> dict[str, Any]:
        """A new person's only account, with the `phone` beside it."""
        person = self.do("POST", "/people", 201, **given)
        account: dict[str, Any] = person["accounts"][0]
        return account | {"phone": person["phone"]}

    def switch(self, **values: Any) -> None:
        """Set switches; `__` stands for the dot."""
        self.do("PATCH", "/switches", **{name.replace("__", "."): value for name, value in values.items()})

    def advance(self, seconds: float) -> None:
        """Move the clock; tokens are asked for again."""
        self.tokens.clear()
        self.do("POST", "/clock", advance=seconds)

    def oa(self, endpoint: str, body: Any = None, **query: str) -> dict[str, Any]:
        """Call the official account's API with a valid token."""
        settings = CONFIG["official_account"]
        if "oa" not in self.tokens:
            asked = {"appid": settings["app_id"], "secret": settings["app_secret"], "grant_type": "client_credential"}
            answer = self.http.post("/oa/cgi-bin/stable_token", json=asked).json()
            self.tokens["oa"] = answer["access_token"]
        return self._call(f"/oa{endpoint}", body, {"access_token": self.tokens["oa"], **query})

    def wecom(self, endpoint: str, body: Any = None, **query: str) -> dict[str, Any]:
        """Call WeCom's API of external contacts with a valid token."""
        settings = CONFIG["wecom"]
        if "wecom" not in self.tokens:
            asked = {"corpid": settings["corp_id"], "corpsecret": settings["app_secret"]}
            self.tokens["wecom"] = self.http.get("/wecom/cgi-bin/gettoken", params=asked).json()["access_token"]
        path = f"/wecom/cgi-bin/externalcontact/{endpoint}"
        return self._call(path, body, {"access_token": self.tokens["wecom"], **query})

    def _call(self, path: str, body: Any, query: dict[str, str]) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        answer: dict[str, Any] = self.http.request(method, path, params=query, json=body).json()
        return answer
