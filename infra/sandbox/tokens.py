"""The three kinds of access tokens: `/token`, `/stable_token` (a family apart) and WeCom's `gettoken`."""

from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.people import Ids

LIFE = 7200
OVERLAP = 300  # an old token works so long beside its successor
FORCED_A_DAY = 20
FORCED_APART = 30


@dataclass
class Token:
    """A token and when it dies."""

    value: str
    until: float


class Tokens:
    """`/token`: each call issues a new one; the one before works five more minutes."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self.issued: dict[str, Token] = {}
        self._newest: Token | None = None

    def _issue(self) -> Token:
        now = self._clock.now()
        if self._newest:
            self._newest.until = min(self._newest.until, now + OVERLAP)
        self._newest = Token(self._ids.token("access token", 136), now + LIFE)
        self.issued[self._newest.value] = self._newest
        return self._newest

    def issue(self) -> Token:
        """A new token."""
        return self._issue()

    def problem(self, value: str) -> int:
        """0, 42001 expired, 40001 unknown."""
        token = self.issued.get(value)
        if token is None:
            return 40001
        return 0 if self._clock.now() < token.until else 42001


class StableTokens(Tokens):
    """`/stable_token`: the same one while it is valid; renewed in its last five minutes, or by force."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        super().__init__(clock, ids)
        self._forced: list[float] = []

    def issue(self) -> Token:
        """The present token, or its successor near the end."""
        if self._newest is None or self._newest.until - self._clock.now() <= OVERLAP:
            return self._issue()
        return self._newest

    def force(self) -> Token | int:
        """A new token, the old one dead at once; or the error code of doing so too often."""
        now = self._clock.now()
        self._forced = [at for at in self._forced if at > now - 86400]
        if len(self._forced) >= FORCED_A_DAY:
            return 45009
        if self._forced and now - self._forced[-1] < FORCED_APART:
            return 45011
        self._forced.append(now)
        if self._newest:
            del self.issued[self._newest.value]
        return self._issue()


class CorpTokens(Tokens):
    """WeCom's `gettoken`: the same one until it expires."""

    def issue(self) -> Token:
        """The present token."""
        if self._newest is None or self._clock.now() >= self._newest.until:
            return self._issue()
        return self._newest
