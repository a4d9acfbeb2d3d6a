"""All that varies between two runs of one decision."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.moment import Moment

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def moment(**given) -> Moment:
    return Moment(**{"now": NOON, "hook": "patient-view", "seed": "a seed", **given})


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="must carry a time zone"):
        moment(now=NOON.replace(tzinfo=None))


def test_today_is_the_day_in_utc_whatever_zone_the_time_is_given_in():
    late = datetime(2026, 11, 1, 22, tzinfo=timezone(timedelta(hours=-5)))
    assert moment(now=late).today == date(2026, 11, 2)
    assert moment().today == date(2026, 11, 1)


def test_the_same_seed_and_names_give_the_same_uuid():
    assert moment().uuid("card", "1") == moment(now=NOON + timedelta(days=1), hook="order-sign").uuid("card", "1")


def test_another_seed_or_name_gives_another_uuid():
    assert len({moment().uuid("a"), moment().uuid("b"), moment().uuid(), moment(seed="other").uuid("a")}) == 4


def test_names_are_not_run_together():
    assert moment().uuid("ab", "c") != moment().uuid("a", "bc")


@given(st.text(), st.lists(st.text(), max_size=3))
def test_every_uuid_has_the_shape_of_version_four(seed, names):
    made = uuid.UUID(moment(seed=seed).uuid(*names))
    assert (made.version, made.variant) == (4, uuid.RFC_4122)


def test_a_moment_cannot_be_changed():
    with pytest.raises(AttributeError):
        moment().seed = "another"
