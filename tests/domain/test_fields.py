"""What each field takes and refuses. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import pytest

from scheduler.domain.fields import Choice, Choices, Cleaner, Day, Field, Reference, Whole, clean_fields
from scheduler.domain.text_fields import Email, Text
from scheduler.errors import Invalid, Problem
from tests.domain.refused import NAME, refusal


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


EMPTY = [None, "", "   ", "\n\t ", "\u3000"]


@pytest.mark.parametrize("raw", EMPTY)
@pytest.mark.parametrize(
    ("field", "empty"),
    [
        (Text(**NAME), ""),
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
