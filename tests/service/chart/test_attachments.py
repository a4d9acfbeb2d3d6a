"""Attachments: base64, charsets, markup, and what cannot be read."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from service.chart import attachments, entry
from service.chart.attachments import attachment_passages
from service.chart.entry import Entry


def encoded(text: str | bytes, codec: str = "utf-8") -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode(codec)).decode()


def read(*held: dict[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    source = Entry("documents", "DocumentReference", {"id": "1"})
    passages = attachment_passages(source, [(f"content[{i}].attachment", item) for i, item in enumerate(held)])
    return [(p.path, p.text) for p in passages], [f"{gap.code}: {gap.detail}" for gap in source.gaps]


def text_of(content_type: str, data: str) -> str:
    (passage,), gaps = read({"contentType": content_type, "data": data})
    assert gaps == []
    assert passage[0] == "content[0].attachment.data"
    return passage[1]


def test_plain_text_and_markup_are_read():
    assert text_of("text/plain", encoded("Leg pain, 5 µg")) == "Leg pain, 5 µg"
    assert text_of("text/html", encoded("<p>Leg pain</p><p>eases</p>")) == "Leg pain\neases"
    assert text_of("application/xhtml+xml; charset=UTF-8", encoded("<p>Leg&nbsp;pain</p>")) == "Leg pain"
    assert text_of("TEXT/PLAIN", encoded("Leg pain\r\neases\x00")) == "Leg pain\neases "


def test_base64_is_read_with_the_liberties_people_take():
    data = encoded("Leg pain??>>")
    lines = "\n".join(data[i : i + 6] for i in range(0, len(data), 6))
    for spelling in (lines, data.rstrip("="), data.replace("+", "-").replace("/", "_")):
        assert text_of("text/plain", spelling) == "Leg pain??>>"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("; charset=utf-8", "utf-8"),
        ("; charset=ISO-8859-1", "cp1252"),
        ('; charset="windows-1252"', "cp1252"),
        ("; charset=utf-16", "utf-16"),
        ("; format=flowed; charset=us-ascii", "utf-8"),
        ("", "cp1252"),
        ("; charset=utf-8", "cp1252"),
        ("; charset=rot13", "utf-8"),
        ("; charset=", "utf-8"),
    ],
)
def test_text_is_decoded_as_declared_or_as_it_must_have_been_meant(declared, codec):
    assert (
        text_of("text/plain" + declared, encoded("Stenosis “severe” – 5 µm here", codec))
        == "Stenosis “severe” – 5 µm here"
    )


@pytest.mark.parametrize(
    "content_type", ["application/pdf", "text/rtf", "application/rtf", "image/jpeg", "application/xml"]
)
def test_what_is_no_text_is_a_gap_that_names_its_type(content_type):
    passages, gaps = read({"contentType": content_type, "data": encoded("x")})
    assert passages == []
    assert gaps == [f"unreadable: content[0].attachment is an attachment of type {content_type}; only text is read"]


def test_a_type_that_is_none_is_not_repeated():
    for content_type in ("", "leg pain/walking today", "x" * 500):
        _, gaps = read({"contentType": content_type, "data": encoded("x")})
        assert gaps == ["unreadable: content[0].attachment is an attachment of unstated type; only text is read"]


def test_a_link_is_a_gap_and_is_never_followed():
    _, gaps = read({"contentType": "text/plain", "url": "https://ehr.example/Binary/1"})
    assert gaps == ["unreadable: content[0].attachment is a link; only text inside the resource is read"]


def test_another_format_of_text_that_was_read_is_no_gap():
    pdf = {"contentType": "application/pdf", "url": "Binary/1"}
    html = {"contentType": "text/html", "data": encoded("<p>Leg pain\n eases</p>")}
    plain = {"contentType": "text/plain", "data": encoded("Leg  pain eases")}
    assert read(pdf, html, plain) == ([("content[1].attachment.data", "Leg pain eases")], [])


def test_broken_data_is_a_gap():
    for broken in ("%%%%", "abcde", "Ünïcode", "a\ud800bc"):
        passages, gaps = read({"contentType": "text/plain", "data": broken})
        assert passages == []
        assert gaps == ["unreadable: content[0].attachment.data is not base64"]
    assert read({"contentType": "text/plain", "data": 5})[1] == ["unreadable: content[0].attachment.data is not text"]


def test_an_empty_attachment_is_neither_text_nor_gap():
    assert read({"contentType": "text/plain", "data": ""}) == ([], [])


def test_a_long_text_is_read_as_far_as_the_limit_with_a_gap(monkeypatch):
    monkeypatch.setattr(attachments, "MAX_CHARACTERS", 9)
    passages, gaps = read({"contentType": "text/plain", "data": encoded("12345678µ and more")})
    assert passages == [("content[0].attachment.data", "12345678\ufffd")]
    assert gaps == ["cut-short: content[0].attachment.data: only the first 9 bytes were read"]
    monkeypatch.setattr(entry, "MAX_CHARACTERS", 9)
    source = Entry("k", "Observation", {"valueString": "leg pain on walking"})
    assert source.text(source.body, "valueString") == "leg pain "
    assert [gap.code for gap in source.gaps] == ["cut-short"]
