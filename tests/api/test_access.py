"""Who comes in, and who may do what where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler import clock
from scheduler.db import Database
from scheduler.domain import accounts, api_tokens
from scheduler.domain.accounts import add_user, grant_role
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.users import ApiToken, User
from tests.api.conftest import Program
from tests.conftest import NOW
from tests.web.conftest import sign_in
from tests.world import PASSWORD, ROOT, World

ENTRIES = [
    ({}, "token.required"),
    ({"Authorization": "Basic dXNlcjpwYXNz"}, "token.required"),
    ({"Authorization": "Bearer"}, "token.required"),
    ({"Authorization": "Bearer nonsense"}, "token.unknown"),
]


def test_without_a_live_token_nothing_is_told(app: Flask) -> None:
    for headers, code in ENTRIES:
        answer = app.test_client().get("/api/v1/bookings", headers=headers)
        assert (answer.status_code, answer.json["type"]) == (401, f"/problems/{code}")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="tongtang"'
        assert answer.content_type == "application/problem+json"


def test_a_signed_in_browser_is_nobody_here_and_gets_no_cookie(app: Flask) -> None:
    browser: FlaskClient = sign_in(app.test_client(), "coordinator")
    answer = browser.get("/api/v1/bookings")
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (401, [])


def test_no_cookie_is_set(coordinator: Program) -> None:
    assert coordinator.get("/bookings").headers.getlist("Set-Cookie") == []


def test_a_token_dies_when_it_is_revoked_or_its_account_disabled(
    coordinator: Program, program: Callable[[str], Program], database: Database, world: World
) -> None:
    viewer = program("viewer")
    with database.write() as session:
        user = session.get_one(User, world.id("coordinator"))
        token = session.scalars(select(ApiToken).where(ApiToken.user_id == user.id)).one()
        api_tokens.revoke_api_token(session, user, token.id, act=world.act)
        retired = session.get_one(User, world.id("viewer"))
        accounts.set_retired(session, retired, retired=True, act=world.act)
    assert [caller.get("/bookings").status_code for caller in (coordinator, viewer)] == [401, 401]


def test_the_use_of_a_token_is_noted_once_an_hour(coordinator: Program, database: Database) -> None:
    def used_at() -> Any:
        coordinator.get("/feeds")
        with database.read() as session:
            return session.scalars(select(ApiToken.last_used_at)).one()

    seen = []
    for minutes in (0, 59, 60):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            seen.append(used_at() - NOW)
    assert seen == [timedelta(0), timedelta(0), timedelta(hours=1)]


def test_sentences_follow_accept_language(app: Flask) -> None:
    client = app.test_client()
    told = [
        client.get("/api/v1/feeds", headers={"Accept-Language": language}).json["detail"]
        for language in ("en-GB,en;q=0.8", "fr", "zh-CN")
    ]
    chinese = "请在 Authorization 请求头里附上访问令牌：Bearer 加空格加令牌。"
    english = "Put an access token into the Authorization header: Bearer, a space, the token."
    assert told == [english, chinese, chinese]


def test_a_viewer_sees_everything_and_changes_nothing(
    coordinator: Program, program: Callable[[str], Program], world: World
) -> None:
    lesson = coordinator.post("/bookings", world.plan()).json
    viewer = program("viewer")
    seen = viewer.get(f"/bookings/{lesson['id']}").json
    assert (seen["passcode"], seen["plan"], seen["title"]) == (None, None, lesson["title"])
    path = f"/bookings/{lesson['id']}"
    refused = [
        viewer.post("/bookings", world.plan()),
        viewer.put(path, {**lesson["plan"], "version": 1}),
        viewer.post(f"{path}/move", {"date": "2018-12-07", "starts": "10:00", "ends": "11:00", "version": 1}),
        viewer.post(f"{path}/cancel", {"reason": "weather", "version": 1}),
        viewer.put(f"{path}/record", {"version": 0}),
        viewer.post("/rooms", {"organisation_id": world.id("museum"), "name": "第二展厅"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6
    assert coordinator.get(path).json == lesson


def test_a_manager_sees_only_what_their_school_takes_part_in(
    coordinator: Program, program: Callable[[str], Program], world: World
) -> None:
    lesson = coordinator.post("/bookings", world.plan()).json
    elsewhere = world.plan(
        title="别校的课",
        starts="14:00",
        ends="15:20",
        receiving=[{"class_id": world.id("class 2")}],
    )
    hidden = coordinator.post("/bookings", elsewhere).json
    manager = program("manager")
    assert [row["id"] for row in manager.get("/bookings").json["items"]] == [lesson["id"]]
    assert manager.get(f"/bookings/{lesson['id']}").json["passcode"] == "2468"
    for path in ("", "/history", "/record"):
        assert manager.get(f"/bookings/{hidden['id']}{path}").status_code == 404
    move = {"date": "2018-12-08", "starts": "10:00", "ends": "11:00", "version": 1}
    assert manager.post(f"/bookings/{hidden['id']}/move", move).status_code == 404
    assert manager.post(f"/bookings/{lesson['id']}/move", move).status_code == 403
    assert manager.post("/feeds", {"scope": "partnership", "partnership_id": 1}).status_code == 422


def test_a_region_coordinator_books_only_where_the_region_takes_part(
    program: Callable[[str], Program], world: World
) -> None:
    regional = program("region coordinator")
    without = world.plan(receiving=[], segments=[])
    assert regional.post("/bookings", without).status_code == 403
    lesson = regional.post("/bookings", world.plan())
    assert lesson.status_code == 201
    path = f"/bookings/{lesson.json['id']}"
    away = regional.put(path, {**lesson.json["plan"], "receiving": [], "version": 1})
    assert away.status_code == 403
    assert regional.get(path).json == lesson.json


def test_another_partnership_does_not_exist(coordinator: Program, database: Database, world: World) -> None:
    stranger, organisation_id, partnership_id = _other_partnership(database, world)
    program = Program(coordinator.client, stranger)
    lesson = coordinator.post("/bookings", world.plan()).json
    assert program.get("/bookings").json["items"] == []
    assert program.get(f"/bookings/{lesson['id']}").status_code == 404
    assert program.get(f"/persons/{world.id('lead')}").status_code == 404
    assert program.get(f"/partnerships/{world.id('partnership')}").status_code == 404
    assert program.patch(f"/rooms/{world.id('gallery')}", {"name": "x", "version": 1}).status_code == 404
    assert [row["id"] for row in program.get("/organisations").json["items"]] == [organisation_id]
    foreign = program.post("/bookings", world.plan(partnership_id=world.id("partnership")))
    assert [(e["pointer"], e["code"]) for e in foreign.json["errors"]] == [
        ("#/partnership_id", "reference.unknown")
    ]
    own = program.post("/bookings", world.plan())
    assert own.status_code == 422
    assert {error["code"] for error in own.json["errors"]} == {"reference.unknown", "site.empty"}
    both = coordinator.post("/bookings", world.plan(partnership_id=partnership_id))
    assert both.json["errors"][0]["code"] == "reference.unknown"


def test_the_administrator_names_the_partnership_when_there_are_two(
    program: Callable[[str], Program], database: Database, world: World
) -> None:
    _other_partnership(database, world)
    administrator = program("administrator")
    answer = administrator.post("/bookings", world.plan())
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        ("#/partnership_id", "field.required")
    ]
    named = administrator.post("/bookings", world.plan(partnership_id=world.id("partnership")))
    assert named.status_code == 201


def _other_partnership(database: Database, world: World) -> tuple[str, int, int]:
    """(token of its coordinator, its organisation, the partnership)."""
    with database.write() as session:

        def add(shelf: str, **raw: Any) -> int:
            return int(create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id)

        partnership = add("partnerships", name="另一个协作")
        region = add("regions", partnership_id=partnership, name="另一个地区")
        organisation = add("organisations", region_id=region, kind="school", name="示例中学C（演示）")
        raw = {"email": "stranger@example.org", "name": "stranger（示例）"}
        user = add_user(session, raw, password=PASSWORD, act=world.act)
        grant_role(session, user, {"role": "coordinator", "partnership_id": partnership}, act=world.act)
        token = api_tokens.create_api_token(session, user, name="测试", act=world.act)[1]
        return token, organisation, partnership
