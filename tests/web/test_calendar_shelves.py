"""Pages of terms, opening hours, swaps and closures: what they ask, show, refuse and take back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.directory import create_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.openings import Closure, OpeningHours
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.web.test_bookings import errors_of, values_in
from tests.world import ROOT, World

HOURS = {"name": "平时", "opens": "09:00", "closes": "16:30", "holidays": "open"}


def closure_form(world: World, **changes: Any) -> dict[str, Any]:
    """A closure of the museum's gallery as the form sends it."""
    return {
        "organisation_id": world.id("museum"),
        "resource_id": world.id("gallery"),
        "kind": "closed",
        "name": "布展",
        "starts_at": ["2018-12-10", ""],
        "ends_at": ["2018-12-12", "12:00"],
        "note": "",
        **changes,
    }


def add(database: Database, world: World, shelf: str, **raw: Any) -> int:
    with database.write() as session:
        return int(create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id)


def add_closure(database: Database, world: World, **changes: Any) -> int:
    times = {"starts_at": "2018-12-10", "ends_at": "2018-12-12 12:00"}
    return add(database, world, "closures", **{**closure_form(world), **times, **changes})


# --- closures ---------------------------------------------------------------------------------------


def test_a_closure_asks_whose_first_and_then_offers_what_is_theirs(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    first = coordinator.get("/directory/closures/new").text
    assert 'name="organisation_id"' in first
    assert 'name="resource_id"' not in first
    for strange in ("x", "0", "999999", "9" * 30):
        assert (
            coordinator.get(f"/directory/closures/new?organisation_id={strange}").text.count("<select") == 1
        )
    second = coordinator.get(f"/directory/closures/new?organisation_id={world.id('museum')}").text
    assert values_in(second)["organisation_id"] == str(world.id("museum"))
    for name, offered in (("第一展厅", True), ("李讲解员（示例）", True), ("录播教室1", False)):
        assert (f">{name}</option>" in second) is offered
    answer = coordinator.post("/directory/closures/new", data=closure_form(world))
    assert answer.status_code == 303
    with database.read() as session:
        closure = session.scalars(select(Closure)).one()
        assert (closure.resource_id, closure.starts_at, closure.ends_at) == (
            world.id("gallery"),
            datetime(2018, 12, 9, 16, tzinfo=UTC),
            datetime(2018, 12, 12, 4, tzinfo=UTC),
        )
    assert answer.location == f"/closures/{closure.id}/hits"
    page = unescape(coordinator.get(f"/directory/closures/{closure.id}").text)
    for words in ("第一展厅", "关闭", "2018年12月10日 周一", "2018年12月12日 周三 12:00"):
        assert words in page


def test_whoever_keeps_one_organisation_is_not_asked_whose(client: FlaskClient, world: World) -> None:
    sign_in(client, "manager")
    page = client.get("/directory/closures/new").text
    assert values_in(page)["organisation_id"] == str(world.id("school 1"))
    assert ">录播教室1</option>" in page
    other = closure_form(world, organisation_id=world.id("school 2"), resource_id="")
    assert client.post("/directory/closures/new", data=other).status_code == 403


def test_a_saved_closure_leads_to_what_it_hits_where_there_is_such_a_page(
    app: Flask, world: World, database: Database
) -> None:
    if "closures.hits" not in app.view_functions:
        app.add_url_rule(
            "/closures/<int:closure_id>/hits", "closures.hits", view_func=lambda closure_id: str(closure_id)
        )
    client = sign_in(app.test_client(), "coordinator")
    made = client.post("/directory/closures/new", data=closure_form(world))
    closure_id = add_closure(database, world)
    edited = client.post(
        f"/directory/closures/{closure_id}/edit", data={**closure_form(world, name="延长"), "version": "1"}
    )
    with app.test_request_context():
        expected = [url_for("closures.hits", closure_id=number) for number in (closure_id - 1, closure_id)]
    assert [made.location, edited.location] == expected


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"ends_at": ["2018-12-09", ""]}, {"ends_at": "结束时间和开始时间相同，请填写实际的时长。"}),
        ({"ends_at": ["2018-12-01", ""]}, {"ends_at": "结束时间早于开始时间。"}),
        ({"ends_at": ["2028-12-01", ""]}, {"ends_at": "一次停用最长 3 年，请检查年份。"}),
        (
            {"starts_at": "2018-12-10 25:00"},
            {"starts_at": "没有 25:00 这个时刻，一天从 00:00 到 23:59。"},
        ),
        ({"starts_at": ["", "12:00"]}, {"starts_at": "不是有效的日期，请写成 2026-12-06 这样。"}),
        ({"starts_at": ["", ""], "kind": ""}, {"starts_at": "请填写这一项。", "kind": "请填写这一项。"}),
        ({"resource_id": "999999"}, {"resource_id": "名录里没有这一项，请重新选择。"}),
    ],
)
def test_what_is_wrong_with_a_closure_is_said_and_what_was_typed_stays(
    coordinator: FlaskClient, world: World, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    answer = coordinator.post("/directory/closures/new", data=closure_form(world, note="留着", **changes))
    assert (answer.status_code, errors_of(answer.text)) == (422, errors)
    assert values_in(answer.text)["note"] == "留着"
    assert values_in(answer.text)["organisation_id"] == str(world.id("museum"))


def test_a_resource_of_another_organisation_is_refused(coordinator: FlaskClient, world: World) -> None:
    data = closure_form(world, resource_id=world.id("room 1"))
    answer = coordinator.post("/directory/closures/new", data=data)
    assert errors_of(answer.text) == {"resource_id": "录播教室1不属于北京大葆台遗址博物馆。"}


def test_the_form_of_a_closure_begins_with_what_is_saved_and_saves_it_again(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    closure_id = add_closure(database, world, ends_at="2018-12-12")
    address = f"/directory/closures/{closure_id}/edit"
    page = coordinator.get(address).text
    for field in ('name="starts_at" type="date" value="2018-12-10"', 'name="ends_at" type="date"'):
        assert field in page
    assert 'type="time" value=""' in page
    values = {**values_in(page), "starts_at": "2018-12-10", "ends_at": "2018-12-12"}
    assert coordinator.post(address, data=values).status_code == 303
    with database.read() as session:
        closure = session.get_one(Closure, closure_id)
        assert (closure.version, closure.ends_at) == (1, datetime(2018, 12, 12, 16, tzinfo=UTC))


def test_a_stale_closure_shows_both_versions_in_words(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    closure_id = add_closure(database, world)
    address = f"/directory/closures/{closure_id}/edit"
    whole = closure_form(world, resource_id="", version="1")
    assert coordinator.post(address, data=whole).status_code == 303
    mine = closure_form(world, ends_at=["2018-12-13", ""], version="1")
    answer = coordinator.post(address, data=mine)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert '<td data-label="已保存的">整个单位</td><td data-label="您填的">第一展厅</td>' in page
    assert "2018年12月12日 周三 12:00" in page
    assert "2018年12月13日 周四" in page
    assert page.count('data-label="已保存的"') == 2


def test_the_history_of_a_closure_names_what_was_closed(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    closure_id = add_closure(database, world)
    data = closure_form(world, resource_id="", ends_at=["2018-12-13", ""], version="1")
    coordinator.post(f"/directory/closures/{closure_id}/edit", data=data)
    page = unescape(coordinator.get(f"/directory/closures/{closure_id}").text)
    assert "停用的是：第一展厅 → 整个单位" in " ".join(page.replace("（空）", "整个单位").split())
    assert "结束：2018年12月12日 周三 12:00 → 2018年12月13日 周四" in " ".join(page.split())


def test_a_closure_is_told_and_typed_on_the_clocks_of_its_place(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    region = add(
        database,
        world,
        "regions",
        partnership_id=world.id("partnership"),
        name="乌鲁木齐",
        zone="Asia/Urumqi",
    )
    museum = add(database, world, "organisations", region_id=region, kind="museum", name="新疆的博物馆")
    data = closure_form(world, organisation_id=museum, resource_id="")
    coordinator.post("/directory/closures/new", data=data)
    with database.read() as session:
        closure = session.scalars(select(Closure)).one()
    assert closure.ends_at == datetime(2018, 12, 12, 6, tzinfo=UTC)
    assert "2018年12月12日 周三 12:00" in coordinator.get(f"/directory/closures/{closure.id}").text
    assert "2018年12月12日 周三 12:00" in coordinator.get("/directory/closures").text


def test_the_list_of_closures_costs_the_same_however_many_there_are(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    def asked() -> int:
        with counted(database) as statements:
            assert coordinator.get("/directory/closures").status_code == 200
        return len(statements)

    add_closure(database, world)
    few = asked()
    for school in ("school 1", "school 2", "school 3"):
        number = school[-1]
        place = {"organisation_id": world.id(school), "resource_id": world.id(f"room {number}")}
        add_closure(database, world, **place)
        add_closure(database, world, **{**place, "resource_id": world.id(f"class {number}")})
    assert asked() == few


# --- opening hours, terms, swaps --------------------------------------------------------------------


def test_opening_hours_to_midnight(coordinator: FlaskClient, database: Database, world: World) -> None:
    data = {**HOURS, "organisation_id": world.id("museum"), "closes": "00:00", "closed_weekdays": ["2", "1"]}
    answer = coordinator.post("/directory/openings/new", data=data)
    page = coordinator.get(answer.location).text
    for words in ("24:00", "周一、周二", "节假日开放"):
        assert words in page
    values = values_in(coordinator.get(f"{answer.location}/edit").text)
    assert (values["opens"], values["closes"]) == ("09:00", "00:00")
    with database.read() as session:
        hours = session.scalars(select(OpeningHours)).one()
        assert (hours.opens, hours.closes, hours.closed_weekdays) == (540, 1440, "1,2")


@pytest.mark.parametrize(
    ("shelf", "changes", "errors"),
    [
        ("openings", {"opens": "25:00"}, {"opens": "没有 25:00 这个时刻，一天从 00:00 到 23:59。"}),
        (
            "openings",
            {"closes": "08:00", "first_day": "2019-07-01", "last_day": "2019-08-31"},
            {"closes": "结束时间早于开始时间。"},
        ),
        ("openings", {"last_day": "2018-12-31"}, {"first_day": "两个日期要么都填，要么都不填。"}),
        ("openings", {}, {"first_day": "平时的规则已经有了：“平时”。请改那一项，或填写这一项管哪些天。"}),
        ("terms", {"last_day": "2018-01-01"}, {"last_day": "最后一天早于第一天。"}),
        (
            "terms",
            {"last_day": "2020-01-01"},
            {"last_day": "共 486 天，一个学期最长 400 天，请检查年份。"},
        ),
        ("terms", {}, {"first_day": "和“秋季学期”（2018-09-03 到 2019-01-11）重叠。"}),
        ("swaps", {}, {"day": "2018-12-29 已经登记过怎么上课。"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    coordinator: FlaskClient,
    database: Database,
    world: World,
    shelf: str,
    changes: dict[str, str],
    errors: dict[str, str],
) -> None:
    days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
    rows: dict[str, dict[str, Any]] = {
        "openings": {**HOURS, "organisation_id": world.id("museum")},
        "terms": {"name": "秋季学期", "stage": "primary", "region_id": world.id("linxi"), **days},
        "swaps": {"name": "元旦调休", "day": "2018-12-29", "organisation_id": world.id("school 1")},
    }
    add(database, world, shelf, **rows[shelf])
    answer = coordinator.post(f"/directory/{shelf}/new", data={**rows[shelf], **changes})
    assert (answer.status_code, errors_of(answer.text)) == (422, errors)


def test_a_swap_is_offered_to_schools_and_names_the_make_up_days_that_are_known(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    partnership_id = world.id("partnership")
    days = {
        date(2018, 9, 29): DayKind.WORKDAY,  # over
        date(2018, 12, 29): DayKind.WORKDAY,
        date(2018, 12, 31): DayKind.HOLIDAY,
    }
    with database.write() as session:
        for year in session.scalars(select(HolidayYear)):
            session.delete(year)
        session.flush()
        session.add(
            HolidayYear(
                partnership_id=partnership_id,
                year=2018,
                source="",
                notice="",
                updated_at=world.act.at,
                days=[
                    CalendarDay(partnership_id=partnership_id, day=day, kind=kind, name="元旦")
                    for day, kind in days.items()
                ],
            )
        )
    page = coordinator.get("/directory/swaps/new").text
    assert "接下来的调休上班日：2018年12月29日 周六。" in page
    assert "北京大葆台遗址博物馆" not in page
    assert "林西县民族中学" in page
    data = {"organisation_id": world.id("school 1"), "name": "运动会", "day": "2018-12-14"}
    made = coordinator.post("/directory/swaps/new", data={**data, "follows_weekday": ""})
    assert "这一天不上课" in coordinator.get(made.location).text


def test_what_took_its_place_keeps_a_withdrawn_term_away(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    raw = {"region_id": world.id("linxi"), "stage": "primary"}
    days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
    old = add(database, world, "terms", name="旧学期", **raw, **days)
    page = coordinator.post(f"/directory/terms/{old}/retire", follow_redirects=True).text
    assert "“旧学期”已撤销，不再算数。" in page
    assert f'action="/directory/terms/{old}/restore"' in page
    add(database, world, "terms", name="新学期", **raw, **days)
    refused = coordinator.post(f"/directory/terms/{old}/restore", follow_redirects=True)
    assert refused.status_code == 200
    assert "和“新学期”（2018-09-03 到 2019-01-11）重叠。" in refused.text
    assert "旧学期" not in coordinator.get("/directory/terms").text
    assert "旧学期" in coordinator.get("/directory/terms?state=retired").text


# --- where they are found ---------------------------------------------------------------------------


def test_the_overview_has_two_groups(coordinator: FlaskClient, app: Flask) -> None:
    page = coordinator.get("/directory").text
    things, times = (page.index(f">{words}<") for words in ("人和物", "时间"))
    for key in SHELVES:
        place = page.index(f'href="/directory/{key}"')
        is_time = key in ("terms", "openings", "swaps", "closures")
        assert (things < times < place) if is_time else (things < place < times), key
    for endpoint, words in (("bells", "作息时间表"), ("holidays", "节假日"), ("buffers", "准备时间")):
        assert (f">{words}<" in page) is (f"{endpoint}.index" in app.view_functions)


def test_organisations_and_regions_list_what_holds_for_them(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    add_closure(database, world)
    add(database, world, "openings", **HOURS, organisation_id=world.id("museum"))
    swap = {"name": "元旦调休", "day": "2018-12-29", "follows_weekday": "1"}
    add(database, world, "swaps", **swap, organisation_id=world.id("school 1"))
    days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
    add(database, world, "terms", name="秋季学期", stage="primary", region_id=world.id("linxi"), **days)
    museum = coordinator.get(f"/directory/organisations/{world.id('museum')}").text
    assert "2018年12月10日 周一 00:00–2018年12月12日 周三 12:00" in museum
    assert "9:00–16:30" in museum
    assert "/directory/swaps/new" not in museum
    school = coordinator.get(f"/directory/organisations/{world.id('school 1')}").text
    assert "2018年12月29日 周六 · 按周一上课" in school
    region = coordinator.get(f"/directory/regions/{world.id('linxi')}").text
    assert "小学 · 2018年9月3日 周一 – 2019年1月11日 周五" in region


@pytest.mark.parametrize("key", ["kits", "terms", "openings", "swaps", "closures"])
def test_pages_in_english(app: Flask, world: World, key: str) -> None:
    client = sign_in(app.test_client(), "coordinator")
    client.post("/language", data={"language": "en"})
    place = f"?organisation_id={world.id('museum')}" if key == "closures" else ""
    for address in (f"/directory/{key}", f"/directory/{key}?state=retired", f"/directory/{key}/new{place}"):
        page = client.get(address).text
        main = page[page.index("<main") : page.index("</main>")]
        own = main.replace("（示例）", "").replace("（演示）", "")
        for name in (
            "北京大葆台遗址博物馆",
            "北京教育学院丰台分院",
            "林西县民族中学",
            "示例中学A",
            "示例中学B",
        ):
            own = own.replace(name, "")
        for name in ("内蒙古林西县", "北京市丰台区", "第一展厅", "李讲解员"):
            own = own.replace(name, "")
        assert [character for character in own if "一" <= character <= "鿿"] == [], address


def test_a_retired_resource_stays_in_the_form_that_has_it(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    closure_id = add_closure(database, world)
    with database.write() as session:
        room = session.get(SHELVES["rooms"].model, world.id("gallery"))
        retire_entry(session, SHELVES["rooms"], room, version=1, act=world.act)
    fresh = coordinator.get(f"/directory/closures/new?organisation_id={world.id('museum')}").text
    kept = coordinator.get(f"/directory/closures/{closure_id}/edit").text
    assert [">第一展厅</option>" in page for page in (fresh, kept)] == [False, True]
