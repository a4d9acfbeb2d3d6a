from datetime import date

from support.findings import evidence, findings
from support.rules import shipped_cards

from service.cards.quotes import statements

WORDS = shipped_cards().words


def lines(wanted, **given) -> list[str]:
    return statements(findings(**given), wanted, WORDS)


def test_a_statement_is_quoted_with_its_date_and_its_place():
    assert lines([("F", "present")], F="present") == [
        "eased by bending or leaning forward: “better leaning on the cart” (20 Oct 2026, clinical note)"
    ]


def test_one_quotation_that_says_several_things_is_printed_once():
    note = "thighs ache walking, better leaning on the cart"
    same = {"quote": note, "ref": "DocumentReference/1"}
    assert lines([("A", "present"), ("F", "present")], A=[evidence("A", **same)], F=[evidence("F", **same)]) == [
        f"leg or buttock symptom on walking; eased by bending or leaning forward: “{note}” (20 Oct 2026, clinical note)"
    ]


def test_the_newest_comes_first_and_the_undated_last():
    pieces = [
        evidence("F", quote="old", ref="Condition/1", when=date(2026, 1, 2)),
        evidence("F", quote="undated", ref="Condition/2", when=None),
        evidence("F", quote="new", ref="Condition/3", when=date(2026, 9, 3)),
    ]
    printed = lines([("F", "present")], F=pieces)
    assert [line.split("“")[1] for line in printed] == [
        "new” (3 Sep 2026, problem list)",
        "old” (2 Jan 2026, problem list)",
        "undated” (undated, problem list)",
    ]


def test_at_most_three_quotations_for_a_finding_and_the_rest_is_counted():
    pieces = [evidence("F", quote=f"words {n}", ref=f"DocumentReference/{n}") for n in range(5)]
    printed = lines([("F", "present")], F=pieces)
    assert len(printed) == 4
    assert printed[-1] == "2 more statements are not shown here."


def test_many_statements_about_one_finding_do_not_crowd_out_another():
    many = {
        atom: [
            evidence(atom, quote=f"{atom} {n}", ref=f"DocumentReference/{atom}{n}", when=date(2026, 10, 20 - n))
            for n in range(4)
        ]
        for atom in ("A", "S", "T", "B", "K")
    }
    old = [evidence("F", quote="the only words about it", ref="DocumentReference/f", when=date(2026, 1, 1))]
    wanted = [(atom, "present") for atom in ("A", "S", "T", "B", "K", "F")]
    printed = lines(wanted, F=old, **many)
    assert any("the only words about it" in line for line in printed)
    assert len(printed) == 9


def test_red_flags_come_first_even_when_older():
    old = evidence("R", kind="cauda-equina", when=date(2026, 1, 1))
    printed = lines([("A", "present"), ("R", "present")], A="present", R=[old])
    assert printed[0].startswith("cauda equina syndrome: ")


def test_a_denied_red_flag_is_called_denied():
    denied = evidence("R", "absent", kind="saddle-sensory-change", quote="no saddle numbness")
    assert lines([("R", "absent")], R=[denied])[0].startswith("no saddle sensory change: “no saddle numbness”")


def test_a_doubt_is_quoted_only_where_nothing_surer_is_known():
    doubt = evidence("F", "possible", quote="maybe better bent over")
    assert lines([("F", "possible")], F=[doubt])
    assert not lines([("F", "possible")], F=[doubt, evidence("F")])


def test_a_doubtful_red_flag_is_quoted_beside_a_sure_one():
    both = [evidence("R", kind="fracture"), evidence("R", "possible", kind="cauda-equina")]
    assert lines([("R", "possible")], R=both)[0].startswith("cauda equina syndrome: ")


def test_words_of_the_record_are_escaped():
    printed = lines([("F", "present")], F=[evidence("F", quote="<b>better</b> [bent](http://x.example) over")])
    assert "“&lt;b&gt;better&lt;/b&gt; \\[bent\\]\\(http: / /x. example) over”" in printed[0]
