"""The slot finder's page: its question stands in the address, and one click fills the booking form."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from scheduler.db import Database
from tests.web.booking_forms import book_lesson
from tests.web.calendar_facts import add_bells, add_hours
from tests.web.conftest import sign_in
from tests.web.test_bookings import values_in
from tests.world import World

WINDOW = "&from=2018-12-03&to=2018-12-07&minutes=80&kind=lesson"


def question(world: World, *required: str, more: str = "") -> str:
    """An address that asks for these."""
    return "/slots?" + "&".join(f"required={world.id(name)}" for name in required) + WINDOW + more


def links(page: str) -> list[str]:
    """Addresses of the buttons that use a time."""
    found = re.findall(r'<a class="btn btn-(?:primary|secondary)" href="(/bookings/new[^"]+)"', page)
    return [unescape(address) for address in found if "starts=" in address]


def test_the_empty_form_asks_and_finds_nothing(coordinator: FlaskClient, world: World) -> None:
    page = coordinator.get("/slots")
    assert page.status_code == 200
    assert "李讲解员（示例）" in page.text
    assert links(page.text) == []


def test_a_found_time_is_booked_by_the_form_that_it_fills(coordinator: FlaskClient, world: World) -> None:
    book_lesson(coordinator, world)
    page = coordinator.get(question(world, "educator", "gallery", "class 1", "room 1", "assistant 1"))
    assert page.status_code == 200
    first = links(page.text)[0]
    asked = parse_qs(urlsplit(first).query)
    assert (asked["day"], asked["starts"], asked["ends"]) == (["2018-12-03"], ["09:00"], ["10:20"])
    form = coordinator.get(first)
    fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form.text))
    chosen = {
        name: re.search(r'value="(\d+)"[^>]*selected|selected[^>]*value="(\d+)"', options)
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form.text, re.S)
    }
    values = {name: next(filter(None, match.groups())) for name, match in chosen.items() if match}
    assert fields["starts"] == "09:00"
    assert values["host-organisation_id"] == str(world.id("museum"))
    assert values["host-room_id"] == str(world.id("gallery"))
    assert values["receiving-0-class_id"] == str(world.id("class 1"))
    assert values["receiving-0-room_id"] == str(world.id("room 1"))
    assert values["receiving-0-assistant_id"] == str(world.id("assistant 1"))
    assert values["people-0-person_id"] == str(world.id("educator"))


def test_near_misses_name_who_is_in_the_way(coordinator: FlaskClient, world: World) -> None:
    book_lesson(coordinator, world)
    page = coordinator.get(question(world, "educator", more="&weekdays=4&earliest=10:00&latest=11:20"))
    assert "没有大家都有空的时间" in page.text
    assert "最常没空的：李讲解员（示例）" in page.text
    assert "李讲解员（示例） 12月6日 周四 10:00–11:20 在《走进大葆台西汉墓》中，11:20 后有空。" in page.text


def test_the_map_marks_each_hour_and_says_why(coordinator: FlaskClient, world: World) -> None:
    book_lesson(coordinator, world)
    page = coordinator.get(question(world, "educator", more="&view=map")).text
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.S)
    thursday = next(row for row in rows if "12月6日" in row)
    cells = re.findall(r'<td class="heat-(\w+)">', thursday)
    # 80 minutes from 8:00 still fit before the lesson of 10:00, from 9:00 or 10:00 on they do not.
    assert cells[:5] == ["free", "almost", "almost", "free", "free"]
    assert "<li>李讲解员（示例）</li>" in thursday


def test_the_map_tells_why_a_day_is_left_out(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    add_hours(database, world)
    closed = question(world, "educator", more=f"&view=map&organisation_id={world.id('museum')}")
    page = coordinator.get(closed).text
    left_out = re.findall(r'<dt class="num">([^<]+)</dt><dd>(.*?)</dd>', page)
    assert left_out == [("12月3日 周一", "<div>12月3日 周一 北京大葆台遗址博物馆闭馆。</div>")]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("&required=99999", "名录里没有这一项"),
        ("", "请至少选一位必须到场的人"),
    ],
)
def test_what_cannot_be_asked_is_told(
    coordinator: FlaskClient, world: World, more: str, sentence: str
) -> None:
    page = coordinator.get(f"/slots?minutes=80{more}")
    assert page.status_code == 422
    assert sentence in page.text


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ("&minutes=80&from=2018-12-03&to=2028-12-03", "一次最多找 120 天"),
        ("&minutes=80&from=2018-12-10&to=2018-12-03", "早于"),
        ("&minutes=9999", "应在 5 到 600 之间"),
        ("&minutes=80&earliest=25:00", "没有 25:00 这个时刻"),
        ("&minutes=80&earliest=10:00&latest=10:30", "放不下 80 分钟"),
        ("&minutes=80&from=2018-13-40", "不是有效的日期"),
    ],
)
def test_a_window_that_makes_no_sense_is_told_at_its_field(
    coordinator: FlaskClient, world: World, window: str, sentence: str
) -> None:
    page = coordinator.get(f"/slots?required={world.id('lead')}{window}")
    assert page.status_code == 422
    assert sentence in page.text


def test_five_hundred_are_too_many(coordinator: FlaskClient, world: World) -> None:
    page = coordinator.get("/slots?minutes=40&required=" + ",".join(map(str, range(1, 501))))
    assert page.status_code == 422
    assert "一次最多找 200 位" in page.text


def test_only_who_may_book_looks_for_times(client: FlaskClient, world: World) -> None:
    assert sign_in(client, "viewer").get("/slots").status_code == 403


def test_a_form_is_empty_where_somebody_was_retired_since(coordinator: FlaskClient, world: World) -> None:
    page = coordinator.get("/bookings/new?required=99999&day=2018-12-07&starts=09:00&ends=10:00")
    assert page.status_code == 200
    assert 'value="2018-12-07"' in page.text


def test_a_slot_tells_the_period_of_each_receiving_school(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    add_bells(database, world)
    page = coordinator.get(
        f"/slots?required={world.id('class 1')}&minutes=40&from=2018-12-06&to=2018-12-06&timing=period"
    ).text
    told = r'>([^<]+)</time> <span class="relative">[^<]+</span></p><p class="found-period">([^<]+)</p>'
    assert ("12月6日 周四 10:00–10:40", "林西县民族中学 第3节") in re.findall(told, page)


def test_other_places_and_a_second_room_are_not_lost_on_the_way(
    coordinator: FlaskClient, world: World
) -> None:
    places = f"organisation_id={world.id('museum')},{world.id('institute')}"
    rooms = f"required={world.id('gallery')},{world.id('room 2')}"
    form = coordinator.get(f"/bookings/new?{places}&{rooms}&kind=visit").text
    for choice in (
        f"organisation-{world.id('institute')}",
        str(world.id("room 2")),
        str(world.id("gallery")),
    ):
        assert re.search(rf'<option selected value="{choice}"', form), choice


@pytest.mark.parametrize(
    ("starts", "ends", "minutes"),
    [
        ("10:00", "11:20", [20, 20, 15, 20, 5]),
        ("10:00", "13:00", [20, 20, 15, 20, 5]),
        ("10:55", "11:35", [10, 10, 8, 10, 2]),
        ("10:00", "10:04", [1, 1, 1, 1]),
        ("11:00", "10:00", [20, 20, 15, 20, 5]),
        ("25:00", "x", [20, 20, 15, 20, 5]),
    ],
)
def test_segments_fit_into_the_time_that_was_found(coordinator, starts, ends, minutes):
    values = values_in(coordinator.get(f"/bookings/new?day=2018-12-07&starts={starts}&ends={ends}").text)
    rows = [values[f"segments-{index}-minutes"] for index in range(len(minutes))]
    assert (rows, values.get(f"segments-{len(minutes)}-minutes", "")) == ([str(one) for one in minutes], "")
