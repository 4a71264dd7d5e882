"""What each field of text takes and refuses. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.fields import Bad, Field
from scheduler.domain.text_fields import Email, MeetingNumber, Phone, Text, Url, Zone, is_printable
from tests.domain.refused import NAME, refusal

TEXT = Text(**NAME)
LINES = Text(**NAME, longest=2000, multiline=True)
WRONG_TYPES = [0, 1, 1.5, True, [], ["a"], {}, {"a": 1}, b"bytes", object()]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("  走进大葆台西汉墓 ", "走进大葆台西汉墓"),
        ("a\u3000", "a"),
        ("😀 é \u200d", "😀 é \u200d"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=1+1", "=1+1"),
        ("%(x)s", "%(x)s"),
        ("x" * 120, "x" * 120),
    ],
)
def test_text_is_kept_as_typed(raw: str, value: str) -> None:
    assert TEXT.clean(raw) == value


def test_line_ends_become_one_kind() -> None:
    assert LINES.clean("一\r\n二\r三\n四\t五") == "一\n二\n三\n四\t五"


@pytest.mark.parametrize("length", [121, 10_000, 1_000_000])
def test_long_titles_are_told_how_long(length: int) -> None:
    assert refusal(TEXT, "x" * length) == ("field.too_long", {"longest": 120, "length": length})


CONTROL = [
    "\x00",
    "\x01",
    "\x08",
    "\x0b",
    "\x0c",
    "\x1b",
    "\x1f",
    "\x7f",
    "\x80",
    "\x85",
    "\x9f",
    "\ufffe",
    "\uffff",
]
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff", "\udcff"]


@pytest.mark.parametrize("character", CONTROL + SURROGATES, ids=lambda c: f"{ord(c):04x}")
def test_what_cannot_be_shown_is_refused(character: str) -> None:
    raw = f"前{character}后"
    assert refusal(TEXT, raw) == ("field.control_characters", {})
    assert refusal(LINES, raw) == ("field.control_characters", {})
    assert not is_printable(raw)


@pytest.mark.parametrize("character", ["\n", "\t", "\r"])
def test_a_single_line_has_no_line_ends(character: str) -> None:
    assert refusal(TEXT, f"前{character}后") == ("field.control_characters", {})


@given(st.text(max_size=120))
def test_whatever_text_passes_can_be_stored(raw: str) -> None:
    try:
        value = LINES.clean(raw)
    except Bad:
        return
    assert value.encode().decode() == value
    assert "\x00" not in value
    assert LINES.clean(value) == value


@pytest.mark.parametrize(
    "number",
    [
        "110101199003074514",
        "11010119900307451X",
        "11010119900307451x",
        "152223201012310019",
        "１１０１０１１９９００３０７４５１Ｘ",
    ],
)
def test_identity_numbers_are_refused(number: str) -> None:
    for raw in (number, f"身份证{number}。", f"张某 {number} 到场"):
        assert refusal(TEXT, raw) == ("field.identity_number", {})


@pytest.mark.parametrize(
    "raw",
    ["1101011990030745141", "110101199013074514", "110101179003074514", "012 345 678", "20181206100012345"],
)
def test_other_long_numbers_are_no_identity_numbers(raw: str) -> None:
    assert TEXT.clean(raw) == raw


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "１３８００１３８０００",
    ],
)
def test_mobile_numbers_are_refused_in_free_text(number: str) -> None:
    for raw in (number, f"联系电话：{number}（王）"):
        assert refusal(TEXT, raw) == ("field.phone_number", {})


@pytest.mark.parametrize(
    "raw", ["12345678901", "138001380001", "2018年12月6日", "010-12345678", "1380013800"]
)
def test_other_numbers_are_no_mobile_numbers(raw: str) -> None:
    assert TEXT.clean(raw) == raw


def test_a_text_that_is_not_free_may_be_a_number() -> None:
    assert Text(**NAME, free=False).clean("13800138000") == "13800138000"


@pytest.mark.parametrize("raw", WRONG_TYPES, ids=lambda raw: f"{type(raw).__name__} {raw!r}"[:20])
@pytest.mark.parametrize("kind", [Text, Email, Url, MeetingNumber, Phone, Zone])
def test_other_types_are_no_text(kind: type[Field], raw: object) -> None:
    assert refusal(kind(**NAME), raw) == ("field.not_text", {})


@pytest.mark.parametrize(
    ("kind", "good", "value"),
    [
        (Email, " Wang@Example.ORG ", "wang@example.org"),
        (Url, "https://meeting.example/012?pwd=a%20b", "https://meeting.example/012?pwd=a%20b"),
        (Url, "http://会议.example/", "http://会议.example/"),
        (MeetingNumber, "012 345-678", "012 345-678"),
        (Phone, "+86 138-0013-8000", "+86 138-0013-8000"),
        (Phone, "010-12345678", "010-12345678"),
        (Zone, "Asia/Shanghai", "Asia/Shanghai"),
        (Zone, "UTC", "UTC"),
    ],
)
def test_well_formed_texts(kind: type[Field], good: str, value: str) -> None:
    assert kind(**NAME).clean(good) == value


@pytest.mark.parametrize(
    ("kind", "code", "bad"),
    [
        *[
            (Email, "field.email", raw)
            for raw in ("wang", "wang@", "@example.org", "a@b", "a b@example.org", "a@@b.cn")
        ],
        *[
            (Url, "field.url", raw)
            for raw in (
                "meeting.example",
                "javascript:alert(1)",
                "data:text/html,x",
                "ftp://a.example/",
                "https://",
                "https:///path",
                "https://[::1",
                "https://a.example/a b",
                "//a.example",
            )
        ],
        *[(MeetingNumber, "field.meeting_number", raw) for raw in ("-1", "123;456", "一二三", "<b>")],
        *[(Phone, "field.phone", raw) for raw in ("110", "电话", "138 0013 800O", "++86138")],
        *[
            (Zone, "field.zone", raw)
            for raw in (
                "Asia",
                "Asia/Nowhere",
                "../etc/passwd",
                "/etc/passwd",
                "亚洲/上海",
                "Asia/Shanghai/",
                "CST+8",
            )
        ],
    ],
)
def test_malformed_texts(kind: type[Field], code: str, bad: str) -> None:
    assert refusal(kind(**NAME), bad) == (code, {})
