import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks import InvalidRequest, MalformedJSON, PayloadTooLarge
from cds_hooks.strict_json import (
    MAX_COMMAS,
    MAX_CONTAINERS,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_MEMBERS,
    Members,
    decode,
    nesting,
    read_object,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_nesting_is_counted_as_a_parser_would_count_it(value, ascii_only, indent):
    assert nesting(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == depth_of(value)


@pytest.mark.parametrize("text", [r'"[[[["', r'"\"[[\\"', r'"{[" ', r'"\\\\\"[{"'])
def test_brackets_inside_strings_are_not_nesting(text):
    assert nesting(text.encode()) == 0


@given(st.dictionaries(st.text(), VALUES, max_size=6), st.sampled_from([None, 0, 3]))
def test_every_object_of_plain_json_is_read_member_for_member(value, indent):
    members = read_object(json.dumps(value, indent=indent).encode())
    assert {name: decode(raw, name) for name, raw in members.raw.items()} == value


@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=5), st.data())
def test_a_name_given_twice_is_always_noticed(value, data):
    members = [*value.items()]
    twice = data.draw(st.sampled_from(members))
    again = (twice[0], data.draw(st.just(twice[1]) | VALUES))
    members.insert(data.draw(st.integers(0, len(members))), again)
    text = "{" + ", ".join(f"{json.dumps(name)} : {json.dumps(member)}" for name, member in members) + "}"
    with pytest.raises(MalformedJSON, match="more than once"):
        read_object(text.encode())


def test_a_name_written_with_escapes_is_the_same_name():
    with pytest.raises(MalformedJSON) as caught:
        read_object(rb'{"hook": 1, "\u0068ook": 2}')
    assert caught.value.expression == ("hook",)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1}}',
        b'{"a":1,}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":01}',
        b"{'a':1}",
        b'{"a":1} // why',
        b'{"a":"\x00"}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"\xfe":1}',
        rb'{"a":"\ud800"}',
        rb'{"a":"\udc00 and more text"}',
        rb'{"a":{"b":["\ud83d and more text"]}}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
        b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    ],
    ids=range(21),
)
def test_what_two_readers_could_read_differently_is_refused(text):
    with pytest.raises(MalformedJSON):
        read_object(text)


def test_as_deep_as_the_limit_is_still_read():
    inner = MAX_DEPTH - 1
    assert read_object(b'{"a":' + b"[" * inner + b"]" * inner + b"}").given("a")


@pytest.mark.parametrize(
    ("tiny", "most", "named"), [(b"{}", MAX_CONTAINERS - 2, "objects and arrays"), (b"1", MAX_COMMAS + 1, "commas")]
)
def test_a_flood_of_tiny_values_is_refused_before_it_is_parsed(tiny, most, named):
    def of(count):
        return b'{"a":[' + b",".join([tiny] * count) + b"]}"

    assert read_object(of(most)).given("a")
    with pytest.raises(PayloadTooLarge, match=f"more than [0-9]+ {named}"):
        read_object(of(most + 1))


def test_members_and_elements_that_are_met_one_by_one_are_counted():
    def wide(count):
        return json.dumps({"a": {str(n): n for n in range(count)}, "b": [""] * count}).encode()

    assert read_object(wide(MAX_MEMBERS)).object("a").given("7")
    assert len(read_object(wide(MAX_ELEMENTS)).array("b")) == MAX_ELEMENTS
    with pytest.raises(InvalidRequest, match="a has more than 1000 members"):
        read_object(wide(MAX_MEMBERS + 1)).object("a")
    with pytest.raises(InvalidRequest, match="b has more than 1000 elements"):
        read_object(wide(MAX_ELEMENTS + 1)).array("b")
    with pytest.raises(InvalidRequest, match="The body has more than 1000 members"):
        read_object(json.dumps(dict.fromkeys(map(str, range(MAX_MEMBERS + 1)))).encode())


@pytest.mark.parametrize("text", [b"[]", b'"a"', b"null", b"1", b"true", b"1e999"])
def test_json_that_is_no_object_is_refused_by_its_kind(text):
    with pytest.raises(InvalidRequest, match="must be a JSON object"):
        read_object(text)


def test_a_wrong_member_is_named_by_its_whole_path():
    members = read_object(b'{"context": {"patientId": 5, "list": [{"id": []}]}}').object("context")
    with pytest.raises(InvalidRequest) as number:
        members.text("patientId")
    with pytest.raises(InvalidRequest) as element:
        members.objects("list")[0].text("id")
    with pytest.raises(InvalidRequest) as absent:
        members.text("userId")
    assert number.value.expression == ("context.patientId",)
    assert element.value.expression == ("context.list[0].id",)
    assert absent.value.expression == ("context.userId",)


def test_a_strange_member_name_is_shown_only_in_part():
    name = "<script>\n" + "x" * 5000
    with pytest.raises(MalformedJSON) as caught:
        read_object(json.dumps({"a": 1})[:-1].encode() + f", {json.dumps(name)}: 1, {json.dumps(name)}: 2}}".encode())
    assert caught.value.expression[0].startswith("?script??xxx")
    assert len(caught.value.expression[0]) == 64


@pytest.mark.parametrize(("text", "number"), [(b"300", 300), (b'"300"', 300), (b"-1", -1)])
def test_whole_numbers_are_also_read_from_strings_of_digits(text, number):
    assert read_object(b'{"n": ' + text + b"}").integer("n") == number


@pytest.mark.parametrize("text", [b"3.5", b"300.0", b"true", b'"x"', b"[]", b"1e999"])
def test_other_values_are_not_taken_for_whole_numbers(text):
    with pytest.raises(InvalidRequest, match="n must be a whole number"):
        read_object(b'{"n": ' + text + b"}").integer("n")


@pytest.mark.parametrize("text", [b"1e999", b"{", b'{"a":\xff}', b'"\xff"', b"[" * 5000, b"NaN"])
def test_a_value_that_cannot_be_read_is_named(text):
    with pytest.raises(MalformedJSON) as caught:
        decode(msgspec.Raw(text), "prefetch.labs")
    assert caught.value.expression == ("prefetch.labs",)


def test_members_can_stand_anywhere_in_a_message():
    assert Members.of(b' {"a" : "b"} ', "feedback[0]").text("a") == "b"
