"""One's own account: what people change themselves, their secrets, and where they work."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.accounts import grant_role
from scheduler.domain.api_tokens import user_of_api_token
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.users import ApiToken, User
from tests.web.conftest import sign_in
from tests.world import PASSWORD, ROOT, World

SHOWN = re.compile(r'<pre class="copy-text" tabindex="0">(.*?)</pre>')
FRESH = "quite another secret 19"


def version_of(database: Database, world: World, who: str) -> int:
    with database.read() as session:
        return session.get_one(User, world.id(who)).version


def test_name_language_and_zone_are_kept(coordinator: FlaskClient, database: Database, world: World) -> None:
    version = str(version_of(database, world, "coordinator"))
    data = {"name": "新名字（示例）", "language": "en", "zone": "Europe/Berlin", "version": version}
    page = coordinator.post("/account/profile", data=data, follow_redirects=True).text
    assert '<html lang="en"' in page
    assert "新名字（示例）" in page
    with database.read() as session:
        user = session.get_one(User, world.id("coordinator"))
        assert (user.name, user.language, user.zone) == ("新名字（示例）", "en", "Europe/Berlin")
        assert user.email == "coordinator@example.org"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 10_000}, "name"),
        ({"zone": "Nowhere"}, "zone"),
        ({"language": "fr"}, "language"),
    ],
)
def test_bad_profile_is_refused_at_its_field(
    changes: dict[str, str], field: str, coordinator: FlaskClient, database: Database, world: World
) -> None:
    version = str(version_of(database, world, "coordinator"))
    data = {"name": "名字", "language": "zh", "zone": "Asia/Shanghai", "version": version, **changes}
    answer = coordinator.post("/account/profile", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_address_and_person_are_not_ones_own_to_change(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    version = str(version_of(database, world, "coordinator"))
    data = {"name": "名字", "language": "zh", "zone": "Asia/Shanghai", "version": version}
    smuggled = {"email": "administrator2@example.org", "person_id": str(world.id("lead"))}
    assert coordinator.post("/account/profile", data={**data, **smuggled}).status_code == 303
    with database.read() as session:
        user = session.get_one(User, world.id("coordinator"))
        assert (user.email, user.person_id) == ("coordinator@example.org", None)


def test_stale_profile_shows_both_versions(coordinator: FlaskClient) -> None:
    data = {"name": "后填的名字", "language": "zh", "zone": "Asia/Shanghai", "version": "0"}
    answer = coordinator.post("/account/profile", data=data)
    assert answer.status_code == 409
    assert "coordinator（示例）" in answer.text
    assert 'value="后填的名字"' in answer.text


def change_password(client: FlaskClient, **changes: str) -> int:
    data = {"present": PASSWORD, "wanted": FRESH, "again": FRESH, **changes}
    return client.post("/account/password", data=data).status_code


def test_new_password_ends_all_other_sign_ins_and_keeps_this_one(app: Flask, world: World) -> None:
    here, elsewhere = (sign_in(app.test_client(), "coordinator") for _browser in range(2))
    assert change_password(here) == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    email = "coordinator@example.org"
    attempts = [
        app.test_client().post("/sign-in", data={"email": email, "password": p}) for p in (PASSWORD, FRESH)
    ]
    assert [answer.status_code for answer in attempts] == [422, 303]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"present": "wrong"}, "present"),
        ({"present": ""}, "present"),
        ({"again": "something else 19"}, "again"),
        ({"wanted": "short", "again": "short"}, "wanted"),
        ({"wanted": "", "again": ""}, "wanted"),
        ({"wanted": "长" * 10_000, "again": "长" * 10_000}, "wanted"),
    ],
)
def test_password_is_not_changed_by(changes: dict[str, str], field: str, app: Flask, world: World) -> None:
    client = sign_in(app.test_client(), "coordinator")
    data = {"present": PASSWORD, "wanted": FRESH, "again": FRESH, **changes}
    answer = client.post("/account/password", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert PASSWORD not in answer.text
    sign_in(app.test_client(), "coordinator")


def test_guessing_the_present_password_is_slowed(app: Flask, world: World) -> None:
    client = sign_in(app.test_client(), "coordinator")
    assert [change_password(client, present="wrong") for _guess in range(11)] == [422] * 10 + [429]
    assert change_password(client) == 429


def test_token_is_shown_once_and_revoked(coordinator: FlaskClient, database: Database, world: World) -> None:
    page = coordinator.post("/account/tokens", data={"token_name": "夜间同步"})
    secret, header = (unescape(words) for words in SHOWN.findall(page.text))
    assert (page.status_code, header) == (200, f"Authorization: Bearer {secret}")
    listed = coordinator.get("/account").text
    assert "夜间同步" in listed
    assert secret not in listed
    with database.read() as session:
        user = user_of_api_token(session, secret)
        assert user is not None
        assert user.id == world.id("coordinator")
        token_id = session.scalar(select(ApiToken.id))
    assert coordinator.post(f"/account/tokens/{token_id}/revoke").status_code == 303
    assert "夜间同步" not in coordinator.get("/account").text
    with database.read() as session:
        assert user_of_api_token(session, secret) is None


@pytest.mark.parametrize("name", ["", "  ", pytest.param("长" * 61, id="too-long"), "\x07"])
def test_token_needs_a_name(name: str, coordinator: FlaskClient) -> None:
    answer = coordinator.post("/account/tokens", data={"token_name": name})
    assert answer.status_code == 422
    assert 'id="token_name-error"' in answer.text


def test_token_of_somebody_else_is_not_revoked(app: Flask, database: Database, world: World) -> None:
    owner, other = (sign_in(app.test_client(), who) for who in ("coordinator", "administrator"))
    owner.post("/account/tokens", data={"token_name": "夜间同步"})
    with database.read() as session:
        token_id = session.scalar(select(ApiToken.id))
    assert other.post(f"/account/tokens/{token_id}/revoke").status_code == 404
    assert owner.post("/account/tokens/999999/revoke").status_code == 404
    assert "夜间同步" in owner.get("/account").text


def test_sign_out_everywhere(app: Flask, world: World) -> None:
    here, elsewhere = (sign_in(app.test_client(), "coordinator") for _browser in range(2))
    other = sign_in(app.test_client(), "viewer")
    assert "2 处" in here.get("/account").text
    assert here.post("/account/sign-ins/end").location == "/sign-in"
    assert [client.get("/account").status_code for client in (here, elsewhere, other)] == [302, 302, 200]


def test_partnership_is_switched_and_no_other_is_open(app: Flask, database: Database, world: World) -> None:
    with database.write() as session:
        raw = {"name": "另一协作"}
        second = create_entry(session, SHELVES["partnerships"], raw, viewer=ROOT, act=world.act).id
        third = create_entry(
            session, SHELVES["partnerships"], {"name": "第三"}, viewer=ROOT, act=world.act
        ).id
        coordinator = session.get_one(User, world.id("coordinator"))
        grant_role(session, coordinator, {"role": "viewer", "partnership_id": second}, act=world.act)
    client = sign_in(app.test_client(), "coordinator")
    assert 'side-partnership" title="丰台—林西"' in client.get("/account").text
    data = {"partnership_id": str(second), "next": "/directory"}
    assert client.post("/account/partnership", data=data).location == "/directory"
    assert 'side-partnership" title="另一协作"' in client.get("/account").text
    for wrong in (str(third), "0", "x", "99999999999999999999", ""):
        assert client.post("/account/partnership", data={"partnership_id": wrong}).status_code == 404
    evil = {"partnership_id": str(second), "next": "https://elsewhere.invalid/"}
    assert client.post("/account/partnership", data=evil).location == "/"


def test_switch_is_not_shown_to_those_with_one_partnership(coordinator: FlaskClient) -> None:
    assert "/account/partnership" not in coordinator.get("/account").text
