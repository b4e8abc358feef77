"""How often one endpoint may be called in a minute; over it, the endpoint is shut for a minute."""

from collections import deque

MINUTE = 60


class Quotas:
    """The calls of the last minute, by endpoint."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}
        self._shut_until: dict[str, float] = {}

    def take(self, endpoint: str, most: int, now: float) -> bool:
        """Count a call; false when there were too many."""
        if now < self._shut_until.get(endpoint, 0):
            return False
        calls = self._recent.setdefault(endpoint, deque())
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= most:
            self._shut_until[endpoint] = now + MINUTE
            return False
        calls.append(now)
        return True
