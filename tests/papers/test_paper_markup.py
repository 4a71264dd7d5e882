"""Data never becomes markup, and nothing that a paper cannot show gets into it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.papers.markup import clean, element, part, text


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("", ""),
        ("a\x00\x08\x0b\x0c\x0e\x1f\x7f\x84\x86\x9fb", "ab"),
        ("a\ud800\udfffb", "ab"),
        ("a\u202a\u202e\u2066\u2069b", "ab"),
        ("a\ufffe\uffffb", "ab"),
        ("a\tb", "a b"),
        ("a\r\nb\rc\nd\u0085e\u2028f\u2029g", "a\nb\nc\nd\ne\nf\ng"),
        ("𠮷\u200d\u180b　é", "𠮷\u200d\u180b　é"),
    ],
)
def test_clean(given_text: str, kept: str) -> None:
    assert clean(given_text) == kept


@given(st.text(st.characters()))
def test_any_text_survives_as_it_was_cleaned(value: str) -> None:
    root = ElementTree.fromstring(part("t", text(value)).encode())
    assert (root.text or "", len(root)) == (clean(value), 0)


def test_elements() -> None:
    assert element("b") == "<w:b/>"
    assert (
        element("font", element("b"), name='a"<&b', val=1)
        == '<w:font w:name=\'a"&lt;&amp;b\' w:val="1"><w:b/></w:font>'
    )
