"""A decision and its chart in words for people."""

from service.evidence.marked import Given, Marked, MarkedSentence, Marking
from service.explain import explain

DECISION = {
    "state": "silent", "flag": "absent", "rule": None, "criteria": [], "cards": [], "held": [], "findings": [],
    "gaps": [], "knowledge": "0123456789abcdef",
}  # fmt: skip
SENTENCE = MarkedSentence(
    "DocumentReference/1",
    "content[0].attachment.data",
    "No leg pain\n  on walking.",
    section="Hpi",
    marks=(
        Marking(0, 2, "modifier", "no", "No", "negated"),
        Marking(3, 11, "symptom", "leg-pain", "leg pain"),
        Marking(17, 24, "posture", "walking", "walking"),
    ),
    findings=(Given("A", "absent", "not brought on by walking"), Given("R", "present", "named", "fracture")),
)


def lines_for(*sentences: MarkedSentence, unread: int = 0) -> list[str]:
    return explain(DECISION, Marked(sentences, unread)).splitlines()


def test_the_text_comes_first_and_its_first_line_explains_the_marks():
    lines = lines_for(SENTENCE)

    assert "[words looked for]" in lines[0]
    assert "{words that change what is said of them: how}" in lines[0]
    assert lines.index("State: silent") > lines.index("    {No: negated} [leg pain] on [walking].")


def test_what_a_sentence_gave_stands_below_it():
    lines = lines_for(SENTENCE)

    at = lines.index("    {No: negated} [leg pain] on [walking].")
    assert lines[at + 1 : at + 3] == [
        "      -> A absent: not brought on by walking",
        "      -> R present (fracture): named",
    ]


def test_a_place_is_named_once_for_all_of_its_sentences():
    said = lines_for(SENTENCE, SENTENCE)

    assert said.count("  DocumentReference/1, content[0].attachment.data, Hpi") == 1


def test_sentences_that_say_nothing_are_counted():
    assert "  nothing of that is in one more sentence" in lines_for(SENTENCE, unread=1)
    assert "  nothing of that is in 7 more sentences" in lines_for(SENTENCE, unread=7)
    assert not any("nothing of that" in line for line in lines_for(SENTENCE))


def test_a_score_is_an_interval_with_its_population_items_and_limits():
    score = {
        "title": "Made-up tool", "low": 3, "high": 5, "maximum": 9, "cutOff": 7, "documented": 1, "of": 2,
        "population": "40 people", "accuracy": "not seen", "limits": ["Small."],
        "items": [
            {"text": "Worse on standing", "outcome": "met", "low": 3, "high": 3},
            {"text": "A reflex", "outcome": "unknown", "low": 0, "high": 2, "unread": "not read"},
        ],
    }  # fmt: skip
    said = explain({**DECISION, "scores": [score]}, Marked((), 0))

    assert "Made-up tool: 3 to 5 of 9 points, 1 of 2 items documented (published cut-off 7)\n" in said
    assert "  developed in: 40 people\n" in said
    assert "  ? A reflex [0 to 2]: not read\n  limit: Small.\n" in said
