"""Brings the shop's pushes as Youzan does: signed, url-encoded with `+`, repeated for hours, stopped when most fail."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import httpx

from sandbox.callbacks import reachable

if TYPE_CHECKING:
    from sandbox.state import World

Json = dict[str, Any]
MINUTE, HOUR = 60, 3600
SCHEDULES = {  # Youzan's pages differ; seconds before each further attempt
    "guide": (10, 30, *(n * MINUTE for n in range(1, 11)), 20 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR),
    "message": (5, 320, 1280, 2 * HOUR),
}
KEPT = 2000
ANSWERS_KEPT = 20
WINDOW_SECONDS, FEWEST, WORST = 10.0, 5, 0.8


def md5(*parts: str) -> str:
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


class Breaker:
    """More than 80 % failures within ten seconds stop all pushes; one goes out as a probe now and then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._results: deque[tuple[float, bool]] = deque()
        self._probe_at = 0.0
        self.open = False

    def lets_go(self) -> bool:
        """Whether one more attempt may be made now."""
        now = time.monotonic()
        if self.open and now < self._probe_at:
            return False
        self._probe_at = now + self._world.switches["youzan.breaker_probe_seconds"]
        return True

    def note(self, ok: bool) -> None:
        """Count an attempt."""
        now = time.monotonic()
        if self.open:
            self.open = not ok
            return
        self._results.append((now, ok))
        while self._results[0][0] < now - WINDOW_SECONDS:
            self._results.popleft()
        failed = sum(not good for _, good in self._results)
        if len(self._results) >= FEWEST and failed > WORST * len(self._results):
            self.open = True
            self._results.clear()


class Pusher:
    """Takes messages and brings each in a task of its own; `log` says what became of them, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.breaker = Breaker(world)
        self.log: deque[Json] = deque(maxlen=KEPT)

    def push(
        self, type_: str, id_: str, status: str, version: int, msg: Json, *, as_object: bool = False, test: bool = False
    ) -> None:
        """Put a push on its way. New refund messages are objects; all others are url-encoded JSON."""
        app = self._world.config["youzan"]
        encode = quote_plus if self._world.switches["youzan.plus_for_space"] else quote
        text = encode(json.dumps(msg, ensure_ascii=False, separators=(",", ":")))
        envelope: Json = {
            "msg": msg if as_object else text,
            "kdt_name": app["name"],
            "test": test,
            "sign": md5(app["client_id"], text, app["client_secret"]),
            "type": type_,
            "sendCount": 1,
            "version": version,
            "client_id": app["client_id"],
            "mode": 1,
            "kdt_id": app["kdt_id"],
            "id": id_,
            "msg_id": self._msg_id(),
        }
        if status:
            envelope |= {"status": status, "root_kdt_id": app["kdt_id"]}
        entry: Json = {
            "push_id": self._world.ids.next("y"),
            "at": self._world.clock.now(),
            "type": type_,
            "id": id_,
            "status": "queued",
            "attempts": 0,
            "answers": [],
            "body": envelope,
        }
        self.log.append(entry)
        switches = self._world.switches
        if switches.spend("youzan.callbacks_lose_next"):
            self._mark(entry, "lost")
            return
        for _ in range(1 + switches["youzan.callbacks_repeat"]):
            self.bring(entry)

    def bring(self, entry: Json) -> None:
        """Deliver (once more)."""
        switches = self._world.switches
        after = float(switches["youzan.callbacks_delay_seconds"])
        if switches["youzan.callbacks_shuffle"]:
            after += self._world.ids.random("shuffle").uniform(0, 0.5)
        self._world.courier.later(after, lambda: self._deliver(entry))

    async def _deliver(self, entry: Json) -> None:
        switches = self._world.switches
        waits = SCHEDULES[switches["youzan.retry_schedule"]]
        for attempt, wait in enumerate((0, *waits), 1):
            await asyncio.sleep(wait * switches["youzan.retry_scale"])
            while not self.breaker.lets_go():
                await asyncio.sleep(0.05)
            ok = await self._attempt(entry, attempt)
            self.breaker.note(ok)
            if ok:
                self._mark(entry, "delivered")
                return
        self._mark(entry, "failed")

    async def _attempt(self, entry: Json, attempt: int) -> bool:
        app = self._world.config["youzan"]
        entry["attempts"] += 1
        body = json.dumps(entry["body"] | {"sendCount": attempt}, ensure_ascii=False, separators=(",", ":"))
        headers = {
            "content-type": "application/json; charset=utf-8",
            "event-type": entry["type"],
            "client-id": app["client_id"],
        }
        if self._world.switches["youzan.event_sign"]:
            headers["event-sign"] = md5(app["client_id"], body, app["client_secret"])
        answer = await self._ask(entry, body, headers)
        if answer is not None and self._world.switches.spend("youzan.answers_lose_next"):
            entry["answers"][-1] |= {"error": "taken, but the answer was lost on its way"}
            answer = None
        self._world.stream.tell("pushes")
        return answer is not None and answer.status_code == 200 and "success" in answer.text

    async def _ask(self, entry: Json, body: str, headers: dict[str, str]) -> httpx.Response | None:
        shown: Json = {"at": self._world.clock.now(), "http_status": None, "answer": "", "error": None, "seconds": 0.0}
        entry["answers"] = [*entry["answers"], shown][-ANSWERS_KEPT:]
        began = time.monotonic()
        url, host = reachable(self._world.config["youzan"]["callback_url"])
        try:
            async with asyncio.timeout(self._world.switches["youzan.callback_timeout_seconds"]):
                answer = await self._world.client.post(url, content=body.encode(), headers=headers | host)
            shown |= {"http_status": answer.status_code, "answer": answer.text[:300]}
            return answer
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            shown["error"] = f"{type(error).__name__}: {error}".rstrip(": ")
            return None
        finally:
            shown["seconds"] = round(time.monotonic() - began, 3)

    def _msg_id(self) -> str:
        digits = f"{self._world.ids.random('push').getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _mark(self, entry: Json, status: str) -> None:
        entry["status"] = status
        self._world.stream.tell("pushes")
