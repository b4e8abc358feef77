"""Starting the sandbox beside a deployed stack: where each reaches the other, and the demo credentials both know."""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloud import FOLDER, ROOT
from local.processes import Child

CREDENTIALS = ROOT / "infra/sandbox/credentials.json"
NOTICES = "evening=1000002:name,topic member_day=1000003:name"
CONSENT = "2026-11"  # the version of the demonstration's consent, whose text says that buyers may be called
RECEIPT_KEY = "demo-receipts-0001"


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    port: int
    child: Child

    @property
    def url(self) -> str:
        """Where it answers; the phone's page is at its root."""
        return address(self.port)

    def stop(self) -> None:
        """End it."""
        self.child.stop()


def address(port: int) -> str:
    """The sandbox's origin, as browsers and the stack name it: one name, so that cookies meet."""
    return f"http://localhost:{port}"


def parameters(port: int) -> dict[str, str]:
    """The template's parameters that make a stack take the sandbox on `port` for the partners."""
    origin, loopback = address(port), f"http://127.0.0.1:{port}"
    return {
        "PublicUrl": f"{origin}/h5",
        "OfficialAccountUrl": f"{loopback}/oa",
        "OauthUrl": f"{origin}/open",
        "WecomUrl": f"{loopback}/wecom",
        "YouzanUrl": f"{loopback}/youzan",
        "SmsVendor": "tencent",
        "SmsUrl": f"{loopback}/sms/tencent",
        "MediaOrigins": f"{origin} {loopback}",
        "LinkOrigins": origin,
        "CallsUrl": f"{loopback}/calls",
        "OutreachRoute": "call",
        "OutreachHours": "00:00-23:59",  # whoever tries it in the evening sees it, too
        "OutreachConsents": CONSENT,
    }


def credentials() -> dict[str, dict[str, str]]:
    """The stack's secrets: the sandbox's demo credentials, and keys made for this start."""
    demo: dict[str, Any] = json.loads(CREDENTIALS.read_text("utf-8"))
    account, wecom, sms = demo["official_account"], demo["wecom"], demo["sms"]["tencent"]
    names = ("app_id", "app_secret", "token", "aes_key", "original_id")
    return {
        "keys": {"hash_key": secrets.token_hex(32), "session_key": secrets.token_hex(32)},
        "official-account": {name: account[name] for name in names}
        | {"notice_template_id": next(iter(account["templates"]))},
        "wecom": {name: wecom[name] for name in ("corp_id", "app_secret", "token", "aes_key")},
        "youzan": {name: str(demo["youzan"][name]) for name in ("client_id", "client_secret", "kdt_id")},
        "calls": {name: demo["calls"][name] for name in ("key", "secret", "campaign_id")},
        "sms": {name: sms[name] for name in ("secret_id", "secret_key", "sdk_app_id", "sign_name")}
        | {"template_id": next(iter(sms["templates"])), "notice_templates": NOTICES, "receipt_key": RECEIPT_KEY},
    }


def start(port: int, api_url: str, folder: Path = FOLDER) -> Sandbox:
    """Start it in front of the API at `api_url`.

    Raises:
        Problem: it does not start.
    """
    child = Child(
        "The sandbox",
        [
            *(sys.executable, "-m", "sandbox", "--port", str(port), "--h5-target", api_url),
            *("--sms-callback", f"{api_url}/receipts/tencent/{RECEIPT_KEY}"),
            *("--oa-callback", f"{api_url}/official-account", "--wecom-callback", f"{api_url}/wecom"),
            *("--youzan-callback", f"{api_url}/youzan"),
        ],
        {"PYTHONPATH": os.pathsep.join([str(ROOT / "infra"), str(ROOT / "layers/pond/python")])},
        folder / "sandbox.log",
    )
    child.wait_for(f"http://127.0.0.1:{port}/_sandbox/health")
    return Sandbox(port, child)
