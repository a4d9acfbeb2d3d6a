"""How many calls a client may make. In: a number a minute, and the clock. Out: whether one more may pass now, or after
how many seconds. Each worker counts for itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Allowance:
    """A bucket that fills evenly and holds ten seconds' worth, at least one call; None is no limit."""

    def __init__(self, per_minute: int | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = None if per_minute is None else per_minute / 60
        self._holds = max(1.0, (per_minute or 0) / 6)
        self._clock = clock
        self._level = self._holds
        self._at = clock()

    def take(self) -> int:
        """0 when a call may pass, and it is counted; else the whole seconds after which one may."""
        if self._rate is None:
            return 0
        now = self._clock()
        self._level = min(self._holds, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level >= 1:
            self._level -= 1
            return 0
        return max(1, math.ceil((1 - self._level) / self._rate))
