"""Tells the page what changed: each listener gets every notice from the moment it listens."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

KEEP_ALIVE_SECONDS = 15


class Stream:
    """Notices to all open pages; a page that doesn't read for long is dropped and connects again."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._count = 0

    def tell(self, what: str, **names: Any) -> None:
        """Say that something must be read again."""
        self._count += 1
        line = f"id: {self._count}\ndata: {json.dumps({'what': what, **names}, ensure_ascii=False)}\n\n"
        for listener in list(self._listeners):
            if listener.full():
                self._listeners.discard(listener)
            else:
                listener.put_nowait(line)

    def close(self) -> None:
        """End every open stream (the sandbox stops)."""
        for listener in list(self._listeners):
            self._listeners.discard(listener)
            with suppress(asyncio.QueueFull):
                listener.put_nowait(None)

    async def listen(self) -> AsyncIterator[str]:
        """Notices as server-sent events, for ever."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1000)
        self._listeners.add(queue)
        try:
            yield ": open\n\n"
            while queue in self._listeners:
                try:
                    line = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    line = ": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._listeners.discard(queue)
