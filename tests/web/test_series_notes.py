"""What is to be told of many days of a series stands once above them; what concerns few stays with them."""

from __future__ import annotations

import re
from html import unescape

from tests.web.calendar_facts import add_bells
from tests.web.test_series import days_in, fields_in, series_form


def told(page: str) -> tuple[list[str], list[str]]:
    """What is told above the days, and with them."""
    above, _mark, below = page.partition('<ol class="series-days">')
    lines = r'<p class="told">.*?<span>(.*?)</span></p>'
    return tuple([unescape(one) for one in re.findall(lines, part, re.S)] for part in (above, below))


def test_a_year_that_is_not_published_is_told_once(coordinator, world, database):
    add_bells(database, world)
    rule = {"first_day": "2031-01-01", "count": "5"}
    above, below = told(coordinator.post("/series/new", data=series_form(world, **rule)).text)
    assert [one for one in above if "节假日" in one] == [
        "2031 年节假日安排未发布，2031年1月2日 周四–2031年1月30日 周四（共 5 天） 是否放假还不知道。"
    ]
    assert [one for one in below if "节假日" in one] == []


def test_what_concerns_two_days_is_told_with_them(coordinator, world, database):
    add_bells(database, world)
    rule = {"first_day": "2031-01-01", "count": "2"}
    above, below = told(coordinator.post("/series/new", data=series_form(world, **rule)).text)
    assert [one for one in above if "节假日" in one] == []
    assert [one for one in below if "节假日" in one] == [
        "2031 年节假日安排未发布，1月2日 周四 是否放假还不知道。",
        "2031 年节假日安排未发布，1月9日 周四 是否放假还不知道。",
    ]


def test_each_school_is_told_of_by_itself(coordinator, world, database):
    """Bells of one school only: the other two are told of, each once."""
    add_bells(database, world)
    page = coordinator.post("/series/new", data=series_form(world, count="6")).text
    above, _below = told(page)
    assert len([one for one in above if "没有作息时间表" in one]) == 2
    assert len(set(above)) == len(above)


def test_two_hundred_days_are_a_page_of_bounded_size_and_can_be_sent_back(coordinator, world):
    rule = {"first_day": "2031-01-01", "count": "200", "weekdays": ["1", "2", "3", "4", "5"]}
    answer = coordinator.post("/series/new", data=series_form(world, **rule))
    assert len(days_in(answer.text)) == 200
    assert len(answer.get_data()) < 400_000
    checked = coordinator.post("/series/book", data={**fields_in(answer.text), "check": "1"})
    assert (checked.status_code, len(days_in(checked.text))) == (200, 200)
