"""The sandbox, which plays the partners by its own reading of the protocols, as a process of a test run."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pond.kernel import settings
from pond.platforms import tokens
from support.cloud import ROOT

START_SECONDS = 20


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox and its control API."""

    url: str

    def do(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_sandbox{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def running(folder: Path) -> Iterator[Sandbox]:
    """Start one with the local cloud's credentials, end it afterwards."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    file = folder / "credentials.json"
    file.write_text(json.dumps(_credentials()))
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(port), "--credentials", str(file)],
        env={"PYTHONPATH": str(ROOT / "infra"), "PATH": str(Path(sys.executable).parent)},
    )
    sandbox = Sandbox(f"http://127.0.0.1:{port}")
    try:
        _wait(sandbox, process)
        yield sandbox
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def as_partners(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Make the sandbox all partners of this process, fresh, with nobody holding a token."""
    bases = {"OFFICIAL_ACCOUNT": "/oa", "OAUTH": "/open", "WECOM": "/wecom", "SMS": "/sms/tencent", "YOUZAN": "/youzan"}
    variables = {f"POND_{name}_URL": sandbox.url + path for name, path in bases.items()}
    os.environ.update(variables)
    settings.settings.cache_clear()
    sandbox.do("POST", "/reset", {})
    sandbox.do("PATCH", "/switches", {"wecom.group_lag_seconds": 0})
    tokens.forget()
    try:
        yield sandbox
    finally:
        for name in variables:
            os.environ.pop(name, None)
        settings.forget()
        tokens.forget()


def _credentials() -> dict[str, Any]:
    account, corp, sms = (settings.secret(name) for name in ("official-account", "wecom", "sms"))
    parts = ("app_id", "app_secret", "token", "aes_key", "original_id")
    return {
        "official_account": {part: account[part] for part in parts}
        | {"templates": {account["notice_template_id"]: {"title": "通知", "keys": []}}},
        "wecom": {part: corp[part] for part in ("corp_id", "app_secret", "token", "aes_key")},
        "sms": {
            "tencent": {part: sms[part] for part in ("secret_id", "secret_key", "sdk_app_id", "sign_name")}
            | {"templates": {sms["template_id"]: "您的验证码是{1}"}}
        },
    }


def _wait(sandbox: Sandbox, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            sandbox.do("GET", "/health")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the sandbox did not start")
