"""A tiny official account over HTTP on loopback: it answers as told and remembers what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "/cgi-bin/stable_token"
QR = "/cgi-bin/qrcode/create"
CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
SILENCE = "silence"


@dataclass
class WeChat:
    """What it answers by path (each answer once, then success) and the bodies it was sent."""

    url: str = ""
    scripted: dict[str, list[int | str]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def refuse(self, path: str, *errcodes: int | str) -> None:
        """Answer the next calls with these codes; `SILENCE` closes the connection after taking the request."""
        self.scripted.setdefault(path, []).extend(errcodes)

    def sent(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the calls to a path."""
        return [body for called, body in self.calls if called == path]

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        if path == TOKEN:
            return {"access_token": "token", "expires_in": 7200}
        self.calls.append((path, body))
        code = self.scripted[path].pop(0) if self.scripted.get(path) else 0
        if code == SILENCE:
            return None
        if code:
            return {"errcode": code, "errmsg": "no"}
        if path == QR:
            ticket = f"ticket-{len(self.calls)}"
            return {
                "ticket": ticket,
                "url": f"http://weixin.example/q/{ticket}",
                "expire_seconds": body["expire_seconds"],
            }
        return {"errcode": 0, "errmsg": "ok", "msgid": 1}


@contextmanager
def running() -> Iterator[WeChat]:
    """One on a free port, ended afterwards."""
    wechat = WeChat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = wechat.answer(self.path.split("?")[0], body)
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    wechat.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield wechat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
