"""What the page of a booking, and today's, tell of a time that rules speak of."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from scheduler import clock
from scheduler.models.holidays import DayKind
from tests.web.booking_forms import book_lesson
from tests.web.calendar_facts import add_bells, add_closure, add_holidays, add_hours
from tests.web.conftest import sign_in
from tests.web.queries import counted

AGAINST = "现在有规则不允许这个时间"


def facts_in(page: str) -> list[tuple[str, str]]:
    card = re.search(r"<h2>这个时间</h2>(.*?)</section>", page, re.S)
    return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", card[1], re.S) if card else []


def waiting_in(page: str) -> list[tuple[str, str]]:
    """(title, what speaks against it) of what waits for another time."""
    rows = re.findall(r'<p class="due-what">.*?<a href="[^"]*">(.*?)</a>.*?</li>', page, re.S)
    told = re.findall(r'<p class="told">.*?<span>(.*?)</span>', page, re.S)
    return list(zip(rows, told, strict=True))


def test_periods_opening_hours_and_holidays(coordinator, world, database):
    add_bells(database, world)
    add_hours(database, world)
    add_holidays(database, world, ("2018-12-08", DayKind.WORKDAY, "元旦"))
    page = coordinator.get(f"/bookings/{book_lesson(coordinator, world)}").text
    assert facts_in(page) == [
        ("林西县民族中学", "第3节 10:00–10:40、第4节 10:50–11:30"),
        ("北京大葆台遗址博物馆", "开放 9:00–17:00"),
    ]
    assert "</time> · 林西县民族中学 第3节–第4节" in page
    assert AGAINST not in page

    free = {"date": "2018-12-08", "timing": "any"}
    page = coordinator.get(f"/bookings/{book_lesson(coordinator, world, **free)}").text
    assert facts_in(page) == [
        ("林西县民族中学", "调休上班日，还没有定按周几上课"),
        ("北京大葆台遗址博物馆", "开放 9:00–17:00"),
        ("节假日", "12月8日 周六 元旦调休上班"),
    ]


def test_a_closure_that_came_later_is_told_until_it_is_mended(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    address = f"/bookings/{public_id}"
    assert AGAINST not in coordinator.get(address).text
    add_closure(database, world, "school 1", "2018-12-06", kind="exam", name="期中考试")
    page = coordinator.get(address).text
    assert AGAINST in page
    assert "<p>林西县民族中学 12月6日 周四 考试：期中考试。</p>" in page
    viewer = sign_in(coordinator.application.test_client(), "viewer")
    assert AGAINST in viewer.get(address).text
    assert f"{address}/move" not in viewer.get(address).text
    with clock.frozen(datetime(2018, 12, 7, 1, 0, tzinfo=UTC)):
        after = sign_in(coordinator.application.test_client(), "coordinator")
        assert AGAINST not in after.get(address).text
    data = {"date": "2018-12-07", "starts": "10:00", "ends": "11:20", "version": "1"}
    assert coordinator.post(f"{address}/move", data=data).status_code == 303
    assert AGAINST not in coordinator.get(address).text


def test_what_was_overridden_is_not_told_again_but_something_new_is(coordinator, world, database):
    add_closure(database, world, "museum", "2018-12-06")
    address = f"/bookings/{book_lesson(coordinator, world, override_reason='馆方答应开门')}"
    assert (AGAINST in coordinator.get(address).text, waiting_in(coordinator.get("/").text)) == (False, [])
    add_closure(database, world, "school 1", "2018-12-06", kind="exam", name="期中考试")
    page = coordinator.get(address).text
    assert AGAINST in page
    assert "<p>北京大葆台遗址博物馆 12月6日 周四 维护：布展。</p>" not in page


def test_today_lists_what_needs_another_time(coordinator, world, database):
    book_lesson(coordinator, world, date="2018-12-05", title="照常的课")
    public_id = book_lesson(coordinator, world)
    assert waiting_in(coordinator.get("/").text) == []
    add_closure(database, world, "school 1", "2018-12-06", kind="exam", name="期中考试")
    page = coordinator.get("/").text
    assert waiting_in(page) == [("走进大葆台西汉墓", "林西县民族中学 12月6日 周四 考试：期中考试。")]
    assert f'href="/bookings/{public_id}/move"' in page
    assert "都处理完了" not in page
    viewer = sign_in(coordinator.application.test_client(), "viewer")
    assert waiting_in(viewer.get("/").text) == []
    data = {"reason": "school_event", "words": "", "version": "1"}
    assert coordinator.post(f"/bookings/{public_id}/cancel", data=data).status_code == 303
    assert waiting_in(coordinator.get("/").text) == []


def test_today_costs_the_same_however_much_waits(coordinator, world, database):
    def cost() -> int:
        with counted(database) as statements:
            assert coordinator.get("/").status_code == 200
        return len(statements)

    book_lesson(coordinator, world)
    add_closure(database, world, "school 1", "2018-12-06", ends_at="2018-12-10 00:00")
    before = cost()
    for hour in range(12, 18):
        few = {"segments": [], "starts": f"{hour}:00", "ends": f"{hour}:45", "timing": "any"}
        book_lesson(coordinator, world, title=f"{hour}点的课", date="2018-12-05", **few)
    add_closure(database, world, "museum", "2018-12-05")
    page = coordinator.get("/").text
    assert len(waiting_in(page)) == 7
    assert cost() == before


def test_it_is_told_in_english(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    add_closure(database, world, "school 1", "2018-12-06", kind="exam", name="Mid-term")
    coordinator.post("/language", data={"language": "en", "next": "/"})
    assert "A rule now speaks against this time" in coordinator.get(f"/bookings/{public_id}").text
