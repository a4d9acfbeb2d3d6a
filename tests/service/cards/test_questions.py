"""Questions made up for a test: open ones, whose answer would change something, in order, at most three."""

from support.findings import evidence, findings

from service.cards.questions import Answer, QuestionDefinition, Questions, worth_asking


def question(name: str, *answers: Answer, settled_by: tuple[str, ...] = ()) -> QuestionDefinition:
    return QuestionDefinition(id=name, text=f"{name}?", answers=answers, settled_by=settled_by, source="doi:10.1/1")


FORWARD = question("forward", Answer(finding="F"), Answer(finding="F", status="absent"))
SEATED = question("seated", Answer(finding="S", kind="pain-free"))
PULSES = question("pulses", Answer(finding="V4"), settled_by=("P",))


def asked(*questions: QuestionDefinition, outcome=None, **given) -> list[str]:
    everything = outcome or (lambda found: tuple((a, f.status, f.evidence) for a, f in found.by_atom.items()))
    return worth_asking([q.id for q in questions], questions, findings(**given), everything)


def test_an_open_question_is_asked():
    assert asked(FORWARD) == ["forward?"]


def test_a_question_one_of_whose_answers_is_on_record_is_not_asked():
    assert asked(FORWARD, F="present") == []
    assert asked(FORWARD, F="absent") == []
    assert asked(FORWARD, F="possible") == ["forward?"]


def test_an_answer_of_a_kind_is_on_record_only_with_that_kind():
    assert asked(SEATED, S="present") == ["seated?"]
    assert asked(SEATED, S=[evidence("S", kind="pain-free")]) == []


def test_other_findings_can_settle_a_question_either_way():
    assert asked(PULSES, P="present") == asked(PULSES, P="absent") == []


def test_a_question_whose_answers_change_nothing_is_not_asked():
    assert asked(FORWARD, PULSES, outcome=lambda found: found.by_atom["V4"].present) == ["pulses?"]


def test_a_question_counts_when_any_of_its_answers_changes_something():
    assert asked(FORWARD, outcome=lambda found: found.by_atom["F"].status == "absent") == ["forward?"]


def test_three_are_asked_at_most_in_their_order():
    four = [question(name, Answer(finding=name)) for name in ("T", "B", "K", "N")]
    assert asked(*four) == ["T?", "B?", "K?"]


def test_a_question_that_the_card_does_not_name_is_not_asked():
    assert worth_asking(["seated"], [FORWARD, SEATED], findings(), lambda found: id(found)) == ["seated?"]


def test_a_question_without_answers_source_or_known_findings_is_refused():
    broken = (
        question("none"),
        QuestionDefinition(id="unsourced", text="x", answers=(Answer(finding="F"),), source=" "),
        question("unknown", Answer(finding="Z")),
    )
    refused = Questions(id="questions", title="Questions", questions=broken).problems({"F"})
    assert [key for key, _, _ in refused] == ["questions: none", "questions: unsourced", "questions: unknown"]
