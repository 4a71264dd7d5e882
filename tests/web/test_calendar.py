"""The calendar: list and week, filters that stay in the address, and what it asks of the database."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from types import SimpleNamespace

import pytest

from scheduler.web.calendar.week_grid import blocks_of, hours_of, pieces_of
from tests.web.booking_forms import book_lesson
from tests.web.queries import counted

ZONE = "Asia/Shanghai"
ALONE = {"receiving": [], "people": [], "segments": [], "account_id": None}


def lines_of(page: str) -> list[str]:
    """Titles of the agenda's lines, in order."""
    return re.findall(r'<p class="agenda-title">.*?<a href="[^"]+">(.*?)</a>', page, re.S)


def blocks_in(page: str) -> list[str]:
    """Titles of the week's blocks, in order."""
    return re.findall(r'<span class="block-title">.*?</span></span>(.*?)</span>', page, re.S)


def links_of(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="(/calendar[^"]*)"', page)]


@pytest.fixture
def fortnight(coordinator, world):
    """The lesson, a talk at the institute on another day, and a lesson three weeks on."""
    host = {"organisation_id": world.id("institute")}
    lead = [{"role": "lead", "person_id": world.id("lead")}]
    book_lesson(coordinator, world)
    talk = {**ALONE, "people": lead, "kind": "interview", "host": host}
    book_lesson(coordinator, world, title="座谈", date="2018-12-05", **talk)
    book_lesson(coordinator, world, title="三周后的课", date="2018-12-24")
    return coordinator


def test_agenda_lists_two_weeks_by_day(fortnight):
    page = fortnight.get("/calendar").text
    days = re.findall(r'<h2 class="agenda-day"><span class="num">(.*?)</span><span[^>]*>(.*?)</span>', page)
    assert days == [("12月5日 周三", "2 天后"), ("12月6日 周四", "3 天后")]
    assert lines_of(page) == ["座谈", "走进大葆台西汉墓"]
    assert lines_of(fortnight.get("/calendar?day=2018-12-17").text) == ["三周后的课"]
    assert lines_of(fortnight.get("/calendar?day=2018-11-19").text) == []


def test_week_shows_monday_to_sunday(fortnight):
    page = fortnight.get("/calendar/week?day=2018-12-06").text
    assert re.findall(r'<span class="day-date num">(.*?)</span>', page) == [
        f"12月{day}日" for day in range(3, 10)
    ]
    assert blocks_in(page) == ["座谈", "走进大葆台西汉墓"]
    assert "at-24 for-16 lane-0-of-1" in page
    assert blocks_in(fortnight.get("/calendar/week?day=2018-12-30").text) == ["三周后的课"]


def test_any_time_shown_can_be_copied(fortnight):
    for address in ("/calendar", "/calendar/week", "/"):
        page = fortnight.get(address).text
        text = unescape(re.search(r'<pre class="copy-text"[^>]*>(.*?)</pre>', page, re.S)[1])
        assert text.splitlines() == [
            "12月5日 周三",
            "10:00–11:20 座谈 北京教育学院丰台分院",
            "",
            "12月6日 周四",
            "10:00–11:20 走进大葆台西汉墓 北京大葆台遗址博物馆 第一展厅"
            " → 林西县民族中学、示例中学A（演示）、示例中学B（演示）",
        ]


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("region", "linxi", ["走进大葆台西汉墓"]),
        ("region", "fengtai", ["座谈", "走进大葆台西汉墓"]),
        ("organisation", "school 2", ["走进大葆台西汉墓"]),
        ("organisation", "institute", ["座谈"]),
        ("museum", "museum", ["走进大葆台西汉墓"]),
        ("person", "lead", ["座谈", "走进大葆台西汉墓"]),
        ("person", "educator", ["走进大葆台西汉墓"]),
    ],
)
def test_filters_narrow_both_views(fortnight, world, name, row, expected):
    given = f"{name}={world.id(row)}"
    assert lines_of(fortnight.get(f"/calendar?{given}").text) == expected
    assert blocks_in(fortnight.get(f"/calendar/week?{given}").text) == expected


def test_filters_add_up_and_stay_in_every_link(fortnight, world):
    given = f"organisation={world.id('school 1')}&museum={world.id('museum')}&kind=lesson"
    page = fortnight.get(f"/calendar?{given}&day=2018-12-03").text
    assert lines_of(page) == ["走进大葆台西汉墓"]
    links = links_of(page)
    for link in (
        f"/calendar/week?day=2018-12-03&{given}",
        f"/calendar?day=2018-11-19&{given}",
        f"/calendar?day=2018-12-17&{given}",
    ):
        assert link in links
    assert f'<option value="{world.id("school 1")}" selected>' in page
    assert lines_of(fortnight.get(f"/calendar?{given}&kind=visit".replace("kind=lesson&", "")).text) == []


@pytest.mark.parametrize(
    "query",
    ["region=x", "person=-1", "museum=99999999999999999999999", "kind=nonsense", "day=2018-02-30", "day=%00"],
)
def test_nonsense_in_the_address_does_not_narrow(fortnight, query):
    assert lines_of(fortnight.get(f"/calendar?{query}").text) == ["座谈", "走进大葆台西汉墓"]


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31", "1999-12-31", "9999-12-31"])
def test_the_ends_of_time_are_no_error(coordinator, day):
    for address in ("/calendar", "/calendar/week"):
        page = coordinator.get(f"{address}?day={day}")
        assert page.status_code == 200
        for link in links_of(page.text):
            assert coordinator.get(link).status_code == 200


def test_cancelled_is_struck_through(coordinator, world):
    public_id = book_lesson(coordinator, world)
    data = {"reason": "weather", "words": "", "version": "1"}
    coordinator.post(f"/bookings/{public_id}/cancel", data=data)
    page = coordinator.get("/calendar").text
    assert 'class="agenda-item is-cancelled"' in page
    assert "走进大葆台西汉墓（已取消）" in page
    assert "state-cancelled" in coordinator.get("/calendar/week").text


def test_empty_calendar_offers_the_first_step(coordinator):
    assert "/bookings/new?day=2018-12-03" in coordinator.get("/calendar").text


def test_queries_stay_the_same_as_bookings_grow(coordinator, world, database):
    def cost(address: str) -> int:
        with counted(database) as statements:
            assert coordinator.get(address).status_code == 200
        return len(statements)

    addresses = ("/calendar", "/calendar/week", "/", "/bookings", "/bookings?span=all")
    book_lesson(coordinator, world)
    before = [cost(address) for address in addresses]
    for hour in range(12, 20):
        few = {"segments": [], "starts": f"{hour}:00", "ends": f"{hour}:45"}
        book_lesson(coordinator, world, title=f"{hour}点的课", **few)
    assert [cost(address) for address in addresses] == before
    assert max(before) <= 26


# ------------------------------------------------------------------ the grid, pure


def spans(*hours: tuple[float, float]) -> list[SimpleNamespace]:
    """Bookings of 6 December 2018, Shanghai time, from hour to hour (28 is 4:00 of the next day)."""
    midnight = datetime(2018, 12, 5, 16, 0, tzinfo=UTC).timestamp()
    return [
        SimpleNamespace(
            starts_at=datetime.fromtimestamp(midnight + 3600 * first, UTC),
            ends_at=datetime.fromtimestamp(midnight + 3600 * end, UTC),
        )
        for first, end in hours
    ]


def placed(*hours: tuple[float, float]) -> list[tuple[int, int, int, int]]:
    pieces = pieces_of(spans(*hours), date(2018, 12, 6), ZONE)
    first_hour, last_hour = hours_of([pieces])
    return [(b["at"], b["span"], b["lane"], b["lanes"]) for b in blocks_of(pieces, first_hour, last_hour)]


def test_blocks_that_overlap_stand_side_by_side():
    assert placed((10, 12), (11, 13), (12, 13), (14, 15)) == [
        (24, 24, 0, 2),
        (36, 24, 1, 2),
        (48, 12, 0, 2),
        (72, 12, 0, 1),
    ]


def test_hours_grow_with_what_they_hold():
    assert hours_of([]) == (8, 18)
    assert hours_of([pieces_of(spans((6.5, 7)), date(2018, 12, 6), ZONE)]) == (6, 18)
    assert hours_of([pieces_of(spans((17, 20.1)), date(2018, 12, 6), ZONE)]) == (8, 21)


def test_booking_over_midnight_stands_on_both_days():
    rows = spans((22, 28))
    parts = [pieces_of(rows, date(2018, 12, day), ZONE) for day in (5, 6, 7, 8)]
    assert [[piece[1:] for piece in part] for part in parts] == [[], [(1320, 1440)], [(0, 240)], []]


def test_short_block_can_be_read_and_stays_inside_its_day():
    assert placed((10, 10.1)) == [(24, 4, 0, 1)]
    assert placed((23.9, 24)) == [(188, 4, 0, 1)]


def test_no_more_than_six_lanes():
    lanes = placed(*[(10, 11)] * 9)
    assert {(lane, count) for _at, _span, lane, count in lanes} == {(n, 6) for n in range(6)}
