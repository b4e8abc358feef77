"""Deployed Pond with its partners, as people and operators reach it: over HTTP and by `pondctl`, not from inside."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local import partners
from local.town import Town
from support.cloud import ROOT
from support.sandbox import Sandbox

DEADLINE_SECONDS = 60.0  # far more than anything takes: a deadline tells a hang from a slow machine
DEMO = ROOT / "infra/demo/programme.yaml"
STAFF = "owner-lin"
_NAMES = itertools.cycle(
    ["林小满", "周知夏", "沈念安", "许晚晴", "苏叶", "陈一诺", "何初雪", "宋时雨", "江暖", "叶青禾"]
)


def eventually[T](look: Callable[[], T], what: str, seconds: float = DEADLINE_SECONDS) -> T:
    """Look again and again until there is something; what was found."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.25)
    return found


@dataclass(frozen=True)
class Answer:
    """What an HTTP request was answered; redirects are not followed."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True)
class Pond:
    """The running stack beside its sandbox."""

    town: Town
    folder: Path

    @property
    def control(self) -> Sandbox:
        """The sandbox's control API."""
        return Sandbox(self.town.sandbox.url)

    def page(self, path: str) -> str:
        """A page's address, as people have it."""
        return f"{self.town.sandbox.url}/h5{path}"

    def ctl(self, *arguments: str, typed: str = "", codes: tuple[int, ...] = (0,)) -> str:
        """Run `pondctl`, which must end with one of `codes`; what it printed."""
        return self._python("-m", "pondctl", *arguments, typed=typed, codes=codes)

    def asks(self, script: str, *arguments: str) -> Any:
        """Run a script in a process that works with the deployed stack; what it printed, as JSON."""
        return json.loads(self._python("-c", script, *arguments))

    def _python(self, *arguments: str, typed: str = "", codes: tuple[int, ...] = (0,)) -> str:
        path = os.pathsep.join([str(ROOT / "infra"), str(ROOT / "layers/pond/python"), str(ROOT / "tests")])
        done = subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **self.town.environment(), "PYTHONPATH": path},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def programme(self, programme_id: str, **changes: Any) -> str:
        """The demonstration programme under another id, changed so, with a channel of the same name; its id."""
        document = yaml.safe_load(DEMO.read_text("utf-8")) | {"programme_id": programme_id} | changes
        file = self.folder / f"{programme_id}.yaml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        self.ctl("apply", str(file))
        self.ctl("channels", "create", programme_id, "--name", "短视频", "--programme", programme_id)
        self.ctl("channels", "code", programme_id, "--out", str(self.folder / f"{programme_id}.png"))
        return programme_id

    def group(self, programme_id: str, segment_id: str, name: str, capacity: int = 50) -> str:
        """A group that staff made and an operator imported; its chat id."""
        chat_id: str = self.control.do("POST", "/groups", {"name": name, "owner": STAFF})["chat_id"]
        place = ("--programme", programme_id, "--segment", segment_id, "--capacity", str(capacity))
        self.ctl("groups", "import", chat_id, *place)
        return chat_id

    def opening(self, programme_id: str, start: str = "+0m", quota: int = 100) -> None:
        """Plan an opening that lasts longer than the tests."""
        about = ("--programme", programme_id, "--start", start, "--minutes", "60", "--quota", str(quota))
        self.ctl("openings", "create", *about)

    def is_open(self, programme_id: str) -> bool:
        """Whether its opening has begun."""
        return " open " in self.ctl("openings", "list", "--programme", programme_id)

    def mother(self, **given: str) -> Mother:
        """Somebody new with a phone; nobody knows her yet."""
        person = self.control.do("POST", "/people", {"nickname": next(_NAMES), **given})
        account = person["accounts"][0]
        return Mother(self, account["account_id"], person["person_id"], person["nickname"], person["phone"])

    @contextmanager
    def switched(self, **values: object) -> Iterator[None]:
        """The sandbox's switches changed for a while; `__` stands for the dot."""
        changed = {name.replace("__", "."): value for name, value in values.items()}
        shown = self.control.do("GET", "/switches")["switches"]
        self.control.do("PATCH", "/switches", changed)
        try:
            yield
        finally:
            self.control.do("PATCH", "/switches", {name: shown[name]["default"] for name in changed})

    @contextmanager
    def fault(self, platform: str, endpoint: str, **how: object) -> Iterator[None]:
        """A partner that fails for a while."""
        self.control.do("POST", "/faults", {"platform": platform, "endpoint": endpoint, **how})
        try:
            yield
        finally:
            self.control.do("DELETE", "/faults")

    @contextmanager
    def resting(self, function: str) -> Iterator[None]:
        """A worker that takes nothing from its queues for a while."""
        functions = self.town.cloud.client("lambda")
        name = f"{self.town.environment()['POND_PREFIX']}-{function}"
        mappings = functions.list_event_source_mappings(FunctionName=f"{name}:live")["EventSourceMappings"]
        assert mappings
        for mapping in mappings:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            for mapping in mappings:
                functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def invoke(self, function: str) -> None:
        """Have a function of a schedule do now what it does when its schedule calls it."""
        name = f"{self.town.environment()['POND_PREFIX']}-{function}:live"
        answer = self.town.cloud.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    def passes(self, days: int, *at: str) -> None:
        """Let days pass for broadcasts, ahead of the real time, while the functions that send them rest. They are
        planned and sent at these times of each day in China, and staff send what waits for them. The sandbox's clock is
        put right afterwards; the calls that were made count for a week, so this is the last thing a town does."""
        with self.resting("broadcast_courier"), self.resting("broadcast_results"):
            try:
                self._python("-m", "support.weeks", self.town.sandbox.url, str(days), *at)
            finally:
                self.control.do("POST", "/clock", {"now": time.time(), "freeze": False})

    def calls(self, endpoint: str) -> list[dict[str, Any]]:
        """What was asked of a partner's endpoint, newest first."""
        found: list[dict[str, Any]] = self.control.do("GET", "/calls?limit=500")["calls"]
        return [call for call in found if call["endpoint"].endswith(endpoint)]

    def contact_way(self) -> str:
        """A code by which people add the member of staff, as the corporation's administrator makes one; its text."""
        wecom, known = f"{self.town.sandbox.url}/wecom/cgi-bin", partners.credentials()["wecom"]
        login = urllib.parse.urlencode({"corpid": known["corp_id"], "corpsecret": known["app_secret"]})
        with urllib.request.urlopen(f"{wecom}/gettoken?{login}", timeout=5) as answer:
            token = json.load(answer)["access_token"]
        way = json.dumps({"type": 1, "scene": 2, "user": [STAFF], "skip_verify": True}).encode()
        address = f"{wecom}/externalcontact/add_contact_way?access_token={token}"
        with urllib.request.urlopen(address, way, timeout=5) as answer:
            made = json.load(answer)["config_id"]
        ways = self.control.do("GET", "/staff")["contact_ways"]
        return next(str(one["code"]) for one in ways if one["config_id"] == made)

    def stored(self, table: str) -> int:
        """How many rows a table has."""
        name = f"{self.town.environment()['POND_PREFIX']}-{table}"
        count: int = self.town.cloud.client("dynamodb").scan(TableName=name, Select="COUNT")["Count"]
        return count

    def logged(self, words: str) -> list[str]:
        """What functions wrote to their logs with these words."""
        logs = self.town.cloud.client("logs")
        prefix = self.town.environment()["POND_PREFIX"]
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        return [
            event["message"]
            for name in groups
            if prefix in name
            for event in logs.filter_log_events(logGroupName=name)["events"]
            if words in event["message"]
        ]

    def http(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request of the deployed API itself."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.town.stack.api_url + path, body, named, method=method)
        try:
            with OPENER.open(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read().decode())


@dataclass(frozen=True)
class Mother:
    """Somebody with a phone and a WeChat account, as the sandbox plays her."""

    pond: Pond
    account_id: str
    person_id: str
    nickname: str
    phone: str

    def do(self, deed: str, **body: object) -> Any:
        """Do something with WeChat, such as `follow`, `say`, `scan`."""
        return self.pond.control.do("POST", f"/accounts/{self.account_id}/{deed}", body)

    def is_(self, **options: bool) -> None:
        """Set what her account is like: `snapshot`, `bound`, …"""
        self.pond.control.do("PATCH", f"/accounts/{self.account_id}", options)

    def has_allowed(self) -> bool:
        """Whether WeChat asked her before if we may know who she is."""
        return bool(self.pond.control.do("GET", f"/accounts/{self.account_id}")["granted"])

    def chat(self) -> list[dict[str, Any]]:
        """What the account told her, oldest first."""
        messages = self.pond.control.do("GET", f"/accounts/{self.account_id}/chat")["messages"]
        return [message for message in messages if message["from"] == "account"]

    def heard(self, words: str) -> list[dict[str, Any]]:
        """What the account told her with these words in it."""
        return [message for message in self.chat() if words in message["text"]]

    def hears(self, words: str) -> dict[str, Any]:
        """Wait until the account says something with these words."""
        return eventually(lambda: self.heard(words), f"the account says {words!r}")[-1]

    def follows(self, channel_id: str) -> None:
        """Follow through a channel's code, and read the greeting."""
        self.do("follow", scene=channel_id)
        self.hears("你来啦")

    def books(self, channel_id: str) -> dict[str, Any]:
        """Follow through a channel's code and send the keyword; the answer with the number."""
        self.follows(channel_id)
        self.do("say", text="预约")
        return self.hears("你是 ")

    def code(self, number: int = 1) -> str:
        """The code in her `number`th SMS, once it is there."""

        def look() -> list[Any]:
            messages: list[Any] = self.pond.control.do("GET", f"/people/{self.person_id}/sms")["messages"]
            return messages[number - 1 :]

        found = re.search(r"\d{6}", eventually(look, f"SMS {number}")[0]["text"])
        assert found
        return found[0]

    def groups(self) -> list[str]:
        """The chat ids of the groups she is in."""
        found = self.pond.control.do("GET", f"/accounts/{self.account_id}/groups")["groups"]
        return [group["chat_id"] for group in found]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(_Stay)


def decoded(answer: Answer) -> Any:
    """An answer's JSON."""
    return json.loads(answer.text)
