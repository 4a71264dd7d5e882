"""Series in pages without JavaScript: every day before any is booked, all or none, how far changes reach."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from scheduler.domain.access import viewer_of
from scheduler.domain.bookings import get_booking
from scheduler.domain.subscriptions import create_feed
from scheduler.models.resources import Resource
from scheduler.models.series import Occurrence, Series
from scheduler.models.users import User
from tests.web.booking_forms import book_lesson, form_of
from tests.web.calendar_facts import add_bells, add_closure
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.web.test_bookings import errors_of, holds, titles, values_in

THURSDAYS = ["2018-12-06", "2018-12-13", "2018-12-20", "2018-12-27"]


def series_form(world, **changes: Any) -> dict[str, Any]:
    """Four Thursdays from 6 December 2018, 10:00–11:20."""
    raw = world.plan()
    del raw["date"]
    rule = {"weekdays": ["4"], "every": "1", "first_day": "2018-12-03", "count": "4"}
    weekdays = changes.pop("weekdays", rule.pop("weekdays"))
    return {**form_of({**raw, **rule, **changes}), "weekdays": weekdays}


def fields_in(page: str) -> dict[str, Any]:
    """What was filled into the form of the days; weekdays are several. The token differs every second."""
    found = re.findall(r'<input type="hidden" name="weekdays" value="([^"]*)"', page)
    left_out = ("csrf_token", "check", "back", "next")
    values = {name: value for name, value in values_in(page).items() if name not in left_out}
    return {**values, "weekdays": found}


def choices(page: str) -> list[str]:
    values = fields_in(page)
    return [values[f"decisions-{index}-do"] for index in range(len(days_in(page)))]


def days_in(page: str) -> list[tuple[str, str]]:
    """(day, outlook) of each row."""
    rows = re.findall(r'<li class="series-day is-([a-z_]+)" aria-label="([^"]*)"', page)
    return [(unescape(day), outlook) for outlook, day in rows]


def book_series(client, world, **changes: Any) -> str:
    """Through both pages; the public id."""
    page = client.post("/series/new", data=series_form(world, **changes))
    assert page.status_code == 200, page.text
    answer = client.post("/series/book", data=fields_in(page.text))
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[-1]


def bookings_of(database, public_id: str) -> list[tuple[str, str, str]]:
    """(public id, start in Shanghai, state) of each day, by day; ("", "", "") for a skipped one."""
    with database.read() as session:
        rows = session.scalars(
            select(Occurrence).join(Series).where(Series.public_id == public_id).order_by(Occurrence.day)
        )
        return [
            (
                one.booking.public_id,
                f"{one.booking.starts_at + timedelta(hours=8):%m-%d %H:%M}",
                one.booking.state,
            )
            if one.booking
            else ("", "", "")
            for one in rows
        ]


def starts(database, public_id: str) -> list[str]:
    return [start for _id, start, _state in bookings_of(database, public_id)]


def test_the_form_can_be_filled_by_its_address(coordinator, world):
    page = coordinator.get(f"/series/new?required={world.id('lead')}&starts=08:00&ends=09:00").text
    values = values_in(page)
    assert (values["starts"], values["ends"], values["first_day"]) == ("08:00", "09:00", "2018-12-04")
    assert str(world.id("lead")) in values.values()
    assert 'href="/series/new"' in coordinator.get("/bookings").text


def test_every_day_is_shown_before_any_is_booked(coordinator, world, database):
    book_lesson(coordinator, world, date="2018-12-13")
    add_closure(database, world, "museum", "2018-12-20")
    before = holds(database)
    answer = coordinator.post("/series/new", data=series_form(world, title="一个系列"))
    assert answer.status_code == 200
    assert days_in(answer.text) == [
        ("12月6日 周四", "fine"),
        ("12月13日 周四", "clash"),
        ("12月20日 周四", "objected"),
        ("12月27日 周四", "fine"),
    ]
    assert "共 4 次：2 次可以、1 次冲突、1 次规则不允许" in answer.text
    assert choices(answer.text) == ["book", "suggest", "skip", "book"]
    assert "按选择预约（3 次）" in answer.text
    assert (titles(database), holds(database)) == (["走进大葆台西汉墓"], before)

    answer = coordinator.post("/series/book", data=fields_in(answer.text))
    assert answer.status_code == 303
    public_id = answer.location.rsplit("/", 1)[-1]
    assert starts(database, public_id) == ["12-06 10:00", "12-12 10:00", "", "12-27 10:00"]
    page = coordinator.get(answer.location).text
    assert "系列已预约。" in page
    assert "共 3 次活动，跳过了 1 天" in page
    assert "单独改过，原定 12月13日 周四" in page


def test_decisions_move_skip_and_give_reasons(coordinator, world, database):
    add_closure(database, world, "museum", "2018-12-20")
    page = coordinator.post("/series/new", data=series_form(world)).text
    decided = {
        **fields_in(page),
        "decisions-0-do": "skip",
        "decisions-1-do": "move",
        "decisions-1-date": "2018-12-14",
        "decisions-1-starts": "14:00",
        "decisions-1-ends": "15:20",
        "decisions-2-do": "book",
        "decisions-2-override_reason": "馆方答应开门",
    }
    checked = coordinator.post("/series/book", data={**decided, "check": "1"})
    assert (checked.status_code, titles(database)) == (200, [])
    assert "照现在的选择都可以，还没有预约。" in checked.text
    assert fields_in(checked.text) == decided
    answer = coordinator.post("/series/book", data=decided)
    public_id = answer.location.rsplit("/", 1)[-1]
    assert starts(database, public_id) == ["", "12-14 14:00", "12-20 10:00", "12-27 10:00"]
    with database.read() as session:
        booking = get_booking(session, bookings_of(database, public_id)[2][0])
        assert booking.override_reason == "馆方答应开门"


def test_what_was_taken_meanwhile_is_told_and_nothing_is_saved(coordinator, world, database):
    page = coordinator.post("/series/new", data=series_form(world, title="一个系列")).text
    book_lesson(coordinator, world, date="2018-12-27")
    before = holds(database)
    answer = coordinator.post("/series/book", data=fields_in(page))
    assert answer.status_code == 409
    assert "有 1 次不能这样安排，一次都没有保存。" in answer.text
    assert [outlook for _day, outlook in days_in(answer.text)] == ["fine", "fine", "fine", "blocked"]
    assert "走进大葆台西汉墓</a>" in answer.text
    assert (titles(database), holds(database)) == (["走进大葆台西汉墓"], before)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Series)) == 0


def test_back_in_the_form_everything_stands_and_decisions_come_along(coordinator, world):
    form = series_form(world)
    sent = {**fields_in(coordinator.post("/series/new", data=form).text), "decisions-1-do": "skip"}
    page = coordinator.post("/series/book", data={**sent, "back": "1"})
    assert page.status_code == 200
    values = values_in(page.text)
    assert {name: values.get(name) for name in form if name != "weekdays"} == {
        name: value for name, value in form.items() if name != "weekdays"
    }
    kept = {name: value for name, value in values.items() if name.startswith("decisions-")}
    again = coordinator.post("/series/new", data={**form, **kept, "count": "5"}).text
    assert choices(again) == ["book", "skip", "book", "book", "book"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"weekdays": []}, "weekdays", ""),
        ({"weekdays": ["8"]}, "weekdays", ""),
        ({"count": ""}, "last_day", "请填写到哪一天，或一共几次。"),
        ({"count": "", "last_day": "2018-12-04"}, "weekdays", "这样安排一次也没有"),
        ({"count": "", "last_day": "2018-11-01"}, "last_day", ""),
        ({"count": "", "last_day": "2021-01-01"}, "last_day", "一个系列最长 24 个月"),
        (
            {"count": "", "last_day": "2019-12-31", "weekdays": list("1234567")},
            "last_day",
            "一个系列最多 200 次",
        ),
        ({"count": "201"}, "count", ""),
        ({"first_day": ""}, "first_day", ""),
        ({"first_day": "二月三十日"}, "first_day", ""),
        ({"starts": "25:00"}, "starts", ""),
        ({"starts": "12:00"}, "ends", ""),
        ({"starts": ""}, "starts", ""),
        ({"term_id": "999999"}, "term_id", ""),
        ({"term_id": "9" * 5000}, "term_id", ""),
        ({"period": "3"}, "school_id", ""),
        ({"period": "3", "school_id": "999999"}, "school_id", ""),
        ({"period": "0", "school_id": "1"}, "period", ""),
        ({"every": "0"}, "every", ""),
        ({"title": ""}, "title", ""),
        ({"segments": [{"kind": "tour", "minutes": "300"}]}, "", "环节"),
    ],
    ids=str,
)
def test_bad_input_is_told_at_its_field_and_what_was_typed_stays(
    coordinator, world, database, changes, field, words
):
    form = series_form(world, **changes)
    answer = coordinator.post("/series/new", data=form)
    assert answer.status_code == 422
    if field:
        assert list(errors_of(answer.text)) == [field]
    assert words in answer.text
    values = values_in(answer.text)
    sent = {
        name: value
        for name, value in form.items()
        if name not in ("weekdays", "every", "term_id", "school_id")
    }
    assert {name: values[name] for name in sent} == sent
    assert titles(database) == []


@pytest.mark.parametrize(
    "decision",
    [
        {"decisions-0-do": "move"},
        {"decisions-0-do": "suggest"},
        {"decisions-0-do": "dance"},
        {"decisions-0-day": "2018-12-07"},
        {"decisions-0-day": "2018-12-13"},
        {"decisions-0-do": "move", "decisions-0-date": "2018-12-07", "decisions-0-starts": "25:00"},
        {f"decisions-{index}-do": "skip" for index in range(4)},
    ],
    ids=str,
)
def test_decisions_that_cannot_be_read_save_nothing(coordinator, world, database, decision):
    page = coordinator.post("/series/new", data=series_form(world)).text
    answer = coordinator.post("/series/book", data={**fields_in(page), **decision})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert titles(database) == []


def test_a_region_coordinator_books_only_where_the_region_takes_part(client, world, database):
    page = (
        sign_in(client, "region coordinator").post("/series/new", data=series_form(world, receiving=[])).text
    )
    answer = client.post("/series/book", data=fields_in(page))
    assert (answer.status_code, titles(database)) == (403, [])
    assert "您只能预约有本地区单位参加的活动。" in answer.text


def test_periods_follow_the_bells_of_their_day(coordinator, world, database):
    add_bells(database, world)
    public_id = book_series(
        coordinator,
        world,
        school_id=world.id("school 1"),
        period="3",
        period_to="4",
        starts="",
        ends="",
        count="2",
    )
    assert starts(database, public_id) == ["12-06 10:00", "12-13 10:00"]
    page = coordinator.get(f"/series/{public_id}").text
    assert page.count("林西县民族中学 第3节–第4节") == 3  # two rows, and the next one beside them
    assert page.count("第3节–第4节") == 3


def test_the_days_tell_their_period_where_the_rule_is_one(coordinator, world, database):
    add_bells(database, world)
    by_period = {"school_id": world.id("school 1"), "period": "3", "segments": []}
    page = coordinator.post("/series/new", data=series_form(world, **by_period)).text
    assert re.findall(r'<span>10:00–10:40</span> <span class="muted">([^<]+)</span>', page) == ["第3节"] * 4
    page = coordinator.post("/series/new", data=series_form(world)).text
    assert len(re.findall(r"<span>10:00–11:20</span></p>", page)) == 4


def test_a_booking_tells_its_series_and_a_move_is_its_own(coordinator, world, database):
    public_id = book_series(coordinator, world)
    second = bookings_of(database, public_id)[1][0]
    page = coordinator.get(f"/bookings/{second}").text
    assert f'<a href="/series/{public_id}">第 2 次，共 4 次</a>' in page
    assert "这里只改这一次的时间。" in coordinator.get(f"/bookings/{second}/move").text
    data = {"date": "2018-12-14", "starts": "09:00", "ends": "10:20", "version": "1"}
    assert coordinator.post(f"/bookings/{second}/move", data=data).status_code == 303
    assert starts(database, public_id) == ["12-06 10:00", "12-14 09:00", "12-20 10:00", "12-27 10:00"]
    assert "单独改过，原定 12月13日 周四" in coordinator.get(f"/series/{public_id}").text
    alone = book_lesson(coordinator, world, date="2018-12-07")
    assert "系列：" not in coordinator.get(f"/bookings/{alone}").text
    assert "每周重复" not in page
    assert 'name="reach"' not in coordinator.get(f"/bookings/{alone}/edit").text


@pytest.mark.parametrize(
    ("reach", "changed"), [("one", [1]), ("following", [1, 2, 3]), ("all", [0, 1, 2, 3]), ("", [1])]
)
def test_an_edit_reaches_as_far_as_is_said(coordinator, world, database, reach, changed):
    public_id = book_series(coordinator, world)
    before = bookings_of(database, public_id)
    edit = f"/bookings/{before[1][0]}/edit"
    page = coordinator.get(edit).text
    for words in ("只这一次（共 1 次）", "这次和以后各次（共 3 次）", "全部未上的各次（共 4 次）"):
        assert words in page
    form = {**values_in(page), "title": "新题目", "starts": "14:00", "ends": "15:20", "reach": reach}
    assert coordinator.post(edit, data=form).status_code == 303
    days = ["12-06", "12-13", "12-20", "12-27"]
    assert starts(database, public_id) == [
        f"{day} {'14:00' if index in changed else '10:00'}" for index, day in enumerate(days)
    ]
    assert [one[0] for one in bookings_of(database, public_id)] == [one[0] for one in before]
    with database.read() as session:
        told = [get_booking(session, one[0]).title for one in before]
    assert told == ["新题目" if index in changed else "走进大葆台西汉墓" for index in range(4)]


def test_a_change_that_fails_on_one_day_changes_none(coordinator, world, database):
    public_id = book_series(coordinator, world)
    book_lesson(coordinator, world, date="2018-12-27", starts="14:00", ends="15:20", title="别的课")
    before, all_holds = bookings_of(database, public_id), holds(database)
    edit = f"/bookings/{before[0][0]}/edit"
    form = {**values_in(coordinator.get(edit).text), "starts": "14:00", "ends": "15:20", "reach": "all"}
    answer = coordinator.post(edit, data=form)
    assert answer.status_code == 409
    assert "系列里有 1 次不能这样改，一次都没有改。" in answer.text
    assert "<strong>12月27日 周四</strong>" in answer.text
    assert "别的课" in answer.text
    assert (bookings_of(database, public_id), holds(database)) == (before, all_holds)
    assert values_in(answer.text)["starts"] == "14:00"


@pytest.mark.parametrize("verb", ["edit", "cancel"])
def test_a_reach_that_is_none_is_refused(coordinator, world, database, verb):
    public_id = book_series(coordinator, world)
    address = f"/bookings/{bookings_of(database, public_id)[0][0]}/{verb}"
    form = {**values_in(coordinator.get(address).text), "reason": "weather", "reach": "everything"}
    answer = coordinator.post(address, data=form)
    assert answer.status_code == 422
    assert list(errors_of(answer.text)) == ["reach"]


@pytest.mark.parametrize(("reach", "left"), [("one", [0, 2, 3]), ("following", [0]), ("all", [])])
def test_a_cancellation_reaches_as_far_as_is_said(coordinator, world, database, reach, left):
    public_id = book_series(coordinator, world)
    cancel = f"/bookings/{bookings_of(database, public_id)[1][0]}/cancel"
    assert "这次和以后各次（共 3 次）" in coordinator.get(cancel).text
    data = {"reason": "weather", "words": "大雪", "version": "1", "reach": reach}
    assert coordinator.post(cancel, data=data).status_code == 303
    states = [state for _id, _start, state in bookings_of(database, public_id)]
    assert states == ["confirmed" if index in left else "cancelled" for index in range(4)]
    assert coordinator.get(f"/series/{public_id}").status_code == 200


def test_a_skipped_day_is_added_at_its_time_or_another(coordinator, world, database):
    page = coordinator.post("/series/new", data=series_form(world)).text
    sent = {**fields_in(page), "decisions-1-do": "skip", "decisions-2-do": "skip"}
    public_id = coordinator.post("/series/book", data=sent).location.rsplit("/", 1)[-1]
    book_lesson(coordinator, world, date="2018-12-20", title="别的课")
    add = f"/series/{public_id}/days/2018-12-13"
    assert f'href="{add}"' in coordinator.get(f"/series/{public_id}").text
    values = values_in(coordinator.get(add).text)
    assert (values["date"], values["starts"], values["ends"]) == ("2018-12-13", "10:00", "11:20")
    assert coordinator.post(add, data=values).status_code == 303

    add = f"/series/{public_id}/days/2018-12-20"
    values = values_in(coordinator.get(add).text)
    answer = coordinator.post(add, data=values)
    assert (answer.status_code, "别的课" in answer.text) == (409, True)
    slot = re.findall(r'name="slot" value="([^"]*)"', answer.text)[0]
    filled = coordinator.post(add, data={**values, "slot": slot})
    assert "还没有保存。" in filled.text
    assert coordinator.post(add, data={**values, "starts": "14:00", "ends": "15:20"}).status_code == 303
    assert starts(database, public_id) == ["12-06 10:00", "12-13 10:00", "12-20 14:00", "12-27 10:00"]
    assert coordinator.post(add, data=values).status_code == 409
    page = coordinator.get(f"/series/{public_id}").text
    assert page.count("补上了跳过的一次") == 2
    assert "/days/" not in page


def test_a_skipped_day_whose_room_was_retired_since_says_so(coordinator, world, database):
    form = fields_in(coordinator.post("/series/new", data=series_form(world)).text)
    made = coordinator.post("/series/book", data={**form, "decisions-1-do": "skip"})
    with database.write() as session:
        session.get_one(Resource, world.id("room 1")).retired_at = world.act.at
    page = coordinator.get(f"{made.location}/days/2018-12-13")
    assert (page.status_code, "录播教室1 已停用" in page.text) == (200, True)
    assert values_in(page.text)["date"] == "2018-12-13"
    values = {"date": "2018-12-13", "starts": "10:00", "ends": "11:20"}
    again = coordinator.post(f"{made.location}/days/2018-12-13", data=values)
    assert (again.status_code, "录播教室1 已停用" in again.text) == (422, True)
    assert coordinator.get(f"{made.location}/days/2018-12-06").status_code == 409


@pytest.mark.parametrize("day", ["2018-12-07", "2018-13-01", "none", "²018-12-13"])
def test_a_day_that_is_none_of_the_series_is_not_found(coordinator, world, day):
    public_id = book_series(coordinator, world)
    assert coordinator.get(f"/series/{public_id}/days/{day}").status_code == 404
    values = {"date": "2018-12-07", "starts": "10:00", "ends": "11:20"}
    assert coordinator.post(f"/series/{public_id}/days/{day}", data=values).status_code == 404


def test_a_manager_sees_only_their_own_days(client, world, database):
    coordinator = sign_in(client, "coordinator")
    public_id = book_series(coordinator, world)
    first = bookings_of(database, public_id)[0][0]
    edit = f"/bookings/{first}/edit"
    form = values_in(coordinator.get(edit).text)
    others = {name: "" for name in form if name.startswith("receiving-0-")}
    assert coordinator.post(edit, data={**form, **others, "reach": "one"}).status_code == 303
    manager = sign_in(client, "manager")
    page = manager.get(f"/series/{public_id}").text
    assert page.count('<a href="/bookings/') >= 3
    assert f"/bookings/{first}" not in page
    assert "补上" not in page
    assert manager.get("/series/none").status_code == 404


def test_the_page_of_a_series_costs_the_same_however_long(coordinator, world, database):
    def cost(public_id: str) -> int:
        with counted(database) as statements:
            assert coordinator.get(f"/series/{public_id}").status_code == 200
        return len(statements)

    short = cost(book_series(coordinator, world, count="2"))
    long = cost(book_series(coordinator, world, count="9", first_day="2019-02-01"))
    assert long == short


def test_the_days_cost_the_same_however_many(coordinator, world, database):
    def cost(count: int) -> int:
        with counted(database) as statements:
            answer = coordinator.post("/series/new", data=series_form(world, count=str(count)))
            assert answer.status_code == 200
        return len(statements)

    assert cost(40) == cost(2)


def test_each_day_is_an_event_of_its_own_in_the_feeds(coordinator, world, database):
    public_id = book_series(coordinator, world)
    with database.write() as session:
        viewer = viewer_of(session.get_one(User, world.id("viewer")))
        scope = {"scope": "partnership", "partnership_id": world.id("partnership")}
        _feed, token = create_feed(session, scope, viewer=viewer, act=world.act)
    text = coordinator.get(f"/feeds/{token}.ics").text
    uids = [line.partition(":")[2] for line in text.splitlines() if line.startswith("UID:")]
    ids = [one[0] for one in bookings_of(database, public_id)]
    assert (len(uids), len(set(uids)), text.count("BEGIN:VEVENT")) == (4, 4, 4)
    assert all(any(one in uid for uid in uids) for one in ids)
    assert "RRULE" not in text


def test_all_of_it_in_english(coordinator, world, database):
    coordinator.post("/language", data={"language": "en", "next": "/"})
    page = coordinator.post("/series/new", data=series_form(world)).text
    assert "4 days: 4 work" in page
    public_id = coordinator.post("/series/book", data=fields_in(page)).location.rsplit("/", 1)[-1]
    pages = [coordinator.get(address).text for address in ("/series/new", f"/series/{public_id}")]
    first = bookings_of(database, public_id)[0][0]
    pages += [coordinator.get(f"/bookings/{first}/{verb}").text for verb in ("edit", "cancel", "move")]
    for words in (
        "Book a series",
        "4 bookings",
        "This and the following",
        "Which to cancel",
        "Only this one",
    ):
        assert any(words in page for page in [*pages, page]), words
