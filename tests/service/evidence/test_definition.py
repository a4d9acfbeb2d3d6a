"""What an author of findings and language is told."""

import msgspec
import pytest
from support.tiny_language import finding_of

from service.evidence.definition import ConceptDefinition, FindingDefinition, LanguageDefinition, SourceDefinition


def concept(**given) -> list[str]:
    return [
        key
        for key, _, _ in ConceptDefinition(**{"id": "one", "kind": "target", "phrases": ("one",), **given}).problems()
    ]


def test_a_whole_concept_has_no_problem():
    assert concept() == []
    assert concept(kind="cue", effect="eases") == []
    assert concept(kind="posture", posture="sitting") == []
    assert concept(kind="site", region="leg") == []
    assert concept(kind="site", regions=("leg", "back")) == []


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"phrases": ()}, "phrases"),
        ({"kind": "cue"}, "effect"),
        ({"kind": "posture"}, "posture"),
        ({"kind": "site"}, "region"),
    ],
)
def test_a_concept_that_lacks_what_its_kind_needs_is_a_problem(given, key):
    assert concept(**given) == [key]


def test_a_source_needs_a_place_to_look_it_up():
    assert [key for key, _, _ in SourceDefinition(citation="A paper").problems()] == ["sources"]
    assert list(SourceDefinition(citation="A paper", doi="10.1/1").problems()) == []
    assert list(SourceDefinition(citation="A page", url="https://example.org").problems()) == []


def test_a_finding_needs_a_source():
    assert [problem for _, problem, _ in finding_of("sources: []").problems()] == ["no source"]


def test_a_finding_may_rest_on_a_policy_of_the_project_that_is_put_into_words():
    assert list(finding_of('{sources: [], policy: "Nobody is asked twice."}').problems()) == []
    assert [problem for _, problem, _ in finding_of('{sources: [], policy: " "}').problems()] == ["no source"]
    assert [key for key, _, _ in finding_of("sources: [{citation: A paper}]").problems()] == ["sources"]


def test_every_problem_comes_with_a_remedy():
    broken = ConceptDefinition(id="one", kind="cue", phrases=())
    assert all(key and problem and remedy for key, problem, remedy in broken.problems())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"id": "x", "title": "x", "concepts": [{"id": "a", "kind": "mood", "phrases": ["a"]}]}, LanguageDefinition),
        ({"id": "x", "title": "x", "modifiers": [{"id": "a", "asserts": "sad", "phrases": ["a"]}]}, LanguageDefinition),
        ({"id": "x", "title": "x", "color": "blue"}, LanguageDefinition),
        ({"id": "x", "title": "x"}, FindingDefinition),
    ],
    ids=["kind of concept", "assertion", "unknown key", "missing keys"],
)
def test_a_definition_of_another_shape_is_refused(body, kind):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, kind)


def test_a_definition_cannot_be_changed():
    with pytest.raises(AttributeError):
        finding_of("{}").title = "another"
