"""What each field takes and refuses. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.fields import Bad, Choice, Choices, Cleaner, Day, Field, Reference, Whole, clean_fields
from scheduler.domain.text_fields import Email, MeetingNumber, Phone, Text, Url, Zone, is_printable
from scheduler.errors import Invalid, Problem

NAME = {"name": "x", "label": "某项"}
TEXT = Text(**NAME)
LINES = Text(**NAME, longest=2000, multiline=True)
WRONG_TYPES = [0, 1, 1.5, True, [], ["a"], {}, {"a": 1}, b"bytes", object()]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


def refusal(field: Field, raw: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Bad) as caught:
        field.clean(raw)
    return caught.value.code, caught.value.facts


EMPTY = [None, "", "   ", "\n\t ", "\u3000"]


@pytest.mark.parametrize("raw", EMPTY)
@pytest.mark.parametrize(
    ("field", "empty"),
    [
        (TEXT, ""),
        (Email(**NAME), ""),
        (Whole(**NAME), None),
        (Day(**NAME), None),
        (Choice(**NAME, options=Colour), None),
        (Choices(**NAME, options=Colour), ()),
        (Reference(**NAME, table="room"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_given_is_empty_or_required(field: Field, empty: object, raw: object) -> None:
    assert field.clean(raw) == empty
    required = type(field)(**{**vars(field), "required": True})
    assert refusal(required, raw) == ("field.required", {})


# --- text ------------------------------------------------------------------------------------------


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


# --- texts of a form -------------------------------------------------------------------------------


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


# --- numbers, choices, dates -----------------------------------------------------------------------

WHOLE = Whole(**NAME, least=-5, most=200)


@pytest.mark.parametrize(
    ("raw", "value"),
    [(0, 0), (-5, -5), (200, 200), ("200", 200), (" 7 ", 7), ("+7", 7), ("-5", -5), ("007", 7)],
)
def test_whole_numbers(raw: object, value: int) -> None:
    assert WHOLE.clean(raw) == value


@pytest.mark.parametrize(
    "raw",
    [True, False, 1.0, 1.5, float("nan"), "1.5", "1e3", "0x1", "七", "1 000", "--1", "9" * 13, [1], {}, b"1"],
    ids=repr,
)
def test_what_is_not_a_whole_number(raw: object) -> None:
    assert refusal(WHOLE, raw) == ("field.not_whole", {})


@pytest.mark.parametrize("raw", [-6, 201, "201", 10**30])
def test_numbers_out_of_bounds(raw: object) -> None:
    assert refusal(WHOLE, raw) == ("field.out_of_range", {"least": -5, "most": 200})


@pytest.mark.parametrize(
    "raw", [0, -1, "0", "abc", 2**62 + 1, 10**40, 1.0, True, [1], "1; DROP TABLE hold"], ids=repr
)
def test_what_is_no_reference_is_unknown(raw: object) -> None:
    assert refusal(Reference(**NAME, table="room"), raw) == ("reference.unknown", {})


@pytest.mark.parametrize(
    "raw", ["RED", "red ", "紫", "\ud800", 0, True, 1.5, [], ["red"], {}, {"a": 1}, b"red"], ids=repr
)
def test_what_is_not_an_option(raw: object) -> None:
    assert refusal(Choice(**NAME, options=Colour), raw) == ("field.not_an_option", {})


def test_an_option_by_value_or_member() -> None:
    field = Choice(**NAME, options=Colour)
    assert [field.clean("red"), field.clean(Colour.BLUE)] == [Colour.RED, Colour.BLUE]


@pytest.mark.parametrize("raw", ["green,red,red", ["green", "red"], ("green", "", "red")])
def test_choices_stand_once_and_in_order(raw: object) -> None:
    assert Choices(**NAME, options=Colour).clean(raw) == (Colour.RED, Colour.GREEN)


@pytest.mark.parametrize("raw", ["red,purple", ["purple"], [None], [["red"]], 5, {"red": 1}, True], ids=repr)
def test_wrong_choices(raw: object) -> None:
    assert refusal(Choices(**NAME, options=Colour), raw) == ("field.not_an_option", {})


@pytest.mark.parametrize("raw", ["2000-01-01", "2100-12-31", "2024-02-29", " 2018-12-06 "])
def test_dates(raw: str) -> None:
    assert Day(**NAME).clean(raw) == date.fromisoformat(raw.strip())


@pytest.mark.parametrize(
    "raw",
    [
        "2018-13-01",
        "2018-02-30",
        "2023-02-29",
        "2018-12-6",
        "20181206",
        "06/12/2018",
        "明天",
        "2018-12-06T10:00",
        "0000-01-01",
        "2018-00-10",
        20181206,
        True,
        [],
        {},
        "\ud800",
    ],
    ids=repr,
)
def test_what_is_no_date(raw: object) -> None:
    assert refusal(Day(**NAME), raw) == ("field.not_a_date", {})


@pytest.mark.parametrize("raw", ["1999-12-31", "2101-01-01", "0001-01-01", "9999-12-31"])
def test_dates_outside_the_century(raw: str) -> None:
    assert refusal(Day(**NAME), raw) == ("field.year_out_of_range", {"first": 2000, "last": 2100})


# --- several fields --------------------------------------------------------------------------------

FIELDS = (
    Text(name="title", label="课题", required=True),
    Whole(name="minutes", label="分钟", least=1, most=9),
)


def test_every_problem_is_told_at_its_path() -> None:
    with pytest.raises(Invalid) as caught:
        clean_fields(FIELDS, {"minutes": "99", "tilte": "x", "a": 1}, strict=True)
    assert list(caught.value.problems) == [
        Problem("title", "field.required", {}),
        Problem("minutes", "field.out_of_range", {"least": 1, "most": 9}),
        Problem("a", "field.unknown", {}),
        Problem("tilte", "field.unknown", {}),
    ]


def test_rows_keep_the_indexes_of_the_input() -> None:
    raw = {"rows": [{"title": "一"}, "不是", {"title": "", "minutes": "x"}, {"title": "四", "more": 1}]}
    cleaner = Cleaner(raw, "site.")
    rows = cleaner.rows("rows", FIELDS, most=10)
    assert [row["title"] for row in rows] == ["一", "", "", "四"]
    assert [(p.field, p.code) for p in cleaner.problems] == [
        ("site.rows.1", "field.not_an_object"),
        ("site.rows.2.title", "field.required"),
        ("site.rows.2.minutes", "field.not_whole"),
        ("site.rows.3.more", "field.unknown"),
    ]


@pytest.mark.parametrize("raw", [0, False, 5, True, "x", {}, {"0": {}}], ids=repr)
def test_what_is_no_list(raw: object) -> None:
    cleaner = Cleaner({"rows": raw})
    assert cleaner.rows("rows", FIELDS, most=10) == []
    assert cleaner.problems == [Problem("rows", "field.not_a_list")]


@pytest.mark.parametrize("raw", [None, "", [], ()])
def test_no_rows(raw: object) -> None:
    cleaner = Cleaner({"rows": raw})
    assert (cleaner.rows("rows", FIELDS, most=10), cleaner.problems) == ([], [])


def test_too_many_rows() -> None:
    cleaner = Cleaner({"rows": [{}] * 11})
    assert cleaner.rows("rows", FIELDS, most=10) == []
    assert cleaner.problems == [Problem("rows", "field.too_many", {"most": 10})]
