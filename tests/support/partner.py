"""A partner on loopback that answers as told, and the secrets to reach it."""

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRETS: dict[str, dict[str, Any]] = {
    "official-account": {"app_id": "wxdemoappid0001", "app_secret": "demo-app-secret"},
    "wecom": {"corp_id": "wwdemocorp0001", "app_secret": "demo-wecom-secret"},
    "youzan": {"client_id": "ydemo123456", "client_secret": "0123456789abcdef0123456789abcdef", "kdt_id": 10001},
    "sms": {
        "secret_id": "AKIDdemo00000000000000000000000000",
        "secret_key": "demoSecretKey000000000000000000000",
        "sdk_app_id": "1400000000",
        "sign_name": "示例签名",
        "template_id": "1000001",
        "access_key_id": "LTAIdemo0000000000000000",
        "access_key_secret": "demoAliyunSecret00000000000000",
        "template_code": "SMS_100000001",
    },
    "keys": {"hash_key": "demo-hash-key"},
}


@dataclass
class Call:
    """A request as the partner saw it."""

    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What the partner does: waits, then answers, or hangs up without a word."""

    data: Any = field(default_factory=lambda: {"errcode": 0, "errmsg": "ok"})
    status: int = 200
    wait: float = 0
    hang_up: bool = False


class Partner:
    """Plays any partner: answers in the order given (the last one again and again), and remembers the calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        partner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                partner.calls.append(Call(self.command, address.path, query, address.query, headers, body))
                answer = partner.answers.pop(0) if len(partner.answers) > 1 else partner.answers[0]
                time.sleep(answer.wait)
                if answer.hang_up:
                    self.close_connection = True
                    return
                data = answer.data if isinstance(answer.data, bytes) else json.dumps(answer.data).encode()
                with suppress(BrokenPipeError, ConnectionResetError):  # a caller that did not wait
                    self.send_response(answer.status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def will(self, *answers: Answer | dict[str, Any]) -> None:
        """Set the next answers."""
        self.answers = [answer if isinstance(answer, Answer) else Answer(answer) for answer in answers]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
