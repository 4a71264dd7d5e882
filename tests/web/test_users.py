"""Accounts and roles: administrators only, and what they do ends other people's sign-ins at once."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.db import Database
from scheduler.models.users import Grant, Role, User
from tests.web.conftest import sign_in
from tests.world import PASSWORD, World

SHOWN = re.compile(r'<pre class="copy-text" tabindex="0">(.*?)</pre>')
NEW = {"email": "new@example.org", "name": "新用户（示例）"}


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    """An administrator, signed in."""
    return sign_in(app.test_client(), "administrator")


def try_to_sign_in(app: Flask, email: str, password: str) -> int:
    return app.test_client().post("/sign-in", data={"email": email, "password": password}).status_code


def test_others_are_kept_out(app: Flask, world: World) -> None:
    for who in ("coordinator", "region coordinator", "manager", "viewer"):
        client = sign_in(app.test_client(), who)
        assert "/users" not in client.get("/account").text
        assert client.get("/users").status_code == 403
        assert client.get(f"/users/{world.id('viewer')}").status_code == 403
        data = {"role": "administrator", "scope": ""}
        assert client.post(f"/users/{world.id(who)}/roles", data=data).status_code == 403
        assert client.post(f"/users/{world.id('administrator')}/password", data={}).status_code == 403


def test_list_shows_roles_with_their_scope_and_is_searched(administrator: FlaskClient) -> None:
    page = administrator.get("/users").text
    assert "协调员 · 内蒙古林西县" in page
    assert "单位管理员 · 林西县民族中学" in page
    found = administrator.get("/users?words=region.coord").text
    assert found.count('class="actions"') == 1
    assert administrator.get("/users?words=%00&page=99999999999999999999").status_code == 200


def test_first_password_is_made_and_shown_once(app: Flask, administrator: FlaskClient, world: World) -> None:
    page = administrator.post("/users/new", data={**NEW, "person_id": str(world.id("lead"))})
    email, password = (unescape(words) for words in SHOWN.findall(page.text))
    assert (page.status_code, page.headers["Cache-Control"], email) == (200, "no-store", NEW["email"])
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    assert try_to_sign_in(app, email, password) == 303
    assert password not in administrator.get("/users").text


def test_typed_password_is_taken_and_not_shown(app: Flask, administrator: FlaskClient) -> None:
    answer = administrator.post("/users/new", data={**NEW, "password": "my own words 18"})
    assert answer.status_code == 303
    assert "my own words 18" not in administrator.get(answer.location).text
    assert try_to_sign_in(app, NEW["email"], "my own words 18") == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "viewer@example.org"}, "email"),
        ({"email": "VIEWER@example.org"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "aaaaaaaaaaaaaaa"}, "password"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"person_id": "999999"}, "person_id"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    changes: dict[str, str], field: str, administrator: FlaskClient
) -> None:
    answer = administrator.post("/users/new", data={**NEW, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_edit_and_stale_edit(administrator: FlaskClient, database: Database, world: World) -> None:
    address = f"/users/{world.id('viewer')}/edit"
    assert 'value="viewer@example.org"' in administrator.get(address).text
    with database.read() as session:
        version = session.get_one(User, world.id("viewer")).version
    data = {"email": "viewer@example.org", "name": "先保存的名字", "version": str(version)}
    assert administrator.post(address, data=data).status_code == 303
    answer = administrator.post(address, data={**data, "name": "后填的名字"})
    assert answer.status_code == 409
    assert "先保存的名字" in answer.text
    assert 'value="后填的名字"' in answer.text


@pytest.mark.parametrize(
    ("role", "scope", "kept"),
    [
        ("administrator", "", (Role.ADMINISTRATOR, None, None)),
        ("coordinator", "region-fengtai", (Role.COORDINATOR, "fengtai", None)),
        ("coordinator", "partnership-partnership", (Role.COORDINATOR, None, None)),
        ("manager", "organisation-school 2", (Role.MANAGER, None, "school 2")),
        ("viewer", "", "查看者的范围应是一个对口协作。"),
        ("viewer", "region-fengtai", "查看者的范围应是一个对口协作。"),
        ("manager", "partnership-partnership", "单位管理员的范围应是一个单位。"),
        ("coordinator", "organisation-school 2", "协调员的范围应是一个对口协作，或其中一个地区。"),
        ("manager", "organisation-999999", "名录里没有这一项，请重新选择。"),
        ("manager", "organisation-x", "名录里没有这一项，请重新选择。"),
        ("viewer", "role-1", "查看者的范围应是一个对口协作。"),
        ("king", "", "不在可选项里，请重新选择。"),
        ("", "", "请填写这一项。"),
    ],
)
def test_roles_are_given_with_a_scope_that_fits(
    role: str, scope: str, kept: object, administrator: FlaskClient, database: Database, world: World
) -> None:
    administrator.post("/users/new", data={**NEW, "password": "my own words 18"})
    with database.read() as session:
        user_id = session.scalar(select(User.id).where(User.email == NEW["email"]))
    kind, _dash, name = scope.partition("-")
    typed = f"{kind}-{world.ids.get(name, name)}" if scope else ""
    answer = administrator.post(f"/users/{user_id}/roles", data={"role": role, "scope": typed})
    with database.read() as session:
        grants = session.scalars(select(Grant).where(Grant.user_id == user_id)).all()
    if isinstance(kept, str):
        assert (answer.status_code, grants) == (422, [])
        assert kept in answer.text
        return
    regions = {world.id("fengtai"): "fengtai", None: None}
    schools = {world.id("school 2"): "school 2", None: None}
    assert answer.status_code == 303
    assert [(g.role, regions[g.region_id], schools[g.organisation_id]) for g in grants] == [kept]


def test_same_role_twice_is_refused(administrator: FlaskClient, world: World) -> None:
    data = {"role": "viewer", "scope": f"partnership-{world.id('partnership')}"}
    answer = administrator.post(f"/users/{world.id('viewer')}/roles", data=data)
    assert answer.status_code == 422
    assert "已经有这个角色。" in answer.text


def test_role_of_another_account_is_not_withdrawn(
    administrator: FlaskClient, database: Database, world: World
) -> None:
    with database.read() as session:
        grant_id = session.scalar(select(Grant.id).where(Grant.user_id == world.id("viewer")))
    assert administrator.post(f"/users/{world.id('manager')}/roles/{grant_id}/withdraw").status_code == 404
    assert administrator.post(f"/users/{world.id('viewer')}/roles/{grant_id}/withdraw").status_code == 303
    assert "还没有角色" in administrator.get(f"/users/{world.id('viewer')}").text


def test_administrators_do_not_lock_themselves_out(
    administrator: FlaskClient, database: Database, world: World
) -> None:
    me = world.id("administrator")
    with database.read() as session:
        grant_id = session.scalar(select(Grant.id).where(Grant.user_id == me))
    assert administrator.post(f"/users/{me}/disable").status_code == 409
    assert administrator.post(f"/users/{me}/roles/{grant_id}/withdraw").status_code == 409
    assert administrator.post(f"/users/{me}/password", data={}).location == "/account/password"
    assert administrator.get("/users").status_code == 200


def test_disable_is_undone_by_the_button_of_its_message(
    app: Flask, administrator: FlaskClient, world: World
) -> None:
    address = f"/users/{world.id('viewer')}"
    page = administrator.post(f"{address}/disable", follow_redirects=True).text
    assert f'action="{address}/enable"' in page
    assert try_to_sign_in(app, "viewer@example.org", PASSWORD) == 422
    assert "viewer@example.org" in administrator.get("/users?state=disabled").text
    assert administrator.post(f"{address}/enable").status_code == 303
    assert try_to_sign_in(app, "viewer@example.org", PASSWORD) == 303


def test_reset_password_shows_the_new_one_once(app: Flask, administrator: FlaskClient, world: World) -> None:
    page = administrator.post(f"/users/{world.id('viewer')}/password", data={}).text
    password = unescape(SHOWN.findall(page)[1])
    assert try_to_sign_in(app, "viewer@example.org", PASSWORD) == 422
    assert try_to_sign_in(app, "viewer@example.org", password) == 303
    weak = administrator.post(f"/users/{world.id('viewer')}/password", data={"password": "weak"})
    assert weak.status_code == 422


@pytest.mark.parametrize("path", ["/users/0", "/users/999999", "/users/99999999999999999999", "/users/x"])
def test_unknown_accounts_are_not_found(path: str, administrator: FlaskClient) -> None:
    assert administrator.get(path).status_code == 404
