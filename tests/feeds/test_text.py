from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.feeds.text import clean_line, clean_text, escape, fold


@pytest.mark.parametrize(
    ("given_text", "text", "line"),
    [
        ("a\r\nb\rc\nd\x85e\u2028f\u2029g", "a\nb\nc\nd\ne\nf\ng", "a b c d e f g"),
        (
            "nul\x00 bell\x07 del\x7f csi\x9b vt\x0b fs\x1c",
            "nul bell del csi vt fs",
            "nul bell del csi vt fs",
        ),
        ("\ufeff标题\ud83d \udc00尾", "标题 尾", "标题 尾"),
        ("一\t二   三", "一 二   三", "一 二 三"),
        ("　　首行缩进　", "　　首行缩进　", "　　首行缩进　"),
        ("\n 空 \n", "空", "空"),
        ("👩🏽‍🏫 e\u0301", "👩🏽‍🏫 e\u0301", "👩🏽‍🏫 e\u0301"),
        ("\x00\ud800", "", ""),
    ],
)
def test_text_is_cleaned(given_text: str, text: str, line: str) -> None:
    assert (clean_text(given_text), clean_line(given_text)) == (text, line)


def test_text_is_escaped_as_the_standard_says() -> None:
    assert escape('a\\N;b,c\nd:"e"') == 'a\\\\N\\;b\\,c\\nd:"e"'


def test_lines_are_folded_at_75_octets_between_characters() -> None:
    assert fold("X:" + "a" * 73) == b"X:" + b"a" * 73 + b"\r\n"
    assert fold("X:" + "a" * 74) == b"X:" + b"a" * 73 + b"\r\n a\r\n"
    assert fold("X:" + "同" * 25) == ("X:" + "同" * 24 + "\r\n 同\r\n").encode()
    assert fold("X:" + "🏺" * 19) == ("X:" + "🏺" * 18 + "\r\n 🏺\r\n").encode()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_folding_loses_nothing(text: str) -> None:
    data = fold(text)
    assert data.endswith(b"\r\n")
    assert data[:-2].replace(b"\r\n ", b"").decode() == text
    assert all(len(line.decode().encode()) <= 75 for line in data.split(b"\r\n"))
