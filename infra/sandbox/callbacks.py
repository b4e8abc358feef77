"""Delivers the partners' callbacks to Pond: five seconds, three attempts, the same message each time.

Losses, repetitions, shuffling and delays are switches. What happened to every message is kept for the page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from sandbox.crypto import Sealer, sign
from sandbox.messages import Envelope, Garbage

if TYPE_CHECKING:
    from sandbox.state import World

ATTEMPTS = 3
KEPT = 2000
Reply = dict[str, str] | None


@dataclass
class Callback:
    """One message to Pond. `heard` is called once, with the passive reply or with what was wrong with it."""

    callback_id: str
    at: float
    platform: str
    event: str
    summary: str
    body: str
    openid: str
    status: str = "queued"
    attempts: list[dict[str, Any]] = field(default_factory=list)
    heard: Callable[[Reply, str | None], None] | None = None

    def shown(self) -> dict[str, Any]:
        hidden = ("heard", "openid")
        return {name: value for name, value in vars(self).items() if name not in hidden}


def reachable(url: str) -> tuple[str, dict[str, str]]:
    """The address to connect to and the Host to send: names under `.localhost` are this machine, in every resolver."""
    parts = urlsplit(url)
    if not (parts.hostname or "").endswith(".localhost"):
        return url, {}
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"127.0.0.1{port}").geturl(), {"host": parts.netloc}


class Courier:
    """Takes messages and brings them, each in a task of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
        self.log: dict[str, Callback] = {}

    def forget(self) -> None:
        """Drop the log and what is on its way."""
        for task in self._tasks:
            task.cancel()
        self.log = {}

    def envelope(self, platform: str) -> Envelope:
        """How this platform signs and seals now."""
        settings = self._world.config[platform]
        wecom = platform == "wecom"
        mode = "aes" if wecom else self._world.switches["official_account.callback_mode"]
        receiver = settings["corp_id"] if wecom else settings["app_id"]
        return Envelope(settings["token"], Sealer(settings["aes_key"], receiver), mode, wecom)

    def send(
        self,
        platform: str,
        event: str,
        summary: str,
        body: str,
        *,
        openid: str = "",
        heard: Callable[[Reply, str | None], None] | None = None,
        after: float = 0.0,
    ) -> Callback:
        """Put a message on its way, `after` so many real seconds."""
        world = self._world
        now = world.clock.now()
        callback = Callback(world.ids.next("c"), now, platform, event, summary, body, openid, heard=heard)
        self.log[callback.callback_id] = callback
        while len(self.log) > KEPT:
            del self.log[next(iter(self.log))]
        if world.switches.spend(f"{platform}.callbacks_lose_next"):
            self._mark(callback, "lost")
            world.stream.tell("switches")
            return callback
        for _ in range(1 + world.switches[f"{platform}.callbacks_repeat"]):
            self.bring(callback, after)
        return callback

    def bring(self, callback: Callback, after: float = 0.0) -> None:
        """Deliver (once more)."""
        switches = self._world.switches
        after += float(switches[f"{callback.platform}.callbacks_delay_seconds"])
        if switches[f"{callback.platform}.callbacks_shuffle"]:
            after += self._world.ids.random("shuffle").uniform(0, 0.5)
        self.later(after, lambda: self._deliver(callback))
        self._mark(callback, "queued")

    def later(self, after: float, work: Callable[[], Any]) -> None:
        """Run a coroutine after so many real seconds; `settle` waits for it."""

        async def wait() -> None:
            if after > 0:
                await asyncio.sleep(after)
            await work()

        task = asyncio.get_running_loop().create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self, seconds: float) -> int:
        """Wait until nothing is on its way, at most so long; how many are left."""
        until = time.monotonic() + seconds
        while self._tasks and time.monotonic() < until:
            await asyncio.wait(set(self._tasks), timeout=max(0.0, until - time.monotonic()))
        return len(self._tasks)

    def _mark(self, callback: Callback, status: str) -> None:
        callback.status = status
        self._world.stream.tell("callback", callback_id=callback.callback_id, status=status)

    async def _deliver(self, callback: Callback) -> None:
        world = self._world
        envelope = self.envelope(callback.platform)
        body, sealed = envelope.body(callback.body, world.ids.random("transport").randbytes(16))
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(world.switches[f"{callback.platform}.callback_retry_seconds"])
            query = envelope.query(
                str(world.clock.seconds()), str(world.ids.random("transport").randrange(10**9)), sealed
            )
            if callback.openid:
                query["openid"] = callback.openid
            headers = {"content-type": "text/xml; charset=utf-8"}
            answer = await self._call(callback.platform, "POST", query, body.encode(), headers, callback.attempts)
            if answer is not None and answer.status_code == 200:
                self._mark(callback, "delivered")
                self._hear(callback, envelope, answer.content)
                return
        self._mark(callback, "failed")
        if callback.heard:
            callback.heard(None, "no answer")

    def _hear(self, callback: Callback, envelope: Envelope, content: bytes) -> None:
        heard, callback.heard = callback.heard, None
        if not heard:
            return
        try:
            heard(envelope.reply(content), None)
        except Garbage as error:
            callback.attempts[-1]["error"] = str(error)
            heard(None, str(error))

    async def _call(
        self, platform: str, method: str, query: dict[str, str], body: bytes, headers: dict[str, str], log: list[Any]
    ) -> httpx.Response | None:
        entry: dict[str, Any] = {"at": self._world.clock.now(), "http_status": None, "answer": "", "error": None}
        log.append(entry)
        began = time.monotonic()
        url, host = reachable(self._world.config[platform]["callback_url"])
        try:
            async with asyncio.timeout(self._world.switches[f"{platform}.callback_timeout_seconds"]):
                answer = await self._world.client.request(
                    method, url, params=query, content=body, headers=headers | host
                )
            entry |= {"http_status": answer.status_code, "answer": answer.text[:500]}
            return answer
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            entry["error"] = f"{type(error).__name__}: {error}".rstrip(": ")
            return None
        finally:
            entry["seconds"] = round(time.monotonic() - began, 3)

    async def verify(self, platform: str) -> dict[str, Any]:
        """The address check that saving it in the partner's console makes."""
        world, envelope = self._world, self.envelope(platform)
        echo = str(world.ids.random("transport").randrange(10**18))
        timestamp, nonce = str(world.clock.seconds()), str(world.ids.random("transport").randrange(10**9))
        if platform == "wecom":
            sealed = envelope.sealer.seal(echo.encode(), world.ids.random("transport").randbytes(16))
            signature = {"msg_signature": sign(envelope.token, timestamp, nonce, sealed)}
            query = {**signature, "timestamp": timestamp, "nonce": nonce, "echostr": sealed}
        else:
            signature = {"signature": sign(envelope.token, timestamp, nonce)}
            query = {**signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        log: list[dict[str, Any]] = []
        answer = await self._call(platform, "GET", query, b"", {}, log)
        ok = answer is not None and answer.status_code == 200 and answer.text == echo
        slow = platform == "wecom" and log[0]["seconds"] > 1.0
        return {
            "ok": ok and not slow,
            "http_status": log[0]["http_status"],
            "answer": log[0]["answer"] or log[0]["error"],
        }
