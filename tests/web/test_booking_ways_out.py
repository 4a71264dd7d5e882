"""A time that does not work: every rule is told, a reason saves, others are one button away."""

from __future__ import annotations

import re
from html import unescape

import pytest

from scheduler.domain.bookings import get_booking
from scheduler.domain.buffers import set_buffer
from tests.web.booking_forms import book_lesson, lesson_form
from tests.web.calendar_facts import add, add_bells, add_closure
from tests.web.queries import counted
from tests.web.test_bookings import errors_of, holds, titles, values_in

CLOSED = "北京大葆台遗址博物馆 12月6日 周四 维护：布展。"
REASON = "馆方答应为这节课开门"


def objections_in(page: str) -> list[str]:
    return re.findall(r'<li class="objection">.*?<p>(.*?)</p>', page, re.S)


def slots_in(page: str) -> list[str]:
    return re.findall(r'name="slot" value="([^"]*)"', page)


def stand_ins_in(page: str) -> dict[str, str]:
    """Value of the button → its words."""
    found = re.findall(r'name="instead" value="([^"]*)"[^>]*>(.*?)</button>', page, re.S)
    return {value: unescape(words) for value, words in found}


def kept(page: str, form: dict[str, str]) -> dict[str, str]:
    """What differs from ``form`` in the form that came back."""
    values = values_in(page)
    return {name: values[name] for name in form if values[name] != form[name]}


def test_a_rule_is_told_and_a_reason_saves(coordinator, world, database):
    add_closure(database, world, "museum", "2018-12-06")
    assert 'name="override_reason"' not in coordinator.get("/bookings/new").text
    form = lesson_form(world)
    answer = coordinator.post("/bookings/new", data=form)

    assert answer.status_code == 409
    assert "有 1 条规则不允许这个时间，没有保存，填的都还在。请换个时间，或写明理由。" in answer.text
    assert objections_in(answer.text) == [CLOSED]
    assert 'href="#override_reason"' in answer.text
    assert (kept(answer.text, form), titles(database)) == ({}, [])

    answer = coordinator.post("/bookings/new", data={**form, "override_reason": REASON})
    assert answer.status_code == 303
    page = coordinator.get(answer.location).text
    assert f"规则不允许，仍要安排：{REASON}" in page
    assert "coordinator（示例） 2018年12月3日 周一 09:00 决定" in page
    assert f"越过了规则：停用（北京大葆台遗址博物馆）。 理由：{REASON}" in page
    assert "现在有规则不允许这个时间" not in page


def test_an_edit_keeps_the_reason_and_a_move_asks_for_a_new_one(coordinator, world, database):
    add_closure(database, world, "museum", "2018-12-06")
    add_closure(database, world, "museum", "2018-12-07")
    public_id = book_lesson(coordinator, world, override_reason=REASON)
    values = values_in(coordinator.get(f"/bookings/{public_id}/edit").text)
    assert values["override_reason"] == REASON
    assert coordinator.post(f"/bookings/{public_id}/edit", data=values).status_code == 303

    move = f"/bookings/{public_id}/move"
    assert 'name="override_reason"' not in coordinator.get(move).text
    data = {"date": "2018-12-07", "starts": "10:00", "ends": "11:20", "version": "2"}
    answer = coordinator.post(move, data=data)
    assert answer.status_code == 409
    assert objections_in(answer.text) == ["北京大葆台遗址博物馆 12月7日 周五 维护：布展。"]
    assert kept(answer.text, data) == {}
    answer = coordinator.post(move, data={**data, "override_reason": "改期后馆方仍开门"})
    assert answer.status_code == 303
    with database.read() as session:
        booking = get_booking(session, public_id)
        assert (booking.override_reason, booking.starts_at.day) == ("改期后馆方仍开门", 7)
    page = coordinator.get(f"/bookings/{public_id}").text
    assert "越过了规则：停用（北京大葆台遗址博物馆）。</p>" in page
    assert f'<span class="was">{REASON}</span> → <span>改期后馆方仍开门</span>' in page


def test_a_text_is_edited_without_a_reason_whatever_closed_since(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    add_closure(database, world, "museum", "2018-12-06")
    edit = f"/bookings/{public_id}/edit"
    values = {**values_in(coordinator.get(edit).text), "title": "新的课题"}
    assert coordinator.post(edit, data=values).status_code == 303
    page = coordinator.get(f"/bookings/{public_id}").text
    assert "新的课题" in page
    assert "现在有规则不允许这个时间" in page
    values |= {"version": "2", "ends": "11:30"}
    answer = coordinator.post(edit, data=values)
    assert (answer.status_code, objections_in(answer.text)) == (409, [CLOSED])
    assert kept(answer.text, {"title": "新的课题", "ends": "11:30"}) == {}


def test_a_reason_has_the_rules_of_text(coordinator, world, database):
    add_closure(database, world, "museum", "2018-12-06")
    form = lesson_form(world, override_reason="打 13800138000 问过了")
    answer = coordinator.post("/bookings/new", data=form)
    assert answer.status_code == 422
    assert list(errors_of(answer.text)) == ["override_reason"]
    assert kept(answer.text, form) == {}


def test_no_reason_goes_round_a_hold(coordinator, world, database):
    book_lesson(coordinator, world)
    add_closure(database, world, "museum", "2018-12-06")
    before = holds(database)
    answer = coordinator.post("/bookings/new", data=lesson_form(world, title="另一节课"))
    assert (answer.status_code, objections_in(answer.text)) == (409, [CLOSED])
    assert "有 13 处占用冲突" in answer.text
    assert "还有 1 条规则不允许这个时间" in answer.text
    answer = coordinator.post(
        "/bookings/new", data=lesson_form(world, title="另一节课", override_reason=REASON)
    )
    assert (answer.status_code, objections_in(answer.text)) == (409, [])
    assert (titles(database), holds(database)) == (["走进大葆台西汉墓"], before)


def test_an_offered_time_fills_the_form_and_can_be_booked(coordinator, world, database):
    add_bells(database, world)
    book_lesson(coordinator, world)
    form = lesson_form(world, title="另一节课", note="带学习单")
    page = coordinator.post("/bookings/new", data=form).text
    assert slots_in(page) == ["2018-12-05 10:00 11:20", "2018-12-07 10:00 11:20", "2018-12-04 10:00 11:20"]

    answer = coordinator.post("/bookings/new", data={**form, "slot": slots_in(page)[0]})
    assert answer.status_code == 200
    assert "时间已换成 12月5日 周三 10:00–11:20，还没有保存。" in answer.text
    assert kept(answer.text, form) == {"date": "2018-12-05"}
    assert titles(database) == ["走进大葆台西汉墓"]
    assert coordinator.post("/bookings/new", data=values_in(answer.text)).status_code == 303
    assert titles(database) == ["走进大葆台西汉墓", "另一节课"]


def test_a_stand_in_is_put_into_the_very_field(coordinator, world, database):
    book_lesson(coordinator, world, receiving=[], account_id="", host={"organisation_id": world.id("museum")})
    place = world.id("museum")
    stand_in = add(database, world, "persons", organisation_id=place, name="钱讲解员（示例）")
    add(database, world, "persons", organisation_id=world.id("school 1"), name="别处的老师（示例）")
    form = lesson_form(world, title="另一节课")
    page = coordinator.post("/bookings/new", data=form).text
    assert stand_ins_in(page) == {f"people-1-person_id:{stand_in}": "换成 钱讲解员（示例）"}

    answer = coordinator.post("/bookings/new", data={**form, "instead": f"people-1-person_id:{stand_in}"})
    assert answer.status_code == 200
    assert "已换成 钱讲解员（示例），还没有保存。" in answer.text
    assert kept(answer.text, form) == {"people-1-person_id": str(stand_in)}


def test_a_room_that_is_too_small_does_not_stand_in(coordinator, world, database):
    book_lesson(coordinator, world)
    place = world.id("school 1")
    large = add(database, world, "rooms", organisation_id=place, name="大教室", seats=60)
    add(database, world, "rooms", organisation_id=place, name="小教室", seats=20)
    page = coordinator.post("/bookings/new", data=lesson_form(world, title="另一节课")).text
    assert list(stand_ins_in(page)) == [f"receiving-0-room_id:{large}"]


@pytest.mark.parametrize(
    "pressed",
    [
        {"slot": ""},
        {"slot": "明天"},
        {"slot": "2018-02-31 10:00 11:00"},
        {"slot": "2018-12-06 11:00 10:00"},
        {"slot": "２018-12-06 10:00 11:00"},
        {"instead": ""},
        {"instead": f"people-0-person_id:{'9' * 5000}"},
        {"instead": "people-0-person_id:²"},
        {"instead": "version:1"},
        {"instead": "people-77-person_id:1"},
    ],
    ids=str,
)
def test_what_was_never_offered_changes_nothing(coordinator, world, pressed):
    form = lesson_form(world)
    answer = coordinator.post("/bookings/new", data={**form, **pressed})
    assert (answer.status_code, kept(answer.text, form)) == (200, {})
    assert "还没有保存。" not in answer.text


def test_times_are_found_before_everything_is_filled(coordinator, world, database):
    book_lesson(coordinator, world)
    form = lesson_form(
        world, title="", receiving=[], people=[{"role": "lead", "person_id": world.id("lead")}]
    )
    answer = coordinator.post("/bookings/new", data={**form, "find": "1"})
    assert answer.status_code == 200
    assert len(slots_in(answer.text)) == 6
    assert "您填的 12月6日 周四 10:00–11:20 不行" in answer.text
    assert (kept(answer.text, form), errors_of(answer.text)) == ({}, {})
    free = coordinator.post("/bookings/new", data={**form, "date": "2018-12-07", "find": "1"}).text
    assert "您填的 12月7日 周五 10:00–11:20，大家都有空。" in free
    assert titles(database) == ["走进大葆台西汉墓"]


@pytest.mark.parametrize("changes", [{"date": ""}, {"ends": "9:00"}, {"date": "二月三十日"}], ids=str)
def test_a_time_that_cannot_be_read_is_asked_for(coordinator, world, changes):
    page = coordinator.post("/bookings/new", data={**lesson_form(world, **changes), "find": "1"}).text
    assert "先选好参加的人或班级，并填好日期和时间。" in page
    assert slots_in(page) == []


def test_nobody_chosen_is_nobody_to_look_for(coordinator):
    page = coordinator.post("/bookings/new", data={"date": "2018-12-06", "starts": "10:00", "find": "1"}).text
    assert "先选好参加的人或班级，并填好日期和时间。" in page


def test_a_move_offers_times_too(coordinator, world):
    book_lesson(coordinator, world, date="2018-12-07")
    move = f"/bookings/{book_lesson(coordinator, world)}/move"
    data = {"date": "2018-12-07", "starts": "10:00", "ends": "11:20", "version": "1"}
    page = coordinator.post(move, data=data).text
    assert len(slots_in(page)) == 3
    assert stand_ins_in(page) == {}
    answer = coordinator.post(move, data={**data, "slot": "2018-12-10 10:00 11:20"})
    assert (answer.status_code, kept(answer.text, data)) == (200, {"date": "2018-12-10"})
    assert len(slots_in(coordinator.post(move, data={**data, "find": "1"}).text)) == 6
    assert coordinator.post(move, data=values_in(answer.text)).status_code == 303


def test_a_check_tells_periods_and_what_is_not_known(coordinator, world, database):
    add_bells(database, world)
    page = coordinator.post("/bookings/new", data={**lesson_form(world), "check": "1"}).text
    assert "<dt>林西县民族中学</dt><dd>第3节 10:00–10:40、第4节 10:50–11:30</dd>" in page
    assert "2018 年节假日安排未发布，12月6日 周四 是否放假还不知道。" in page
    assert "示例中学A（演示） 12月6日 周四 没有作息时间表，没有核对节次。" in page
    assert "林西县民族中学 12月6日 周四 没有作息时间表" not in page
    add_closure(database, world, "museum", "2018-12-06")
    form = lesson_form(world, override_reason=REASON)
    page = coordinator.post("/bookings/new", data={**form, "check": "1"}).text
    assert f"按理由仍要安排：{CLOSED}" in page
    assert titles(database) == []


def test_set_up_is_told_as_such(coordinator, world, database):
    raw = {"kind": "lesson", "role": "educator", "before": 30, "after": 10}
    with database.write() as session:
        set_buffer(session, raw, partnership_id=world.id("partnership"), act=world.act)
    public_id = book_lesson(coordinator, world)
    page = coordinator.get(f"/bookings/{public_id}").text
    words = "从 9:30 起占用（准备 30 分钟）、占用到 11:30（结束后 10 分钟）"
    assert re.findall(r'<span>([^<]*)<br><span class="muted">([^<]*)</span>', page) == [
        (words, "李讲解员（示例）")
    ]
    page = coordinator.post("/bookings/new", data=lesson_form(world, starts="11:20", ends="12:40")).text
    assert "12月6日 周四 09:30–11:30（含准备 40 分钟）" in page


def test_all_of_it_in_english(coordinator, world, database):
    book_lesson(coordinator, world)
    add_bells(database, world)
    add_closure(database, world, "school 1", "2018-12-06", name="Exhibition")
    coordinator.post("/language", data={"language": "en", "next": "/"})
    page = coordinator.post("/bookings/new", data=lesson_form(world, title="Another")).text
    for words in (
        "1 rule speaks against this time as well",
        "Give a reason and book it",
        "Everybody is free at these times",
        "Reason to book it all the same",
        "Find a time when everybody is free",
    ):
        assert words in page
    form = lesson_form(world, title="Another", date="2018-12-07")
    page = coordinator.post("/bookings/new", data={**form, "find": "1"}).text
    assert "Everybody is free at your time, Fri 7 Dec 10:00–11:20." in page


def test_the_cost_of_ways_out_does_not_grow_with_the_busy(coordinator, world, database):
    form = lesson_form(world, title="另一节课")

    def cost() -> int:
        with counted(database) as statements:
            page = coordinator.post("/bookings/new", data=form).text
        assert slots_in(page) != []
        return len(statements)

    for n in (1, 2, 3):
        for shelf, facts in (("rooms", {"seats": 60}), ("persons", {})):
            add(database, world, shelf, organisation_id=world.id(f"school {n}"), name=f"替补{n}", **facts)
    sites = world.plan()["receiving"]
    elsewhere = {"host": {"organisation_id": world.id("museum")}, "account_id": ""}
    book_lesson(coordinator, world, **elsewhere, people=[], receiving=sites[:1])
    before = cost()
    book_lesson(coordinator, world, **elsewhere, receiving=sites[1:])
    assert cost() == before
