"""How many calls a client may make: an even rate with room for a burst."""

from service.rate import Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_of_ten_seconds_passes_and_then_the_rate_holds() -> None:
    clock = Clock()
    allowance = Allowance(60, clock=clock)
    assert [allowance.take() for _ in range(10)] == [0] * 10
    assert allowance.take() == 1
    clock.now += 1
    assert [allowance.take(), allowance.take()] == [0, 1]


def test_what_is_told_to_wait_is_enough() -> None:
    clock = Clock()
    allowance = Allowance(7, clock=clock)
    while (wait := allowance.take()) == 0:
        pass
    clock.now += wait
    assert allowance.take() == 0


def test_a_long_silence_saves_no_more_than_a_burst() -> None:
    clock = Clock()
    allowance = Allowance(60, clock=clock)
    clock.now += 100_000
    assert sum(allowance.take() == 0 for _ in range(50)) == 10


def test_none_is_no_limit() -> None:
    assert not any(Allowance(None).take() for _ in range(10_000))
