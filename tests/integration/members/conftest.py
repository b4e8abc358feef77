"""A message vendor of the test's own, and people who register."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from pond.channels import followers
from pond.kernel.ids import pseudonym
from pond.kernel.settings import forget
from pond.members.model import Form
from pond.programmes.model import Programme, parse
from support.cloud import Cloud
from support.people import Person, Vendor

ROOT = Path(__file__).parents[3]


@pytest.fixture
def vendor(cloud: Cloud) -> Iterator[Vendor]:
    """Plays the vendor's API on a loopback port."""
    state = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.sent.append((asked["PhoneNumberSet"][0], asked["TemplateParamSet"][0]))
            if state.cut:
                return
            body = json.dumps({"Response": {"SendStatusSet": [{"Code": state.answer}], "RequestId": "r"}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    os.environ["POND_SMS_URL"] = f"http://127.0.0.1:{server.server_port}"
    forget()
    yield state
    server.shutdown()
    server.server_close()
    del os.environ["POND_SMS_URL"]
    forget()


@pytest.fixture
def programme(unique: Callable[[str], str]) -> Programme:
    """The demonstration programme under a name of this test's."""
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    return parse(document | {"programme_id": unique("p")})


@pytest.fixture
def person(vendor: Vendor, programme: Programme, unique: Callable[[str], str], now: datetime) -> Callable[..., Person]:
    """Makes people, each with a phone of their own unless told."""

    def make(phone: str | None = None) -> Person:
        openid = unique("openid")
        number = phone or f"+86138{int(unique('n')[2:], 16) % 10**8:08}"
        return Person(
            account_id=pseudonym("unionid", openid),
            follower_id=followers.visited(openid, now),
            phone=number,
            form=Form("王小美", number, "parenting", "2026-08-01", "杭州", True, programme.consent.version),
        )

    return make
