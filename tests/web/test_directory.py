"""The directory's pages: what each shelf shows, asks, refuses and takes back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.directory import create_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.models.audit import AuditEntry
from scheduler.models.places import Organisation
from scheduler.models.resources import Person, Room
from tests.web.conftest import sign_in
from tests.world import ROOT, World


@pytest.fixture
def another(database: Database, world: World) -> dict[str, int]:
    """A second partnership, in which nobody but administrators has a role: shelf → id of a row."""
    with database.write() as session:

        def add(shelf: str, **raw: Any) -> int:
            return int(create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id)

        ids = {"partnerships": add("partnerships", name="另一协作")}
        ids["regions"] = add("regions", partnership_id=ids["partnerships"], name="另一地区")
        ids["organisations"] = add(
            "organisations", region_id=ids["regions"], kind="school", name="示例中学C（演示）"
        )
        place = {"organisation_id": ids["organisations"]}
        ids["persons"] = add("persons", **place, name="赵老师（示例）")
        ids["rooms"] = add("rooms", **place, name="另一教室")
        ids["classes"] = add("classes", **place, name="八年级(1)班", grade="8", head_count=30)
        ids["accounts"] = add("accounts", **place, name="另一账号", platform="tencent")
        ids["kits"] = add("kits", **place, name="另一器材")
        days = {"first_day": "2018-09-01", "last_day": "2019-01-18"}
        ids["terms"] = add("terms", region_id=ids["regions"], name="另一学期", stage="primary", **days)
        ids["openings"] = add("openings", **place, name="另一开放时间", opens="9:00", closes="17:00")
        ids["swaps"] = add("swaps", **place, name="另一调课", day="2018-12-29")
        closed = {"kind": "exam", "starts_at": "2018-12-10", "ends_at": "2018-12-10"}
        ids["closures"] = add("closures", **place, name="另一停用", **closed)
    return ids


@pytest.fixture
def times(database: Database, world: World) -> dict[str, int]:
    """A row of each shelf that the small world has none of, by a name of its own."""
    rows: dict[str, tuple[str, dict[str, Any]]] = {
        "kit": ("kits", {"organisation_id": world.id("museum"), "name": "拓片材料箱"}),
        "term": (
            "terms",
            {
                "region_id": world.id("linxi"),
                "name": "秋季学期",
                "stage": "primary",
                "first_day": "2018-09-03",
                "last_day": "2019-01-11",
            },
        ),
        "opening": (
            "openings",
            {"organisation_id": world.id("museum"), "name": "平时", "opens": "9:00", "closes": "24:00"},
        ),
        "swap": (
            "swaps",
            {"organisation_id": world.id("school 1"), "name": "元旦调休", "day": "2018-12-29"},
        ),
        "closure": (
            "closures",
            {
                "organisation_id": world.id("school 1"),
                "name": "期中考试",
                "kind": "exam",
                "resource_id": world.id("room 1"),
                "starts_at": "2018-12-10 12:00",
                "ends_at": "2018-12-12",
            },
        ),
    }
    with database.write() as session:
        return {
            name: create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id
            for name, (shelf, raw) in rows.items()
        }


def new_person(world: World, **changes: str) -> dict[str, str]:
    """A person as the form sends one."""
    organisation = str(world.id("school 1"))
    return {"organisation_id": organisation, "name": "新老师（示例）", "phone": "139 0000 1111", **changes}


def add_people(database: Database, world: World, count: int) -> None:
    with database.write() as session:
        for number in range(count):
            raw = {"organisation_id": world.id("school 2"), "name": f"教师{number:03d}（示例）"}
            create_entry(session, SHELVES["persons"], raw, viewer=ROOT, act=world.act)


@pytest.mark.parametrize("key", SHELVES)
def test_every_shelf_lists_creates_and_shows(key: str, client: FlaskClient, world: World) -> None:
    sign_in(client, "administrator")
    assert client.get(f"/directory/{key}").status_code == 200
    assert client.get(f"/directory/{key}/new").status_code == 200
    parents = {"regions": "partnership", "organisations": "linxi", "terms": "linxi"}
    rows: dict[str, dict[str, Any]] = {
        "partnerships": {},
        "regions": {"partnership_id": world.id("partnership")},
        "organisations": {
            "region_id": world.id("linxi"),
            "kind": "school",
            "stages": ["primary", "lower_secondary"],
        },
        "persons": {"subject": "history"},
        "rooms": {"seats": "40"},
        "classes": {"grade": "7", "head_count": "41"},
        "accounts": {"platform": "yunxiao", "capacity": "2"},
        "kits": {"contents": "宣纸", "capacity": "2"},
        "terms": {
            "region_id": world.id("linxi"),
            "stage": "primary",
            "first_day": "2018-09-03",
            "last_day": "2019-01-11",
        },
        "openings": {"opens": "09:00", "closes": "16:30", "closed_weekdays": ["1", "2"], "holidays": "open"},
        "swaps": {"day": "2018-12-29", "follows_weekday": "1"},
        "closures": {
            "kind": "exam",
            "resource_id": world.id("room 1"),
            "starts_at": "2018-12-10",
            "ends_at": ["2018-12-10", "12:00"],
        },
    }
    place = {} if key in ("partnerships", *parents) else {"organisation_id": world.id("school 1")}
    answer = client.post(f"/directory/{key}/new", data={"name": "新的一项", **place, **rows[key]})
    assert answer.status_code == 303
    entry_id = re.findall(r"\d+", answer.location)[0]
    entry = f"/directory/{key}/{entry_id}"
    # Whoever enters a closure wants to know what it hits.
    assert answer.location == (f"/closures/{entry_id}/hits" if key == "closures" else entry)
    for address in (answer.location, entry):
        page = client.get(address)
        assert page.status_code == 200
        assert "新的一项" in page.text
    assert client.get(f"{entry}/edit").status_code == 200


def test_overview_counts_and_names_organisations_by_region(coordinator: FlaskClient) -> None:
    page = coordinator.get("/directory").text
    assert page.index("内蒙古林西县") < page.index("林西县民族中学") < page.index("北京市丰台区")
    assert "3 个单位" in page


def test_phone_is_masked_for_readers_and_whole_for_its_editor(coordinator: FlaskClient, world: World) -> None:
    address = f"/directory/persons/{world.id('educator')}"
    for page in (coordinator.get("/directory/persons").text, coordinator.get(address).text):
        assert "138****8000" in page
        assert "138 0013 8000" not in page
    assert 'value="138 0013 8000"' in coordinator.get(f"{address}/edit").text


def test_phone_stays_out_of_the_history(coordinator: FlaskClient, world: World) -> None:
    address = f"/directory/persons/{world.id('educator')}"
    data = {"name": "李讲解员（示例）", "phone": "137 2222 3333", "version": "1"}
    assert coordinator.post(f"{address}/edit", data=data).status_code == 303
    page = coordinator.get(address).text
    assert "137****3333" in page
    assert "137 2222 3333" not in page
    assert "138 0013 8000" not in page


def test_search_narrow_and_page(database: Database, world: World, coordinator: FlaskClient) -> None:
    add_people(database, world, 60)
    first, second = (coordinator.get(f"/directory/persons?page={n}").text for n in (1, 2))
    assert first.count('class="actions"') == 50
    assert second.count('class="actions"') == 15
    found = coordinator.get("/directory/persons?words=讲解").text
    assert found.count('class="actions"') == 1
    school = coordinator.get(f"/directory/persons?organisation_id={world.id('school 1')}").text
    assert "辅助教师1（示例）" in school
    assert school.count('class="actions"') == 1
    region = coordinator.get(f"/directory/organisations?region_id={world.id('fengtai')}").text
    assert region.count('class="actions"') == 2


@pytest.mark.parametrize(
    "query",
    [
        "words=%00",
        "words=%25_",
        "words=" + "长" * 500,
        "page=0",
        "page=-1",
        "page=99999999999999999999999",
        "organisation_id=99999999999999999999999",
        "organisation_id=x",
        "region_id=-5",
        "partnership_id=99999999999999999999999",
        "state=other",
        "key=rooms",
    ],
)
def test_strange_addresses_are_answered_calmly(query: str, coordinator: FlaskClient) -> None:
    assert coordinator.get(f"/directory/persons?{query}").status_code == 200
    assert coordinator.get(f"/directory/organisations?{query}").status_code == 200


@pytest.mark.parametrize("path", ["nothing", "persons/0", "persons/9999999999999999999999", "persons/x"])
def test_unknown_entries_are_not_found(path: str, coordinator: FlaskClient) -> None:
    assert coordinator.get(f"/directory/{path}").status_code == 404


def test_list_takes_as_many_queries_for_many_rows_as_for_few(
    app: Flask, database: Database, world: World, coordinator: FlaskClient
) -> None:
    few = count_queries(database, coordinator, "/directory/persons")
    add_people(database, world, 40)
    assert count_queries(database, coordinator, "/directory/persons") == few


def count_queries(database: Database, client: FlaskClient, address: str) -> int:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(statements)


def test_problems_stand_at_their_fields_and_nothing_typed_is_lost(
    coordinator: FlaskClient, world: World
) -> None:
    data = new_person(world, name="", phone="abc", position="教研组长")
    answer = coordinator.post("/directory/persons/new", data=data)
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "还有 2 处需要改" in page
    assert 'id="name-error"' in page
    assert 'id="phone-error"' in page
    assert 'value="abc"' in page
    assert 'value="教研组长"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "长" * 10_000),
        ("name", "有\x07响铃"),
        ("name", "身份证 11010119900307123X"),
        ("position", "电话 13800138000"),
        ("email", "no-address"),
        ("subject", "alchemy"),
        ("organisation_id", "99999999999999999999"),
        ("organisation_id", "abc"),
        ("organisation_id", ""),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    field: str, value: str, coordinator: FlaskClient, world: World
) -> None:
    answer = coordinator.post("/directory/persons/new", data=new_person(world, **{field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_name_that_is_taken_is_refused(coordinator: FlaskClient, world: World) -> None:
    data = {"region_id": world.id("linxi"), "kind": "school", "name": "林西县民族中学"}
    answer = coordinator.post("/directory/organisations/new", data=data)
    assert answer.status_code == 422
    assert "已经有一个叫“林西县民族中学”的。" in unescape(answer.text)


def test_class_of_another_kind_of_number_is_refused(coordinator: FlaskClient, world: World) -> None:
    data = {"organisation_id": world.id("school 1"), "grade": "7", "name": "七年级(9)班", "head_count": "1e9"}
    answer = coordinator.post("/directory/classes/new", data=data)
    assert answer.status_code == 422
    assert 'value="1e9"' in answer.text


def test_save_and_add_another_keeps_the_organisation(coordinator: FlaskClient, world: World) -> None:
    answer = coordinator.post("/directory/persons/new", data={**new_person(world), "again": "1"})
    assert answer.location == f"/directory/persons/new?organisation_id={world.id('school 1')}"
    assert f'<option selected value="{world.id("school 1")}">' in coordinator.get(answer.location).text


def test_retire_is_undone_by_the_button_of_its_message(
    database: Database, coordinator: FlaskClient, world: World
) -> None:
    address = f"/directory/rooms/{world.id('room 1')}"
    page = coordinator.post(f"{address}/retire", follow_redirects=True).text
    assert f'action="{address}/restore"' in page
    assert "录播教室1" not in coordinator.get("/directory/rooms").text
    assert "录播教室1" in coordinator.get("/directory/rooms?state=retired").text
    assert coordinator.post(f"{address}/restore").status_code == 303
    with database.read() as session:
        assert session.get_one(Room, world.id("room 1")).retired_at is None
        verbs = session.scalars(
            select(AuditEntry.verb)
            .where(AuditEntry.subject == "room", AuditEntry.subject_id == world.id("room 1"))
            .order_by(AuditEntry.id)
        )
        assert list(verbs) == ["create", "retire", "restore"]


def test_stale_edit_shows_both_versions_and_overwrites_nothing(
    database: Database, coordinator: FlaskClient, world: World
) -> None:
    address = f"/directory/persons/{world.id('lead')}/edit"
    mine = {"name": "王老师（示例）", "position": "我填的职务", "version": "1"}
    assert coordinator.post(address, data={**mine, "position": "先保存的职务"}).status_code == 303
    answer = coordinator.post(address, data=mine)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "先保存的职务" in page
    assert 'value="我填的职务"' in page
    assert 'name="version" value="2"' in page
    with database.read() as session:
        assert session.get_one(Person, world.id("lead")).position == "先保存的职务"
    assert coordinator.post(address, data={**mine, "version": "2"}).status_code == 303
    with database.read() as session:
        assert session.get_one(Person, world.id("lead")).position == "我填的职务"


@pytest.mark.parametrize("version", ["", "x", "0", "99999999999999999999"])
def test_an_edit_without_its_version_is_stale(version: str, coordinator: FlaskClient, world: World) -> None:
    data = {"name": "王老师（示例）", "version": version}
    assert coordinator.post(f"/directory/persons/{world.id('lead')}/edit", data=data).status_code == 409


def test_an_entry_never_moves_to_another_organisation(
    database: Database, coordinator: FlaskClient, world: World
) -> None:
    data = {"name": "王老师（示例）", "version": "1", "organisation_id": world.id("school 1")}
    coordinator.post(f"/directory/persons/{world.id('lead')}/edit", data=data)
    with database.read() as session:
        assert session.get_one(Person, world.id("lead")).organisation_id == world.id("institute")


def test_former_names_are_added_shown_and_removed(
    database: Database, coordinator: FlaskClient, world: World
) -> None:
    address = f"/directory/organisations/{world.id('museum')}"
    data = {"name": "北京市大葆台西汉墓博物馆", "until": "2025-05-20"}
    page = coordinator.post(f"{address}/former-names", data=data, follow_redirects=True).text
    assert "北京市大葆台西汉墓博物馆" in page
    assert coordinator.post(f"{address}/former-names", data=data).status_code == 422
    assert coordinator.post(f"{address}/former-names", data={"name": "", "until": "x"}).status_code == 422
    with database.read() as session:
        (former,) = session.get_one(Organisation, world.id("museum")).former_names
    assert coordinator.post(f"{address}/former-names/{former.id}/remove").status_code == 303
    assert coordinator.post(f"{address}/former-names/{former.id}/remove").status_code == 404


def test_entry_shows_what_is_coming_as_far_as_the_viewer_may_see(
    app: Flask, database: Database, world: World
) -> None:
    others = world.plan()["receiving"][1:]
    with database.write() as session:
        plan = read_plan(world.plan(receiving=others), zone="Asia/Shanghai")
        book(session, plan, partnership_id=world.id("partnership"), act=world.act)
    pages = {who: sign_in(app.test_client(), who) for who in ("coordinator", "viewer", "manager")}
    for name in ("lead", "assistant 2"):
        address = f"/directory/persons/{world.id(name)}"
        seen = {who: "走进大葆台西汉墓" in client.get(address).text for who, client in pages.items()}
        # The manager's school takes no part in it.
        assert seen == {"coordinator": True, "viewer": True, "manager": False}
    museum = pages["viewer"].get(f"/directory/organisations/{world.id('museum')}").text
    assert "12月6日 周四" in museum


def test_rows_of_another_partnership_do_not_exist(another: dict[str, int], coordinator: FlaskClient) -> None:
    for key, entry_id in another.items():
        address = f"/directory/{key}/{entry_id}"
        assert coordinator.get(address).status_code == 404
        assert coordinator.get(f"{address}/edit").status_code == 404
        assert coordinator.post(f"{address}/edit", data={"name": "改", "version": "1"}).status_code == 404
        assert coordinator.post(f"{address}/retire").status_code == 404
        assert coordinator.post(f"{address}/restore").status_code == 404
    former = f"/directory/organisations/{another['organisations']}/former-names"
    assert coordinator.post(former, data={"name": "旧", "until": "2020-01-01"}).status_code == 404
    assert coordinator.post(f"{former}/1/remove").status_code == 404
    lists = [coordinator.get(f"/directory/{key}").text for key in another]
    asked = f"/directory/persons?partnership_id={another['partnerships']}"
    assert not any("另一" in page or "赵老师" in page for page in [*lists, coordinator.get(asked).text])


def test_nothing_is_created_in_another_partnership(
    another: dict[str, int], coordinator: FlaskClient, world: World
) -> None:
    data = new_person(world, organisation_id=str(another["organisations"]))
    answer = coordinator.post("/directory/persons/new", data=data)
    assert answer.status_code == 422
    assert "示例中学C" not in answer.text


EDITORS = {
    # (shelf, world's row) → who may change it; everybody else sees it without a button and gets 403.
    ("partnerships", "partnership"): {"administrator"},
    ("regions", "linxi"): {"administrator", "coordinator"},
    ("organisations", "school 1"): {"administrator", "coordinator", "region coordinator"},
    ("organisations", "museum"): {"administrator", "coordinator"},
    ("persons", "assistant 1"): {"administrator", "coordinator", "region coordinator", "manager"},
    ("persons", "assistant 2"): {"administrator", "coordinator", "region coordinator"},
    ("persons", "lead"): {"administrator", "coordinator"},
    ("rooms", "room 1"): {"administrator", "coordinator", "region coordinator", "manager"},
    ("classes", "class 1"): {"administrator", "coordinator", "region coordinator", "manager"},
    ("accounts", "account"): {"administrator", "coordinator"},
    ("kits", "kit"): {"administrator", "coordinator"},
    ("terms", "term"): {"administrator", "coordinator", "region coordinator"},
    ("openings", "opening"): {"administrator", "coordinator"},
    ("swaps", "swap"): {"administrator", "coordinator", "region coordinator", "manager"},
    ("closures", "closure"): {"administrator", "coordinator", "region coordinator", "manager"},
}


@pytest.mark.parametrize("who", ["administrator", "coordinator", "region coordinator", "manager", "viewer"])
def test_only_those_who_may_have_buttons_and_pass(
    who: str, client: FlaskClient, world: World, times: dict[str, int]
) -> None:
    sign_in(client, who)
    for (key, name), editors in EDITORS.items():
        address, may = f"/directory/{key}/{({**world.ids, **times})[name]}", who in editors
        page = client.get(address)
        assert (page.status_code, f'href="{address}/edit"' in page.text) == (200, may), (key, name)
        assert (f'action="{address}/retire"' in page.text) is may
        assert client.get(f"{address}/edit").status_code == (200 if may else 403)
        refused = client.post(f"{address}/edit", data={"name": "", "version": "1"}).status_code
        assert refused == (422 if may else 403)
        if not may:
            assert client.post(f"{address}/retire").status_code == 403
            assert client.post(f"{address}/restore").status_code == 403


@pytest.mark.parametrize(
    ("who", "shelves"),
    [
        ("administrator", set(SHELVES)),
        ("coordinator", set(SHELVES) - {"partnerships"}),
        ("region coordinator", set(SHELVES) - {"partnerships", "regions"}),
        ("manager", set(SHELVES) - {"partnerships", "regions", "organisations", "terms"}),
        ("viewer", set()),
    ],
)
def test_new_is_offered_to_those_who_may(who: str, shelves: set[str], client: FlaskClient) -> None:
    sign_in(client, who)
    for key in SHELVES:
        may = key in shelves
        assert (f'href="/directory/{key}/new"' in client.get(f"/directory/{key}").text) is may, key
        assert client.get(f"/directory/{key}/new").status_code == (200 if may else 403)
        assert client.post(f"/directory/{key}/new", data={}).status_code == (422 if may else 403)


def test_manager_chooses_only_their_own_school(client: FlaskClient, world: World) -> None:
    sign_in(client, "manager")
    page = client.get("/directory/persons/new").text
    assert f'value="{world.id("school 1")}"' in page
    assert f'value="{world.id("school 2")}"' not in page
    data = new_person(world, organisation_id=str(world.id("school 2")))
    assert client.post("/directory/persons/new", data=data).status_code == 403


@pytest.mark.parametrize(
    ("key", "name", "scope"),
    [
        ("persons", "lead", "person"),
        ("organisations", "museum", "organisation"),
        ("partnerships", "partnership", "partnership"),
        ("rooms", "gallery", None),
    ],
)
def test_entry_leads_to_a_subscription_of_its_calendar(
    key: str, name: str, scope: str | None, coordinator: FlaskClient, world: World
) -> None:
    entry_id = world.id(name)
    page = unescape(coordinator.get(f"/directory/{key}/{entry_id}").text)
    address = f"/feeds/new?scope={scope}&target={entry_id}"
    assert (f'href="{address}"' in page) is (scope is not None)
    if scope:
        assert f'<option selected value="{entry_id}">' in coordinator.get(address).text
