"""Holidays as people paste them."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.domain.holiday_lines import MOST_LINES, read_lines, write_lines
from scheduler.models.holidays import DayKind

SPRING = {"day": "2027-02-06", "kind": "holiday", "name": "春节"}


@pytest.mark.parametrize(
    "line",
    [
        "2027-02-06 放假 春节",
        "  2027-02-06   放假\u3000春节 ",
        "2027-02-06\t放假\t春节",
        "2027-02-06,放假,春节",
        "2027-02-06, 放假 ,春节",
        '"2027-02-06","放假","春节"',
        "2027-02-06，放假，春节",
        "2027/2/6 休 春节",
        "2027年2月6日 休息 春节",
        "2月6日 holiday 春节",
        "2027-2-6 OFF 春节",
        "\ufeff2027-02-06 放假 春节",
    ],
)
def test_ways_to_write_a_day_off(line: str) -> None:
    pasted = read_lines(line, year=2027)
    assert (pasted.rows, pasted.numbers, pasted.bad) == ((SPRING,), (1,), ())


@pytest.mark.parametrize("word", ["调休上班", "上班", "补班", "班", "workday"])
def test_ways_to_write_a_make_up_day(word: str) -> None:
    (row,) = read_lines(f"2027-02-14 {word} 春节", year=2027).rows
    assert row == {"day": "2027-02-14", "kind": "workday", "name": "春节"}


def test_headers_and_empty_lines_are_passed_over_and_keep_their_numbers() -> None:
    text = "日期,类型,名称\r\n\r\n2027-02-06,放假,春节\r\n\r\n2027-02-14,上班,春节\r\n"
    pasted = read_lines(text, year=2027)
    assert (pasted.numbers, pasted.bad) == ((3, 5), ())


@pytest.mark.parametrize(
    "line",
    [
        "春节放假",
        "2027-02-06 放假",
        "2027-02-06 也许 春节",
        "27-02-06 放假 春节",
        "x" * 10_000,
        "2027-02-06,放假,春节,多",
        '"2027-02-06,放假',
        "日期 类型 名称",
        "²027-02-06 放假 春节",
    ],
)
def test_lines_that_cannot_be_read_are_named_by_number(line: str) -> None:
    pasted = read_lines(f"2027-01-01 放假 元旦\n{line}", year=2027)
    assert [(number, problem.code) for number, problem in pasted.bad] == [(2, "holidays.unreadable")]
    assert len(pasted.bad[0][1].facts["text"]) <= 40
    assert len(pasted.rows) == 1


def test_a_name_keeps_its_spaces() -> None:
    (row,) = read_lines("2027-05-01 holiday Labour Day", year=2027).rows
    assert row["name"] == "Labour Day"


def test_more_lines_than_a_year_needs_are_not_read() -> None:
    pasted = read_lines("x\n" * 100_000, year=2027)
    assert len(pasted.bad) == MOST_LINES + 1
    assert pasted.bad[-1][1].code == "field.too_many"


def test_what_is_written_is_read_again() -> None:
    days = [
        (date(2027, 2, 6), DayKind.HOLIDAY, "春节"),
        (date(2027, 2, 14), DayKind.WORKDAY, "春节"),
    ]
    rows = read_lines(write_lines(days), year=2027).rows
    assert [(row["day"], row["kind"], row["name"]) for row in rows] == [
        (day.isoformat(), kind.value, name) for day, kind, name in days
    ]
