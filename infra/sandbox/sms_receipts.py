"""Receipts of text messages: the vendors post them in arrays, without a signature, some time after.

Tencent posts once. Aliyun tries again after 1, 5 and 10 minutes. Both may post twice, late, or of messages that are
nobody's: switches.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from sandbox.callbacks import Callback, reachable
from sandbox.sms_inbox import CHINA

if TYPE_CHECKING:
    from sandbox.state import World

RETRIES = {"tencent": (), "aliyun": (60, 300, 600)}  # seconds after each failure
ARRAY_MAX = 100
Receipt = dict[str, Any]


class Receipts:
    """What the vendors have to tell; held back while the switch says so."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[str, list[Receipt]] = {"tencent": [], "aliyun": []}
        self._due: set[str] = set()

    def note(self, vendor: str, number: str, message_id: str, out_id: str) -> None:
        """A message was accepted: its receipt comes after a moment, together with others."""
        world, switches = self._world, self._world.switches
        if not world.config["sms"][vendor]["callback_url"]:
            return
        good = switches["sms.deliver"] and not switches.spend("sms.receipts_fail_next")
        if switches.spend("sms.receipts_lose_next"):
            return
        self._waiting[vendor].append(self._receipt(vendor, number, message_id, out_id, good=good))
        if not switches["sms.receipts_hold"]:
            self.release(vendor, switches["sms.receipts_seconds"])

    def release(self, vendor: str, after: float = 0.0) -> int:
        """Send what waits, `after` so many real seconds; how many that are now."""
        if vendor not in self._due and self._waiting[vendor]:
            self._due.add(vendor)
            self._world.courier.later(after, lambda: self._post_all(vendor))
        return len(self._waiting[vendor])

    def again(self, entry: Callback) -> None:
        """Post an array once more."""
        self._world.courier.later(0, lambda: self._bring(entry.summary.partition(":")[0], entry))

    def _receipt(self, vendor: str, number: str, message_id: str, out_id: str, *, good: bool) -> Receipt:
        at = datetime.fromtimestamp(self._world.clock.now(), CHINA).strftime("%Y-%m-%d %H:%M:%S")
        if vendor == "tencent":
            return {
                "user_receive_time": at,
                "nationcode": "86",
                "mobile": number,
                "report_status": "SUCCESS" if good else "FAIL",
                "errmsg": "DELIVRD" if good else "UNDELIV",
                "description": "用户短信送达成功" if good else "用户短信送达失败",
                "sid": message_id,
            }
        return {
            "phone_number": number,
            "send_time": at,
            "report_time": at,
            "success": good,
            "err_code": "DELIVERED" if good else "UNDELIV",
            "err_msg": "用户接收成功" if good else "用户接收失败",
            "sms_size": "1",
            "biz_id": message_id,
            "out_id": out_id,
        }

    async def _post_all(self, vendor: str) -> None:
        self._due.discard(vendor)
        switches = self._world.switches
        waiting, self._waiting[vendor] = self._waiting[vendor], []
        if switches["sms.receipts_unknown"]:
            stray = f"{self._world.ids.random('sms').randrange(10**18)}"
            waiting.append(self._receipt(vendor, "13900000000", stray, "", good=True))
        while waiting:
            some, waiting = waiting[:ARRAY_MAX], waiting[ARRAY_MAX:]
            for _ in range(1 + switches["sms.receipts_repeat"]):
                await self._post(vendor, some)

    async def _post(self, vendor: str, some: list[Receipt]) -> None:
        world, body = self._world, json.dumps(some, ensure_ascii=False)
        summary = f"{vendor}: {len(some)} receipt{'s' if len(some) > 1 else ''}"
        entry = Callback(world.ids.next("c"), world.clock.now(), "sms", "receipts", summary, body, "")
        world.courier.log[entry.callback_id] = entry
        await self._bring(vendor, entry)

    async def _bring(self, vendor: str, entry: Callback) -> None:
        world = self._world
        for wait in (0, *RETRIES[vendor]):
            await asyncio.sleep(wait * world.switches["sms.receipts_retry_scale"])
            if await self._attempt(vendor, entry):
                break
        world.stream.tell("callback", callback_id=entry.callback_id, status=entry.status)

    async def _attempt(self, vendor: str, entry: Callback) -> bool:
        tried: dict[str, Any] = {"at": self._world.clock.now(), "http_status": None, "answer": "", "error": None}
        entry.attempts.append(tried)
        began = time.monotonic()
        url, host = reachable(self._world.config["sms"][vendor]["callback_url"])
        headers = {"content-type": "application/json"} | host
        try:
            answer = await self._world.client.post(url, content=entry.body.encode(), headers=headers, timeout=10)
            tried |= {"http_status": answer.status_code, "answer": answer.text[:500]}
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            tried["error"] = f"{type(error).__name__}: {error}".rstrip(": ")
            told = None
        code = "result" if vendor == "tencent" else "code"
        good = isinstance(told, dict) and isinstance(told.get(code), int) and tried["http_status"] == 200
        tried["seconds"] = round(time.monotonic() - began, 3)
        entry.status = "delivered" if good else "failed"
        return good
