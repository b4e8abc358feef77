"""A call vendor over HTTP on loopback: it takes callees once by their `out_id`, answers as told, and remembers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from pond.platforms.outreach import signature

SECRET = {"key": "demo", "secret": "demo-secret", "campaign_id": "c1"}
SILENCE = "silence"


@dataclass
class Vendor:
    """What it answers next (each code once, then success; `SILENCE` takes the callee and says nothing), the numbers it
    refuses, and whom it was asked to call."""

    url: str = ""
    scripted: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)  # phone, out_id

    def answer(self, body: dict[str, Any]) -> dict[str, Any] | None:
        code = self.scripted.pop(0) if self.scripted else "0"
        (callee,) = body["callees"]
        if code not in ("0", SILENCE):
            return {"code": code, "accepted": [], "rejected": []}
        there = callee["out_id"] in [out_id for _, out_id in self.asked]
        self.asked.append((callee["phone"], callee["out_id"]))
        if code == SILENCE:
            return None
        reason = "duplicate" if there else "blacklist" if callee["phone"] in self.refused else ""
        rejected = [{"out_id": callee["out_id"], "reason": reason}] if reason else []
        return {"code": 0, "accepted": [] if reason else [callee["out_id"]], "rejected": rejected}


@contextmanager
def running() -> Iterator[Vendor]:
    """One on a free port, ended afterwards."""
    vendor = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signed = signature(SECRET["secret"], self.headers["X-Timestamp"], self.headers["X-Nonce"], body)
            right = self.path == "/callees" and self.headers["X-Sign"] == signed
            answer = vendor.answer(json.loads(body)) if right else {"code": "signature"}
            if answer is None:
                self.close_connection = True
                return
            text = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
