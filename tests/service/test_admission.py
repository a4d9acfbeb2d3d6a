"""The door, where it is not seen from outside: what one worker remembers by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from cds_hooks import Unavailable
from cds_hooks.router import Admission, CallInfo
from service.admission import SpentHere, caller_of

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_a_token_is_new_once() -> None:
    spent = SpentHere(10)
    assert [spent.spend("a", LATER, NOW), spent.spend("a", LATER, NOW)] == [True, False]
    spent.shared("a")
    assert not spent.spend("a", LATER, NOW)


def test_what_storage_knows_makes_room() -> None:
    spent = SpentHere(10)
    for n in range(1000):
        assert spent.spend(str(n), LATER, NOW)
        spent.shared(str(n))
    assert not spent.spend("999", LATER, NOW)


def test_what_storage_does_not_know_stays_until_it_could_not_pass_any_more() -> None:
    spent = SpentHere(10)
    assert all(spent.spend(str(n), LATER, NOW) for n in range(10))
    with pytest.raises(Unavailable):
        spent.spend("one more", LATER, NOW)
    assert not spent.spend("0", LATER, NOW)
    assert spent.spend("one more", LATER, LATER)


def test_a_router_without_our_door_is_a_mistake_that_is_noticed() -> None:
    call = CallInfo("c", NOW, 0.0, "neurogenic-claudication", Admission(), b"")
    with pytest.raises(TypeError):
        caller_of(call)
