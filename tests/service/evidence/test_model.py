"""Findings and evidence as values and as JSON."""

from datetime import date

from service.evidence.model import Evidence, Findings, Found, Mark


def piece(status: str = "present", **given) -> Evidence:
    return Evidence("Condition/1", "code", "Zorp", status, "named in the text", **given)


def test_evidence_is_printed_with_what_it_has():
    assert piece().to_json() == {
        "ref": "Condition/1",
        "path": "code",
        "quote": "Zorp",
        "status": "present",
        "reason": "named in the text",
    }


def test_evidence_is_printed_with_its_date_kind_side_value_and_marks():
    one = piece(
        when=date(2026, 10, 20), kind="mild", side="left", value="0.72", marks=(Mark("target", "zorp", "Zorp", 0, 4),)
    )
    assert list(one.to_json().items())[5:] == [
        ("date", "2026-10-20"),
        ("kind", "mild"),
        ("side", "left"),
        ("value", "0.72"),
        ("marks", [{"role": "target", "concept": "zorp", "phrase": "Zorp", "start": 0, "end": 4}]),
    ]


def test_supporting_evidence_is_what_has_the_status_of_the_finding():
    present, absent = piece(), piece("absent")
    assert Found("Z", "finding", "present", (present, absent)).supporting() == (present,)
    assert Found("Z", "finding", "absent", (absent,)).supporting() == (absent,)


def test_only_a_present_finding_is_present():
    assert [Found("Z", "f", s).present for s in ("present", "absent", "possible", "not-documented")] == [
        True,
        False,
        False,
        False,
    ]


def test_findings_are_reached_by_their_letter_and_walked_in_order():
    findings = Findings({"B": Found("B", "b", "present"), "A": Found("A", "a", "absent")})
    assert findings["A"].id == "a"
    assert [found.atom for found in findings] == ["B", "A"]
