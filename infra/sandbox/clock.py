"""The sandbox's time: the machine's clock moved by an offset, or standing still. All partner rules count in it."""

import time


class Clock:
    """Epoch seconds that tests can move. Timeouts and pauses of the network are real time."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Back to the machine's time."""
        self._offset = 0.0
        self._frozen: float | None = None

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def now(self) -> float:
        """The time now."""
        return self._frozen if self._frozen is not None else time.time() + self._offset

    def seconds(self) -> int:
        """The time now, as partners write it."""
        return int(self.now())

    def move(self, *, advance: float = 0.0, freeze: bool | None = None, now: float | None = None) -> None:
        """Advance, set, stop or start the clock."""
        wanted = (self.now() if now is None else now) + advance
        stands = self.frozen if freeze is None else freeze
        self._frozen = wanted if stands else None
        self._offset = wanted - time.time()
