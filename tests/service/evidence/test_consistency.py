"""Names that nothing defines, and numbers that cannot be."""

import pytest
from support.tiny_language import finding_of

from service.evidence.consistency import Names, finding_problems

NAMES = Names(
    concepts=frozenset({"zorp"}),
    value_sets=frozenset({"zorps"}),
    findings=frozenset({"finding", "asleep"}),
    active=frozenset({"finding"}),
    postures=frozenset({"zonking"}),
    regions=frozenset({"leg"}),
    sections=frozenset({"gossip"}),
    kin=frozenset({"aunt"}),
)


def refused(text: str) -> list[tuple[str, str]]:
    return [(key, problem) for key, problem, _ in finding_problems(finding_of(text), NAMES)]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "statements: [{target: [zorp], beside: [zorp], without: [zorp]}]",
        "codes: [{value_set: zorps}]",
        "gate: {needs: finding}",
        "yields_to: [finding]",
        "felt: [{regions: [leg], alongside: finding}]",
    ],
)
def test_a_finding_whose_names_are_all_defined_has_no_problem(text):
    assert refused(text) == []


@pytest.mark.parametrize("role", ["target", "beside", "without"])
def test_a_concept_that_nothing_defines_is_a_problem(role):
    body = {"target": ["zorp"], role: ["zrop"]}
    assert refused(f"statements: [{body}]") == [("statements", "no concept is called 'zrop'")]


@pytest.mark.parametrize(
    "text",
    [
        "codes: [{value_set: zrops}]",
        "measured: [{value_set: zrops, at_most: 1, lowest: 0, highest: 2, source: made up}]",
    ],
)
def test_a_value_set_that_nothing_defines_is_a_problem(text):
    assert refused(text) == [("codes", "no value set is called 'zrops'")]


@pytest.mark.parametrize(
    "text", ["gate: {needs: fnding}", "yields_to: [fnding]", "felt: [{regions: [leg], alongside: fnding}]"]
)
def test_a_finding_that_nothing_defines_is_a_problem(text):
    assert refused(text) == [("findings", "no finding is called 'fnding'")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("relations: [{posture: [zoning], effect: [eases]}]", ("relations", "no posture is called 'zoning'")),
        ("felt: [{regions: [lge]}]", ("regions", "no region is called 'lge'")),
        ("statements: [{target: [zorp], sections: [talk]}]", ("statements", "no section is called 'talk'")),
        ("statements: [{target: [zorp], outside: [talk]}]", ("statements", "no section is called 'talk'")),
        (
            "statements: [{target: [zorp], resources: [Conditon]}]",
            ("resources", "no kind of resource is called 'Conditon'"),
        ),
        ("yields_to: [asleep]", ("findings", "'asleep' is needed and not active")),
    ],
)
def test_any_other_name_that_nothing_defines_is_a_problem(text, problem):
    assert refused(text) == [problem]


@pytest.mark.parametrize(
    ("bands", "problems"),
    [
        ('[[60, "<60"], [null, "60+"]]', 0),
        ('[[60, "<60"], [80, "60-79"]]', 1),
        ('[[null, "any"], [60, "<60"]]', 1),
        ('[[70, "<70"], [60, "<60"], [null, "rest"]]', 1),
    ],
)
def test_age_bands_rise_and_the_last_has_no_end(bands, problems):
    assert len(refused(f"age_bands: {bands}")) == problems
