"""Leaving through a proxy, whose address partners list: a small one on loopback, and none at all."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pond.kernel import settings
from pond.platforms import http
from pond.platforms.errors import PartnerBusy, PartnerRefused
from support.partner import Partner


class _Proxy(BaseHTTPRequestHandler):
    """Notes what it is asked for; forwards nothing but answers plain requests itself, and refuses tunnels."""

    seen: list[tuple[str, str, str | None]]

    def do_GET(self) -> None:
        self._note()
        if self.headers.get("Proxy-Authorization") != f"Basic {base64.b64encode(b'pond:p@ss').decode()}":
            self.send_error(407)
            return
        body = json.dumps({"errcode": 0, "through": "proxy"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self._note()
        self.send_error(502)

    def _note(self) -> None:
        self.seen.append((self.command, self.path, self.headers.get("Proxy-Authorization")))

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def proxy(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    """The proxy, with the secret that names it and its password; the partner's own secrets are as ever."""
    handler = type("Handler", (_Proxy,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("POND_EGRESS", "proxy")
    _is(monkeypatch, f"http://pond:p%40ss@127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()
    http._connections.cache_clear()


def _is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(http, "secret", {"proxy": {"url": url}}.__getitem__)
    settings.forget()


def _seen(proxy: ThreadingHTTPServer) -> list[tuple[str, str, str | None]]:
    seen: list[tuple[str, str, str | None]] = proxy.RequestHandlerClass.seen  # type: ignore[attr-defined]
    return seen


def test_calls_leave_through_the_proxy_with_its_password(partner: Partner, proxy: ThreadingHTTPServer) -> None:
    reply = http.send("wecom", "GET", f"{partner.url}/get", idempotent=True)
    assert reply.data["through"] == "proxy" and partner.calls == []
    [(method, target, login)] = _seen(proxy)
    assert (method, target) == ("GET", f"{partner.url}/get")
    assert base64.b64decode(str(login).removeprefix("Basic ")) == b"pond:p@ss"


def test_tls_goes_through_as_a_tunnel_and_a_refused_one_never_left(proxy: ThreadingHTTPServer) -> None:
    with pytest.raises(PartnerBusy):
        http.send("wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/x", body=b"{}", idempotent=False)
    [(method, target, login)] = _seen(proxy)
    assert (method, target) == ("CONNECT", "qyapi.weixin.qq.com:443") and login


def test_a_proxy_that_is_not_there_means_that_nothing_left(
    partner: Partner, proxy: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _is(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(PartnerBusy):
        http.send("wecom", "POST", partner.url, body=b"{}", idempotent=False)
    assert partner.calls == []


def test_a_changed_password_is_used_and_a_wrong_one_is_the_proxys_refusal(
    partner: Partner, proxy: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    http.send("wecom", "GET", partner.url, idempotent=True)
    _is(monkeypatch, f"http://pond:old@127.0.0.1:{proxy.server_port}")
    with pytest.raises(PartnerRefused) as refused:
        http.send("wecom", "GET", partner.url, idempotent=True)
    assert "old" not in str(refused.value)


def test_without_the_setting_calls_leave_directly(
    partner: Partner, proxy: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POND_EGRESS", "nat")
    settings.forget()
    partner.will({"errcode": 0})
    assert http.send("wecom", "GET", partner.url, idempotent=True).status == 200
    assert len(partner.calls) == 1 and _seen(proxy) == []
