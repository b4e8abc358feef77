"""The shop's API over HTTP, showing `Sale`s as they truly are at this moment, and pushes as signed bytes."""

import json
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote_plus, urlsplit

from pond.kernel import settings
from pond.platforms import tokens
from pond.platforms.youzan_pushes import sign
from support.shop import Pushed, Sale

APP = ("ydemo123456", "0123456789abcdef0123456789abcdef", 10001)


@dataclass
class Storefront:
    """What is on sale. `answers` come first, if there are any: (status, body). `calls` are API names as asked."""

    sales: dict[str, Sale] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    answers: deque[dict[str, Any]] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)

    def sells(self, *sales: Sale) -> None:
        """Show these."""
        self.sales.update({sale.tid: sale for sale in sales})

    def answer(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """The API's answer."""
        if name == "token":
            data: Any = {"access_token": "TOKEN", "expires": 4_000_000_000_000, "authority_id": "10001"}
            return _good(data)
        self.calls.append(name)
        if self.answers:
            return self.answers.popleft()
        return getattr(self, f"_{name.removeprefix('youzan.').replace('.', '_')}")(body)  # type: ignore[no-any-return]

    def _trade_get(self, body: dict[str, Any]) -> dict[str, Any]:
        sale = self.sales.get(body["tid"])
        return _good(sale.shown()) if sale else {"code": 5000, "success": False, "data": {}}

    def _trades_sold_get(self, body: dict[str, Any]) -> dict[str, Any]:
        since, until, page = body["start_update"], body["end_update"], body["page_no"]
        shown = [sale.shown() for sale in self.sales.values()]
        rows = [it for it in shown if since <= it["full_order_info"]["order_info"]["update_time"] <= until]
        some = rows[(page - 1) * body["page_size"] : page * body["page_size"]]
        return _good({"total_results": len(rows), "full_order_info_list": some})

    def _trade_refund_search(self, body: dict[str, Any]) -> dict[str, Any]:
        sale = self.sales.get(body["tid"])
        rows = [{"refund_id": refund_id, "tid": body["tid"]} for refund_id, _, _ in (sale.refunds if sale else ())]
        some = rows[(body["page_no"] - 1) * body["page_size"] : body["page_no"] * body["page_size"]]
        return _good({"total": len(rows), "refunds": some})

    def _trade_refund_get(self, body: dict[str, Any]) -> dict[str, Any]:
        for sale in self.sales.values():
            for refund in sale.refunds:
                if refund[0] == body["refund_id"]:
                    return _good(sale.refund_detail(*refund))
        return {"code": 5000, "success": False, "data": {}}

    def _users_info_query(self, body: dict[str, Any]) -> dict[str, Any]:
        found = [user for user in self.users if user["primitive_info"]["yz_open_id"] == body.get("yz_open_id")]
        return _good({"user_list": found})


@contextmanager
def open_shop() -> Iterator[Storefront]:
    """Serve a shop on loopback and make it this process's Youzan."""
    shop = Storefront()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            name = urlsplit(self.path).path.strip("/").split("/")[1]
            body = json.dumps(shop.answer(name, json.loads(raw))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["POND_YOUZAN_URL"] = f"http://127.0.0.1:{server.server_port}"
    settings.forget()
    tokens.forget()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        os.environ.pop("POND_YOUZAN_URL", None)
        settings.forget()
        tokens.forget()


def pushed_body(pushed: Pushed, msg_id: str, **changes: Any) -> bytes:
    """A push as it comes over the wire: refunds of the new set are objects, all else is url-encoded with `+`."""
    client_id, secret, kdt_id = APP
    text = quote_plus(json.dumps(pushed.msg, ensure_ascii=False, separators=(",", ":")))
    envelope: dict[str, Any] = {
        "msg": pushed.msg if pushed.type.startswith("youzan_") else text,
        "kdt_name": "demo shop",
        "test": False,
        "sign": sign(client_id, text.encode(), secret),
        "type": pushed.type,
        "sendCount": 1,
        "version": pushed.version,
        "client_id": client_id,
        "mode": 1,
        "kdt_id": kdt_id,
        "id": pushed.id,
        "msg_id": msg_id,
    }
    if pushed.status:
        envelope |= {"status": pushed.status, "root_kdt_id": kdt_id}
    return json.dumps(envelope | changes, ensure_ascii=False, separators=(",", ":")).encode()


def signature(body: bytes) -> str:
    """Its `Event-Sign`."""
    return sign(APP[0], body, APP[1])


def user(sale: Sale, **known: str) -> dict[str, Any]:
    """What the shop knows of a sale's buyer: `mobile`, `unionid`, `openid`."""
    return {
        "primitive_info": {"yz_open_id": sale.buyer["yz_open_id"], "nick_name": ""},
        "mobile_info": {"mobile": known.get("mobile", "")},
        "wechat_info": {"union_id": known.get("unionid", "")},
        "platform_info": {"weixin_open_id": known.get("openid", "")},
    }


def _good(data: Any) -> dict[str, Any]:
    return {"trace_id": "t", "code": 200, "success": True, "data": data, "message": "successful"}
