"""A series that begins as a booking: its page repeats one that there is, its form what was typed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from scheduler import clock
from tests.web.booking_forms import book_lesson, lesson_form
from tests.web.test_bookings import errors_of, titles, values_in
from tests.web.test_series import book_series, bookings_of, days_in


def weekdays_in(page: str) -> list[str]:
    """Those that are ticked."""
    boxes = re.findall(r'<input [^>]*name="weekdays"[^>]*>', page)
    return [re.search(r'value="(.)"', box)[1] for box in boxes if "checked" in box]


def test_segments_of_a_new_series_have_no_minutes_that_a_period_could_not_hold(coordinator):
    values = values_in(coordinator.get("/series/new").text)
    assert {values[f"segments-{index}-minutes"] for index in range(5)} == {""}


@pytest.mark.parametrize(
    ("today", "first_day"),
    [("2018-12-03", "2018-12-13"), ("2018-12-06", "2018-12-13"), ("2018-12-28", "2019-01-03")],
)
def test_a_booking_is_repeated_from_the_next_week_on(coordinator, world, today, first_day):
    url = f"/series/new?like={book_lesson(coordinator, world)}"
    assert f'href="{url}"' in coordinator.get(url.replace("/series/new?like=", "/bookings/")).text
    with clock.frozen(datetime.fromisoformat(today).replace(tzinfo=UTC)):
        page = coordinator.get(url).text
        values = values_in(page)
        told = coordinator.post("/series/new", data={**values, "weekdays": weekdays_in(page), "count": "2"})
    assert (values["first_day"], weekdays_in(page)) == (first_day, ["4"])
    assert (values["title"], values["starts"], values["segments-0-minutes"]) == (
        "走进大葆台西汉墓",
        "10:00",
        "20",
    )
    assert [outlook for _day, outlook in days_in(told.text)] == ["fine", "fine"]


def test_it_says_that_the_booking_is_there(coordinator, world):
    public_id = book_lesson(coordinator, world)
    said = "活动的内容都带过来了"
    assert said in coordinator.get(f"/series/new?like={public_id}").text
    assert said not in coordinator.get("/series/new").text
    assert coordinator.get("/series/new?like=none").status_code == 404


def test_one_of_a_series_is_not_repeated(coordinator, world, database):
    one = bookings_of(database, book_series(coordinator, world, count="2"))[0][0]
    assert "每周重复" not in coordinator.get(f"/bookings/{one}").text


def test_what_was_typed_into_the_form_of_a_booking_goes_into_that_of_a_series(coordinator, world, database):
    assert 'name="repeat" value="1"' in coordinator.get("/bookings/new").text
    typed = {**lesson_form(world, title="每周一课"), "repeat": "1"}
    page = coordinator.post("/series/new", data=typed)
    values = values_in(page.text)
    assert (page.status_code, errors_of(page.text)) == (200, {})
    assert (values["title"], values["starts"], values["first_day"]) == ("每周一课", "10:00", "2018-12-06")
    assert values["receiving-0-class_id"] == str(world.id("class 1"))
    assert weekdays_in(page.text) == ["4"]
    assert titles(database) == []


@pytest.mark.parametrize("day", ["", "2018-13-40", "9999-12-31", "morgen"])
def test_a_day_that_is_none_is_left_out(coordinator, world, day):
    page = coordinator.post("/series/new", data={**lesson_form(world), "date": day, "repeat": "1"})
    assert (page.status_code, values_in(page.text)["first_day"], weekdays_in(page.text)) == (200, "", [])
