"""When a FHIR server that fails is left alone. In: how the requests to it ended, and the time. Out: whether it may be
asked now. After some failures in a row it is not asked for some seconds, then by one request alone; a success ends it.
Kept for one client and one server, so that no client pays for another's."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from service.fhir.origins import FHIRBase

FAILURES: Final = 3
REST_SECONDS: Final = 10.0

# Only servers that failed last time are remembered; in open trust their number is up to the callers.
_REMEMBERED: Final = 64


@dataclass(slots=True)
class _Failing:
    failures: int
    counted_at: float
    # The request that tries, after the rest, whether the server is back.
    trial: bool = False


class Breaker:
    """The servers of one client that fail. Times are monotonic seconds."""

    def __init__(self, *, failures: int = FAILURES, rest: float = REST_SECONDS) -> None:
        self._limit = failures
        self._rest = rest
        self._failing: OrderedDict[FHIRBase, _Failing] = OrderedDict()

    def admit(self, server: FHIRBase, now: float) -> bool:
        """Whether the server may be asked now; the caller then reports the end by `answered`, `failed` or
        `given_up`."""
        state = self._failing.get(server)
        if state is None or state.failures < self._limit:
            return True
        if state.trial or now < state.counted_at + self._rest:
            return False
        state.trial = True
        return True

    def answered(self, server: FHIRBase) -> None:
        """The server answered, if only to refuse."""
        self._failing.pop(server, None)

    def failed(self, server: FHIRBase, began: float, now: float) -> None:
        """No answer, or one that says the server is broken, to a call that began at `began`.

        A call that was under way when the last failure was counted belongs to that failure: the ten requests of one
        call, and all calls that meet the same pause, are one.
        """
        state = self._failing.get(server)
        if state is None:
            self._failing[server] = _Failing(1, now)
            if len(self._failing) > _REMEMBERED:
                self._failing.popitem(last=False)
        elif state.trial or began >= state.counted_at:
            state.failures += 1
            state.counted_at = now
            state.trial = False

    def given_up(self, server: FHIRBase) -> None:
        """Whoever asked no longer waits, and nothing is known: the next request may try."""
        if (state := self._failing.get(server)) is not None:
            state.trial = False
