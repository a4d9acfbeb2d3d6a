"""Published scores: what is documented counts, what is not keeps the interval open."""

import itertools

import pytest

from service.assessment.scores import Score, score
from service.evidence.model import Findings, Found, Status
from service.knowledge.load import load_knowledge

SHIPPED = {each.id: each for each in load_knowledge().scores}


def scored(name: str, age: int | None = None, **said: Status) -> Score:
    by_atom = {atom.replace("_", "-"): status for atom, status in said.items()}
    return score(Findings({a: Found(a, a, s) for a, s in by_atom.items()}, age), SHIPPED[name])


def span(result: Score) -> tuple[int, int, int]:
    return result.low, result.high, result.documented


def test_the_three_verified_scores_ship_and_no_other():
    assert list(SHIPPED) == ["cook", "konno", "sugioka"]
    assert {name: (*each.reach, len(each.items)) for name, each in SHIPPED.items()} == {
        "cook": (0, 5, 5),
        "konno": (-3, 16, 10),
        "sugioka": (-2, 10, 7),
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_an_empty_chart_leaves_the_whole_range_open(name):
    assert span(scored(name)) == (*SHIPPED[name].reach, 0)


def test_claudication_eased_by_flexion_is_six_points_and_the_age_in_konno():
    assert span(scored("konno", 75, A="present", F="present")) == (8 - 3, 8 + 8, 3)
    assert span(scored("konno", 65, A="present", F="present")) == (7 - 3, 7 + 8, 3)
    assert span(scored("konno", 50, A="present", F="present")) == (6 - 3, 6 + 8, 3)


def test_claudication_eased_by_flexion_is_three_points_and_the_age_in_sugioka():
    lows = [scored("sugioka", age, A="present", F="present").low for age in (50, 65, 71)]
    assert lows == [3 - 2, 5 - 2, 6 - 2]


def test_a_finding_that_is_denied_gives_no_points_and_is_documented():
    before, after = scored("konno", 75), scored("konno", 75, T="absent")
    assert span(after) == (before.low, before.high - 2, before.documented + 1)


def test_what_is_only_possible_stays_unknown():
    assert span(scored("cook", 75, S="possible")) == span(scored("cook", 75))


@pytest.mark.parametrize(
    ("status", "points", "outcome"),
    [("not-documented", (0, 1), "unknown"), ("absent", (1, 1), "met"), ("present", (0, 0), "unmet")],
)
def test_diabetes_is_absent_only_where_the_record_says_so(status, points, outcome):
    item = next(i for i in scored("konno", diabetes=status).items if i.text == "No diabetes")
    assert ((item.low, item.high), item.outcome) == (points, outcome)


def test_walking_pain_without_any_relief_is_not_yet_claudication():
    item = next(i for i in scored("konno", A="present").items if i.text == "Intermittent claudication")
    assert (item.outcome, item.low, item.high) == ("unknown", 0, 3)


@pytest.mark.parametrize(
    ("name", "age", "points"),
    [
        ("konno", 59, (0, 0)),
        ("konno", 60, (1, 1)),
        ("konno", 69, (1, 1)),
        ("konno", 70, (1, 2)),
        ("konno", 71, (2, 2)),
        ("sugioka", 59, (0, 0)),
        ("sugioka", 70, (2, 2)),
        ("sugioka", 71, (3, 3)),
        ("cook", 48, (0, 0)),
        ("cook", 49, (1, 1)),
    ],
)
def test_age_bands_meet_without_a_gap(name, age, points):
    (item,) = (i for i in scored(name, age).items if i.text.startswith("Age"))
    assert (item.low, item.high) == points


def test_an_item_that_nothing_reads_stays_unknown_and_says_why():
    item = next(i for i in scored("konno", lumbar_radiculopathy="present").items if "leg raise" in i.text)
    assert (item.outcome, item.low, item.high) == ("unknown", -2, 0)
    assert item.to_json()["unread"] == "not read apart from other signs of radiculopathy"


@pytest.mark.parametrize("name", SHIPPED)
def test_more_documentation_never_widens_the_interval(name):
    atoms = ("A", "B", "E", "F", "S", "T", "V3", "diabetes")
    statuses: tuple[Status, ...] = ("present", "absent")
    for size in range(3):
        for said in itertools.combinations(atoms, size):
            for status in statuses:
                known = dict.fromkeys(said, status)
                before = scored(name, 75, **known)
                for atom in set(atoms) - set(said):
                    after = scored(name, 75, **known, **{atom: "present"})
                    assert before.low <= after.low <= after.high <= before.high


def test_the_numbers_never_stand_without_population_accuracy_and_limits():
    body = scored("konno", 75, A="present", F="present").to_json()
    assert (body["low"], body["high"], body["maximum"], body["documented"], body["of"]) == (5, 16, 16, 3, 10)
    assert "orthopaedists in Japan" in body["population"]
    assert body["accuracy"].startswith("Sensitivity 92.8")
    assert body["limits"] and body["sources"]
