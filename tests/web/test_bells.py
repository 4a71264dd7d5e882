"""Pages of bell schedules: the schools, one timetable, the table that edits it, copies, the way back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.bell_schedules import create_schedule
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.school_time import BellSchedule
from tests.domain.test_bell_schedules import SUMMER, WINTER
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.web.test_bookings import errors_of, values_in
from tests.world import ROOT, World

ROWS = (("lesson", "第1节", "08:00", "08:40"), ("break", "大课间", "08:40", "09:10"))
DAYS = {"name": "冬季作息", "first_day": "2018-10-08", "last_day": "2019-04-30"}


def sent(*rows: tuple[str, str, str, str], **changes: Any) -> dict[str, Any]:
    """The form as a browser sends it; rows are (kind, name, starts, ends)."""
    form: dict[str, Any] = {**DAYS, "weekdays": ["1", "2"], "version": "0", **changes}
    for index, row in enumerate(rows or ROWS):
        names = ("kind", "name", "starts", "ends")
        form |= {f"periods-{index}-{name}": value for name, value in zip(names, row, strict=True)}
    return form


def add(database: Database, world: World, raw: dict[str, Any], school: str = "school 1") -> int:
    with database.write() as session:
        whole = {**raw, "organisation_id": world.id(school)}
        return create_schedule(session, whole, viewer=ROOT, act=world.act).id


def rows_of(database: Database) -> list[tuple[str, str, list[tuple[str, int, int]]]]:
    with database.read() as session:
        return [
            (one.name, one.weekdays, [(p.name, p.starts, p.ends) for p in one.periods])
            for one in session.scalars(select(BellSchedule).order_by(BellSchedule.id))
        ]


def words(page: str) -> str:
    """The page's text in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_a_manager_enters_the_bells_of_their_school(
    client: FlaskClient, database: Database, world: World
) -> None:
    manager, address = sign_in(client, "manager"), f"/bells/schools/{world.id('school 1')}"
    empty = manager.get(f"{address}/new").text
    assert empty.count('class="period-row"') == 8
    lines = [*ROWS, ("lesson", "", "", "")]
    answer = manager.post(f"{address}/new", data=sent(*lines))
    assert (answer.status_code, answer.location) == (303, address)
    assert rows_of(database) == [("冬季作息", "1,2", [("第1节", 480, 520), ("大课间", 520, 550)])]
    page = words(manager.get(address).text)
    for told in (
        "已保存“冬季作息”。",
        "现在用 2018年10月8日 周一 – 2019年4月30日 周二 周一 周二 1 节课，8:00–8:40",
        "第1节 8:00–8:40 40 分钟",
        "大课间 休息 8:40–9:10 30 分钟",
    ):
        assert told in page


def test_one_more_row_keeps_what_was_typed(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    address = f"/bells/schools/{world.id('school 1')}/new"
    page = coordinator.post(address, data=sent(("lesson", "第1节", "25:00", ""), add="periods"))
    assert page.status_code == 200
    assert page.text.count('class="period-row"') == 2
    typed = values_in(page.text)
    assert (typed["periods-0-starts"], typed["name"]) == ("25:00", "冬季作息")
    many = [("lesson", f"第{n}节", "", "") for n in range(30)]
    page = coordinator.post(address, data=sent(*many, add="periods"))
    assert page.text.count('class="period-row"') == 30
    assert rows_of(database) == []


@pytest.mark.parametrize(
    ("rows", "changes", "errors"),
    [
        (
            [("lesson", "", "", ""), ("lesson", "第1节", "25:00", "25:40")],
            {},
            {
                "periods-1-starts": "没有 25:00 这个时刻，一天从 00:00 到 23:59。",
                "periods-1-ends": "没有 25:40 这个时刻，一天从 00:00 到 23:59。",
            },
        ),
        (
            [("lesson", "第1节", "08:00", "08:40"), ("lesson", "第2节", "08:30", "09:10")],
            {},
            {"periods-1-starts": "和另一节时间重叠：第1节 8:00–8:40，第2节 8:30–9:10。"},
        ),
        (
            [("lesson", "第1节", "08:40", "08:00")],
            {"last_day": "2018-10-07"},
            {"periods-0-ends": "结束时间早于开始时间。", "last_day": "最后一天早于第一天。"},
        ),
        ([("lesson", "第1节", "08:00", "08:40")], {"name": ""}, {"name": "请填写这一项。"}),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(
    coordinator: FlaskClient,
    database: Database,
    world: World,
    rows: list[tuple[str, str, str, str]],
    changes: dict[str, str],
    errors: dict[str, str],
) -> None:
    answer = coordinator.post(f"/bells/schools/{world.id('school 1')}/new", data=sent(*rows, **changes))
    assert answer.status_code == 422
    assert errors_of(answer.text) == errors
    assert values_in(answer.text)["periods-0-name"] == rows[0][1]
    assert rows_of(database) == []


def test_a_schedule_without_a_lesson_is_refused_as_a_whole(coordinator: FlaskClient, world: World) -> None:
    answer = coordinator.post(f"/bells/schools/{world.id('school 1')}/new", data=sent(ROWS[1]))
    assert answer.status_code == 422
    assert "至少要有一节课（类型选“上课”）。" in answer.text


def test_days_that_another_has_are_named(coordinator: FlaskClient, database: Database, world: World) -> None:
    add(database, world, WINTER)
    form = sent(first_day="2019-04-01", last_day="", name="夏季作息")
    answer = coordinator.post(f"/bells/schools/{world.id('school 1')}/new", data=form)
    told = "2019-04-01 到 2019-04-30 的周一、周二已按“冬季作息”作息，请改日期或星期。"
    assert (answer.status_code, errors_of(answer.text)) == (422, {"first_day": told})


def test_a_gap_is_allowed_and_told(coordinator: FlaskClient, database: Database, world: World) -> None:
    add(database, world, WINTER)
    address = f"/bells/schools/{world.id('school 1')}"
    form = sent(first_day="2019-05-06", last_day="", name="夏季作息")
    assert coordinator.post(f"{address}/new", data=form).status_code == 303
    told = "2019年5月1日 周三 – 2019年5月5日 周日 没有作息时间表，这段时间不核对节次。"
    assert words(coordinator.get(address).text).count(told) == 2  # as an answer, and as long as it is so
    assert words(coordinator.get(address).text).count(told) == 1
    assert "空档：2019年5月1日 周三 – 2019年5月5日 周日" in words(coordinator.get("/bells").text)


def test_summer_and_winter_stand_side_by_side(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    add(database, world, WINTER)
    later = [{**row, "starts": "8:10", "ends": "8:50"} for row in WINTER["periods"][:1]]
    add(database, world, {**SUMMER, "periods": later})
    add(database, world, {**WINTER, "name": "去年", "first_day": "2017-10-08", "last_day": "2018-04-30"})
    page = coordinator.get(f"/bells/schools/{world.id('school 1')}").text
    assert re.findall(r'<th scope="col">([^<]+)</th>', page) == ["节次", "冬季作息", "夏季作息"]
    assert "第1节 8:00–8:40 40 分钟 8:10–8:50 40 分钟 大课间 休息 8:40–9:10 30 分钟 —" in words(page)
    assert page.count("bell-card is-now") == 1
    assert "已经过去的 1 份" in page


def test_a_change_is_kept_and_told(coordinator: FlaskClient, database: Database, world: World) -> None:
    address = f"/bells/{add(database, world, WINTER)}/edit"
    typed = values_in(coordinator.get(address).text)
    assert (typed["periods-1-name"], typed["periods-1-ends"]) == ("大课间", "09:10")
    form = sent(version=typed["version"], weekdays=["1", "2", "3", "4", "5"])
    assert coordinator.post(address, data=form).status_code == 303
    assert [len(periods) for _name, _on, periods in rows_of(database)] == [2]
    assert "第1节 8:00–8:40、第2节 9:10–9:50 → 第1节 8:00–8:40" in words(coordinator.get(address).text)


def test_of_two_editors_the_second_sees_both_versions(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    address = f"/bells/{add(database, world, WINTER)}/edit"
    version = values_in(coordinator.get(address).text)["version"]
    coordinator.post(address, data=sent(version=version, name="先存的"))
    answer = coordinator.post(address, data=sent(ROWS[0], version=version, name="后存的"))
    assert answer.status_code == 409
    page = words(answer.text)
    assert "名称 先存的 后存的" in page
    assert "节次 第1节 8:00–8:40 大课间 8:40–9:10 第1节 8:00–8:40" in page
    again = values_in(answer.text)["version"]
    assert coordinator.post(address, data=sent(ROWS[0], version=again, name="后存的")).status_code == 303
    assert [name for name, _on, _periods in rows_of(database)] == ["后存的"]


def test_a_copy_from_another_school(client: FlaskClient, database: Database, world: World) -> None:
    source = add(database, world, WINTER, "school 2")
    manager, address = sign_in(client, "manager"), f"/bells/schools/{world.id('school 1')}"
    page = manager.get(f"{address}/copy?source={source}").text
    assert values_in(page)["name"] == "冬季作息"
    assert f'<option selected value="{source}">' in page
    form = {"source_id": source, "name": "我们的", "first_day": "2018-11-01", "last_day": "", "shift": "10"}
    for changes, error in (
        ({"source_id": "999999"}, "source_id"),
        ({"source_id": ""}, "source_id"),
        ({"shift": "x"}, "shift"),
        ({"first_day": ""}, "first_day"),
    ):
        answer = manager.post(f"{address}/copy", data={**form, **changes})
        assert (answer.status_code, list(errors_of(answer.text))) == (422, [error])
    assert manager.post(f"{address}/copy", data=form).status_code == 303
    assert rows_of(database)[1:] == [
        ("我们的", "1,2,3,4,5", [("第1节", 490, 530), ("大课间", 530, 560), ("第2节", 560, 600)])
    ]


def test_nothing_to_copy_yet(coordinator: FlaskClient, world: World) -> None:
    page = coordinator.get(f"/bells/schools/{world.id('school 1')}/copy?source=x").text
    assert "还没有可以复制的" in page


def test_a_schedule_is_retired_and_brought_back_by_one_click(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    one = add(database, world, WINTER)
    page = coordinator.post(f"/bells/{one}/retire", follow_redirects=True).text
    assert f'action="/bells/{one}/restore"' in page
    assert "已停用的 1 份" in page
    add(database, world, {**WINTER, "name": "新的"})
    page = coordinator.post(f"/bells/{one}/restore", follow_redirects=True).text
    assert "已按“新的”作息" in page
    with database.read() as session:
        assert session.get_one(BellSchedule, one).retired_at is not None


def test_every_school_stands_in_the_overview(client: FlaskClient, database: Database, world: World) -> None:
    add(database, world, WINTER)
    add(database, world, {**SUMMER, "last_day": ""}, "school 2")
    page = words(sign_in(client, "viewer").get("/bells").text)
    assert "林西县民族中学 冬季作息 周一至周五 2 节课，8:00–9:50 —" in page
    assert "示例中学A（演示） — — 今天没有作息在用" in page
    assert "示例中学B（演示） — — 还没有作息时间表" in page
    assert "北京大葆台遗址博物馆" not in page


def test_a_region_without_terms_is_told_where_its_schools_are(
    coordinator: FlaskClient, client: FlaskClient, database: Database, world: World
) -> None:
    told = "内蒙古林西县（初中）还没有登记学期，排课时不核对是否在学期内。"
    new = f"/directory/terms/new?region_id={world.id('linxi')}"
    addresses = ("/bells", f"/bells/schools/{world.id('school 1')}")
    for address in addresses:
        page = coordinator.get(address).text
        assert (told in page, f'href="{new}"' in page) == (True, True)
    assert coordinator.get(new).status_code == 200
    manager = sign_in(client, "manager").get("/bells").text
    assert (told in manager, f'href="{new}"' in manager) == (True, False)
    with database.write() as session:
        raw = {"region_id": world.id("linxi"), "stage": "lower_secondary", "name": "上学期"}
        days = {"first_day": "2018-09-01", "last_day": "2019-01-20"}
        create_entry(session, SHELVES["terms"], {**raw, **days}, viewer=ROOT, act=world.act)
    assert ["还没有登记学期" in coordinator.get(address).text for address in addresses] == [False, False]


def test_viewers_and_other_schools_get_no_buttons(
    client: FlaskClient, database: Database, world: World
) -> None:
    add(database, world, WINTER, "school 2")
    manager = sign_in(client, "manager")
    for school, open_to in (("school 1", True), ("school 2", False)):
        page = manager.get(f"/bells/schools/{world.id(school)}").text
        assert ("/new" in page) is open_to
    assert "/retire" not in page


def test_the_entry_of_a_school_leads_to_its_bells(coordinator: FlaskClient, world: World) -> None:
    for place, linked in (("school 1", True), ("museum", False)):
        page = coordinator.get(f"/directory/organisations/{world.id(place)}").text
        assert (f'href="/bells/schools/{world.id(place)}"' in page) is linked


def test_pages_ask_no_more_as_schedules_grow(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    pages = ("/bells", f"/bells/schools/{world.id('school 1')}")

    def asked() -> list[int]:
        counts = []
        for page in pages:
            with counted(database) as statements:
                assert coordinator.get(page).status_code == 200
            counts.append(len(statements))
        return counts

    add(database, world, WINTER)
    few = asked()
    for year in range(2020, 2025):
        days = {"first_day": f"{year}-10-08", "last_day": f"{year}-12-30"}
        add(database, world, {**WINTER, **days})
        add(database, world, {**WINTER, **days}, "school 2")
    assert asked() == few


def test_the_pages_are_there_in_english(coordinator: FlaskClient, database: Database, world: World) -> None:
    one = add(database, world, {**WINTER, "name": "Winter", "periods": WINTER["periods"][:1]})
    coordinator.post("/language", data={"language": "en", "next": "/"})
    school = world.id("school 1")
    for page in ("/bells", f"/bells/schools/{school}", f"/bells/{one}/edit", f"/bells/schools/{school}/copy"):
        text = words(coordinator.get(page).text)
        assert re.findall(r"作息|上课|星期|周一|新建|复制|停用|节课", text) == []
