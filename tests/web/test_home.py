"""Today: what is coming, what needs me, and where to begin."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from scheduler import clock
from tests.web.booking_forms import book_lesson
from tests.web.calendar_facts import add, add_hours
from tests.web.conftest import sign_in


def test_empty_home_offers_the_first_step(coordinator):
    page = coordinator.get("/").text
    assert "从第一节远程课开始" in page
    assert 'href="/bookings/new">预约第一场活动' in page
    assert "2018年12月3日 周一 · 两周内没有活动" in page


def test_viewer_is_not_offered_what_is_not_allowed(app, world):
    page = sign_in(app.test_client(), "viewer").get("/").text
    assert "/bookings/new" not in page
    assert "协调员预约后，每天的活动会列在这里。" in page


def test_days_are_named_by_their_distance(coordinator, world):
    for day, title in (("2018-12-03", "今天的课"), ("2018-12-04", "明天的课"), ("2018-12-06", "周四的课")):
        book_lesson(coordinator, world, title=title, date=day)
    page = coordinator.get("/").text
    days = re.findall(r'<h2 class="agenda-day"><span class="num">(.*?)</span><span[^>]*>(.*?)</span>', page)
    assert days == [("12月3日 周一", "今天"), ("12月4日 周二", "明天"), ("12月6日 周四", "3 天后")]
    assert "2018年12月3日 周一 · 今天有 1 场活动" in page


def test_sentence_tells_the_next_day_and_skips_what_was_cancelled(coordinator, world):
    public_id = book_lesson(coordinator, world, date="2018-12-03")
    book_lesson(coordinator, world)
    data = {"reason": "weather", "words": "", "version": "1"}
    coordinator.post(f"/bookings/{public_id}/cancel", data=data)
    assert "今天没有活动，最近的在12月6日 周四（3 天后）" in coordinator.get("/").text


def test_lesson_that_is_over_needs_its_record(app, world):
    coordinator = sign_in(app.test_client(), "coordinator")
    public_id = book_lesson(coordinator, world)
    assert "都处理完了" in coordinator.get("/").text
    with clock.frozen(datetime(2018, 12, 7, 0, 0, tzinfo=UTC)):
        page = sign_in(app.test_client(), "manager").get("/").text
        assert ("填写活动记录" in page, f"/bookings/{public_id}" in page) == (True, True)
        page = sign_in(app.test_client(), "viewer").get("/").text
        assert "填写活动记录</a>" not in page


def test_a_closure_that_hits_leads_to_what_it_hits(coordinator, database, world):
    book_lesson(coordinator, world)
    book_lesson(coordinator, world, title="下午的课", starts="18:00", ends="18:40", segments=[])
    add_hours(database, world)
    shut = {
        "kind": "maintenance",
        "name": "布展",
        "starts_at": "2018-12-06 09:00",
        "ends_at": "2018-12-06 12:00",
    }
    add(
        database,
        world,
        "closures",
        organisation_id=world.id("school 2"),
        **{**shut, "ends_at": "2018-12-06 09:30"},
    )
    closure_id = add(database, world, "closures", organisation_id=world.id("museum"), **shut)
    page = coordinator.get("/").text
    assert page.count(">改时间</a>") == 2
    assert re.findall(r'href="(/closures/[^"]+)"', page) == [f"/closures/{closure_id}/hits"]
    assert coordinator.get(f"/closures/{closure_id}/hits").status_code == 200


def test_a_closure_of_one_room_leads_there_too(coordinator, database, world):
    book_lesson(coordinator, world)
    shut = {"kind": "maintenance", "name": "检修", "starts_at": "2018-12-06", "ends_at": "2018-12-06"}
    whose = {"organisation_id": world.id("school 1"), "resource_id": world.id("room 1")}
    closure_id = add(database, world, "closures", **whose, **shut)
    assert f'href="/closures/{closure_id}/hits"' in coordinator.get("/").text


def test_language_and_day_are_the_viewers(coordinator, world):
    book_lesson(coordinator, world)
    coordinator.post("/language", data={"language": "en", "next": "/"})
    page = coordinator.get("/").text
    assert "Mon 3 Dec 2018 · Nothing today; the next is on Thu 6 Dec (in 3 days)" in page
