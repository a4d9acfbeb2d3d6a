"""YAML within limits, and the line a problem is on."""

import pytest

from service.knowledge.yaml_files import MOST_BYTES, MOST_LEVELS, MOST_VALUES, Unreadable, line_of, read_yaml

FILE = b"""id: zorp
when:
  all:
    - finding: A
    - {finding: Q9, kind: [gauge]}
"""


def test_a_file_of_the_largest_size_is_read():
    assert read_yaml(b"a: 1\n" + b"#" * (MOST_BYTES - 5)) == {"a": 1}
    with pytest.raises(Unreadable, match="is larger than"):
        read_yaml(b"a: 1\n" + b"#" * (MOST_BYTES - 4))


def test_the_deepest_nesting_is_read():
    assert read_yaml(b"[" * MOST_LEVELS + b"]" * MOST_LEVELS)
    with pytest.raises(Unreadable, match="is nested more than 40 levels deep"):
        read_yaml(b"[" * (MOST_LEVELS + 1) + b"]" * (MOST_LEVELS + 1))


def test_the_most_values_are_read_whether_written_or_repeated():
    assert read_yaml(b"[" + b"1," * (MOST_VALUES - 1) + b"]")
    with pytest.raises(Unreadable, match="stands for more than"):
        read_yaml(b"[" + b"1," * MOST_VALUES + b"]")
    with pytest.raises(Unreadable, match="stands for more than"):
        read_yaml(b"- &a [" + b"1," * 1000 + b"]\n" + b"- *a\n" * 100)


@pytest.mark.parametrize("shape", [b"[", b"{a: ", b"- ", b"? "])
def test_nesting_of_any_kind_is_refused_before_anything_is_built(shape):
    with pytest.raises(Unreadable, match="is nested more than 40 levels deep"):
        read_yaml(shape * 100_000)


def test_an_alias_may_be_used_where_it_stays_small():
    assert read_yaml(b"a: &a [1, 2]\nb: *a\n") == {"a": [1, 2], "b": [1, 2]}


def test_what_cannot_be_read_says_its_line():
    with pytest.raises(Unreadable) as refused:
        read_yaml(b"id: zorp\ntitle: zorp: gauge\n")
    assert (refused.value.key, refused.value.line) == ("line 2, column 12", 2)
    assert refused.value.remedy == "put a text that holds a colon and a space in quotes"


@pytest.mark.parametrize(
    ("key", "problem", "line"),
    [
        ("id", "", 1),
        ("when.all[1].kind", "", 5),
        ("when.all[1].kind[0]", "", 5),
        ("when", "'Q9' is no finding", 5),
        ("finding", "'Q9' is no finding", 5),
        ("when: gauge", "", 5),
        ("title", "the key is missing", 0),
        ("when.all[7]", "", 3),
        ("sources", "no source is called 'quill'", 0),
    ],
)
def test_the_line_of_a_problem_is_found_by_its_key_and_the_names_it_quotes(key, problem, line):
    assert line_of(FILE, key, problem) == line


def test_an_empty_file_has_no_lines():
    assert line_of(b"", "id") == 0
