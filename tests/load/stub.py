"""All partners in one small server of its own process: it answers at once or as late as told, and notes when.

Unlike the sandbox it keeps no rules, so that a bench measures Pond and not its partner.
"""

import json
import multiprocessing
import os
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pond.kernel import settings
from pond.platforms import tokens

GROUP, WELCOME = "/cgi-bin/externalcontact/groupchat/get", "/cgi-bin/externalcontact/send_welcome_msg"
CONTACT, STATE = "/cgi-bin/externalcontact/get", "/_state"
TOKENS = ("/cgi-bin/stable_token", "/cgi-bin/gettoken")
BASES = ("OFFICIAL_ACCOUNT", "OAUTH", "WECOM", "SMS")


@dataclass(frozen=True)
class Stub:
    """A running one."""

    url: str

    def set(self, **state: Any) -> None:
        """Change what it knows: `delay` in seconds before any answer but a token's, `groups` by chat_id."""
        self._send(json.dumps(state).encode())

    def welcomes(self) -> dict[str, float]:
        """When each welcome code arrived (monotonic clock, one for all processes of a machine)."""
        welcomed: dict[str, float] = self._send(None)["welcomes"]
        return welcomed

    def _send(self, body: bytes | None) -> Any:
        with urllib.request.urlopen(urllib.request.Request(self.url + STATE, body), timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running() -> Iterator[Stub]:
    """Start one and make it all partners of this process and of those started from it."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{mine.recv()}"
    variables = {f"POND_{base}_URL": url for base in BASES}
    os.environ.update(variables)
    settings.forget()
    tokens.forget()
    try:
        yield Stub(url)
    finally:
        process.terminate()
        process.join()
        for name in variables:
            os.environ.pop(name, None)
        settings.forget()
        tokens.forget()


def _serve(tell: Connection) -> None:
    state: dict[str, Any] = {"delay": 0, "groups": {}, "welcomes": {}}

    def answer(path: str, query: dict[str, list[str]], body: Any) -> dict[str, Any]:
        if path == STATE:
            state.update(body or {})
            return {"welcomes": state["welcomes"]}
        if path in TOKENS:
            return {"access_token": "token", "expires_in": 7200}
        time.sleep(state["delay"])
        if path == GROUP:
            return {"errcode": 0, "group_chat": state["groups"][body["chat_id"]]}
        if path == CONTACT:
            [userid] = query["external_userid"]
            return {"errcode": 0, "external_contact": {"external_userid": userid, "unionid": f"union-{userid}"}}
        if path == WELCOME:
            state["welcomes"][body["welcome_code"]] = time.monotonic()
        if path == "/":
            return {"Response": {"SendStatusSet": [{"Code": "Ok"}], "RequestId": "r"}}
        return {"errcode": 0, "errmsg": "ok", "msgid": 1}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            content = json.dumps(
                answer(address.path, parse_qs(address.query), json.loads(raw) if raw else None)
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    tell.send(server.server_port)
    server.serve_forever()
