"""Names that English pages can read though they are kept in Chinese."""

from __future__ import annotations

import pytest

from scheduler.domain.published_holidays import announced_days
from scheduler.errors import Objection
from scheduler.wording import explain
from scheduler.wording.names import HOLIDAYS, holiday_kept, holiday_name, period_name


def test_every_holiday_of_the_last_years_has_its_english() -> None:
    told = {name for year in range(2018, 2027) for _day, _kind, name in announced_days(year)}
    assert told == set(HOLIDAYS)
    assert {name: holiday_name(name, "en") for name in HOLIDAYS} == {
        "元旦": "New Year’s Day",
        "春节": "Spring Festival",
        "清明节": "Qingming Festival",
        "劳动节": "Labour Day",
        "端午节": "Dragon Boat Festival",
        "中秋节": "Mid-Autumn Festival",
        "国庆节": "National Day",
    }
    assert {holiday_name(name, "zh") for name in HOLIDAYS} == set(HOLIDAYS)


@pytest.mark.parametrize("typed", ["校庆", "春节（示例）", "sum", ""])
def test_what_somebody_typed_stays(typed: str) -> None:
    assert holiday_name(typed, "en") == typed
    assert period_name(typed, "en") == typed


def test_a_holiday_is_kept_by_one_name_whoever_types_it() -> None:
    assert [holiday_kept(holiday_name(name, language)) for name in HOLIDAYS for language in ("zh", "en")] == [
        name for name in HOLIDAYS for _language in ("zh", "en")
    ]
    typed = ("new year's day", "NATIONAL DAY", "National Days", "校庆", "")
    assert [holiday_kept(words) for words in typed] == ["元旦", "国庆节", "National Days", "校庆", ""]


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("第3节", "Period 3"),
        ("第 3 节", "Period 3"),
        ("第一节", "Period 1"),
        ("第十二节", "Period 12"),
        ("第3节 10:00–10:40", "Period 3 10:00–10:40"),
        ("第3节–第4节", "Period 3–Period 4"),
        ("第3节晚自习", "第3节晚自习"),
        ("大课间", "大课间"),
        ("第0123节", "第0123节"),
    ],
)
def test_periods_are_read_by_their_number(words: str, english: str) -> None:
    assert period_name(words, "en") == english
    assert period_name(words, "zh") == words


def test_sentences_name_them_too() -> None:
    facts = {"name": "X", "day": "D", "holiday": "国庆节"}
    off = Objection("holiday.off", "organisation", 1, facts)
    busy = Objection("bell.in_lesson", "organisation", 1, {**facts, "lessons": ["第3节 10:00–10:40"]})
    assert "National Day" in explain(off, "en")
    assert "国庆节" in explain(off, "zh")
    assert "(Period 3 10:00–10:40)" in explain(busy, "en")
    assert "（第3节 10:00–10:40）" in explain(busy, "zh")
