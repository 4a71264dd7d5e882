"""What stands behind the bookings: periods, hours, closures, holidays; the same number of queries."""

from __future__ import annotations

import re
from html import unescape

import pytest

from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.holidays import DayKind
from tests.web.booking_forms import book_lesson
from tests.web.calendar_facts import add, add_bells, add_closure, add_holidays, add_hours
from tests.web.queries import counted
from tests.world import ROOT

WEEK = "/calendar/week?day=2018-12-06"


def bands_in(page: str) -> list[list[tuple[str, int, int, str]]]:
    """For each day (tone, row, rows, label)."""
    return [
        [
            (tone, int(at), int(span), unescape(label))
            for tone, at, span, label in re.findall(
                r'class="band band-(\w+) at-(\d+) for-(\d+)"><span>(.*?)</span>', day
            )
        ]
        for day in page.split('<section class="day')[1:]
    ]


def notes_in(page: str) -> dict[int, list[str]]:
    """Number of the day in the week → its notes."""
    heads = re.findall(r'<h2 class="day-head">(.*?)</h2>', page, re.S)
    notes = [re.findall(r'<span class="day-note">(.*?)</span>', head) for head in heads]
    return {index: words for index, words in enumerate(notes) if words}


def test_a_schools_periods_are_drawn(coordinator, world, database):
    add_bells(database, world)
    bands = bands_in(coordinator.get(f"{WEEK}&organisation={world.id('school 1')}").text)
    lessons = [
        ("period", 0, 8, "第1节 8:00–8:40"),
        ("period", 10, 8, "第2节 8:50–9:30"),
        ("period", 24, 8, "第3节 10:00–10:40"),
        ("period", 34, 8, "第4节 10:50–11:30"),
        ("period", 72, 8, "第5节 14:00–14:40"),
    ]
    assert bands == [lessons] * 5 + [[], []]
    assert bands_in(coordinator.get(WEEK).text) == [[]] * 7


def test_a_museums_hours_and_closures_are_drawn(coordinator, world, database):
    add_hours(database, world)
    add_closure(
        database, world, "museum", "2018-12-06", starts_at="2018-12-06 12:00", ends_at="2018-12-06 13:00"
    )
    bands = bands_in(coordinator.get(f"{WEEK}&museum={world.id('museum')}").text)
    edges = [("closed", 0, 12, "9:00 开放"), ("closed", 108, 12, "17:00 闭馆")]
    assert bands[0] == [("closed", 0, 120, "闭馆")]
    assert bands[1] == edges
    assert bands[3] == [*edges, ("closed", 48, 12, "维护 布展")]


def test_names_that_lessons_would_cover_go_to_the_days_head(coordinator, world, database):
    add_bells(database, world)
    add_hours(database, world)
    add_holidays(database, world)
    both = f"&museum={world.id('museum')}&organisation={world.id('school 1')}"
    page = coordinator.get(WEEK + both).text
    assert notes_in(page) == {0: ["闭馆"], **{day: ["开放 9:00–17:00"] for day in range(1, 5)}}
    assert bands_in(page)[0][0] == ("closed", 0, 120, "")


def test_holidays_and_make_up_days_stand_at_their_days(coordinator, world, database):
    assert notes_in(coordinator.get(WEEK).text) == {0: ["2018 年节假日安排未发布"]}
    add_holidays(
        database,
        world,
        ("2018-12-06", DayKind.HOLIDAY, "元旦"),
        ("2018-12-08", DayKind.WORKDAY, "元旦"),
    )
    assert notes_in(coordinator.get(WEEK).text) == {3: ["元旦假期"], 5: ["元旦调休上班"]}
    add_bells(database, world)
    page = coordinator.get(f"{WEEK}&organisation={world.id('school 1')}").text
    assert notes_in(page) == {3: ["元旦假期"], 5: ["元旦调休上班", "还没有定按周几上课"]}
    swap = {
        "organisation_id": world.id("school 1"),
        "name": "补班",
        "day": "2018-12-08",
        "follows_weekday": "3",
    }
    add(database, world, "swaps", **swap)
    page = coordinator.get(f"{WEEK}&organisation={world.id('school 1')}").text
    assert notes_in(page) == {3: ["元旦假期"], 5: ["元旦调休上班", "按周三的课表"]}
    assert len(bands_in(page)[5]) == 5


def test_closures_of_organisations_are_noted_and_bounded(coordinator, world, database):
    add_holidays(database, world)
    for name in ("museum", "institute", "school 1", "school 2", "school 3"):
        add_closure(database, world, name, "2018-12-06")
    add_closure(database, world, "museum", "2018-12-07", ends_at="2018-12-07 12:00")
    add_closure(database, world, "museum", "2018-12-05", resource_id=world.id("gallery"))
    named = [
        f"{place} 维护：布展" for place in ("北京大葆台遗址博物馆", "北京教育学院丰台分院", "林西县民族中学")
    ]
    assert notes_in(coordinator.get(WEEK).text) == {
        3: [*named, "另有 2 处停用"],
        4: ["北京大葆台遗址博物馆 维护 0:00–12:00：布展"],
    }
    assert notes_in(coordinator.get(f"{WEEK}&region={world.id('fengtai')}").text)[3] == named[:2]
    add_closure(database, world, "museum", "2018-12-04", resource_id=world.id("educator"), kind="leave")
    page = coordinator.get(f"{WEEK}&person={world.id('educator')}").text
    assert notes_in(page) == {
        1: ["李讲解员（示例） 请假：布展"],
        3: named[:1],
        4: ["北京大葆台遗址博物馆 维护 0:00–12:00：布展"],
    }


def test_the_list_has_the_same_notes_and_the_periods(coordinator, world, database):
    add_bells(database, world)
    book_lesson(coordinator, world)
    add_closure(database, world, "museum", "2018-12-06")
    for address in ("/calendar?day=2018-12-03", "/"):
        page = coordinator.get(address).text
        notes = re.findall(r'<p class="day-notes">(.*?)</p>', page)
        assert notes == ["<span>2018 年节假日安排未发布</span><span>北京大葆台遗址博物馆 维护：布展</span>"]
        assert '10:00–11:20<span class="muted">林西县民族中学 第3节–第4节</span>' in page


def test_another_partnerships_calendars_stay_its_own(coordinator, world, database):
    with database.write() as session:

        def made(shelf: str, **raw: object) -> int:
            return create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id

        other = made("partnerships", name="别的协作")
        region = made("regions", partnership_id=other, name="别的地区")
        place = made("organisations", region_id=region, kind="museum", name="别的博物馆")
        times = {"starts_at": "2018-12-06 00:00", "ends_at": "2018-12-07 00:00"}
        made("closures", organisation_id=place, kind="maintenance", name="别人的事", **times)
    assert "别人的事" not in coordinator.get(WEEK).text
    assert "别人的事" not in coordinator.get(f"{WEEK}&museum={place}").text


@pytest.mark.parametrize("address", ["/calendar?day=2018-12-03", WEEK, "/"])
def test_queries_stay_the_same_as_facts_grow(coordinator, world, database, address):
    def cost() -> int:
        with counted(database) as statements:
            assert coordinator.get(address).status_code == 200
        return len(statements)

    add_closure(database, world, "school 1", "2018-12-07")
    book_lesson(coordinator, world)
    before = cost()
    for name in ("museum", "school 2", "school 3"):
        add_closure(database, world, name, "2018-12-06")
        add_bells(database, world, name)
    assert cost() == before


def test_it_is_told_in_english(coordinator, world, database):
    add_hours(database, world)
    coordinator.post("/language", data={"language": "en", "next": "/"})
    page = coordinator.get(f"{WEEK}&museum={world.id('museum')}").text
    assert notes_in(page) == {0: ["Holidays of 2018 not published"]}
    assert [band[3] for day in bands_in(page)[:2] for band in day] == ["Closed", "Opens 9:00", "Closes 17:00"]
