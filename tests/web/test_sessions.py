"""Sign-ins that end when they should, and a door that holds: cookies, guesses, hosts, forms and sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import argon2
import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm.exc import StaleDataError

from scheduler import clock
from scheduler.app import create_app
from scheduler.config import Settings
from scheduler.db import Database
from scheduler.domain.accounts import set_retired
from scheduler.domain.sign_ins import ATTEMPT_WINDOW, SIGN_IN_LASTS
from scheduler.models.users import Grant, SignIn, User
from scheduler.web.door import public
from tests.web.conftest import sign_in
from tests.world import PASSWORD, World

EMAIL = "coordinator@example.org"
Cookies = dict[str, str]


def browser(app: Flask, *, remember: bool = False) -> FlaskClient:
    """A browser in which the coordinator signed in."""
    client = app.test_client()
    kept = {"remember": "y"} if remember else {}
    assert client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, **kept}).status_code == 303
    return client


def cookies_of(client: FlaskClient) -> Cookies:
    found = {name: client.get_cookie(name) for name in ("session", "remember_token")}
    return {name: cookie.value for name, cookie in found.items() if cookie is not None}


def replay(app: Flask, cookies: Cookies) -> int:
    """What a thief's browser with these cookies gets."""
    thief = app.test_client()
    for name, value in cookies.items():
        thief.set_cookie(name, value)
    return thief.get("/account").status_code


def sign_out(app: Flask, client: FlaskClient, world: World) -> None:
    assert client.post("/sign-out").status_code == 303


def sign_out_everywhere(app: Flask, client: FlaskClient, world: World) -> None:
    assert client.post("/account/sign-ins/end").status_code == 303


def new_password(app: Flask, client: FlaskClient, world: World) -> None:
    data = {"present": PASSWORD, "wanted": "another secret 19", "again": "another secret 19"}
    assert client.post("/account/password", data=data).status_code == 303


def password_reset(app: Flask, client: FlaskClient, world: World) -> None:
    administrator = sign_in(app.test_client(), "administrator")
    assert administrator.post(f"/users/{world.id('coordinator')}/password").status_code == 200


def disabled(app: Flask, client: FlaskClient, world: World) -> None:
    administrator = sign_in(app.test_client(), "administrator")
    assert administrator.post(f"/users/{world.id('coordinator')}/disable").status_code == 303


def role_given(app: Flask, client: FlaskClient, world: World) -> None:
    administrator = sign_in(app.test_client(), "administrator")
    data = {"role": "viewer", "scope": f"partnership-{world.id('partnership')}"}
    assert administrator.post(f"/users/{world.id('coordinator')}/roles", data=data).status_code == 303


def role_withdrawn(app: Flask, client: FlaskClient, world: World) -> None:
    administrator = sign_in(app.test_client(), "administrator")
    database: Database = app.extensions["tongtang.database"]
    with database.read() as session:
        grant_id = session.scalar(select(Grant.id).where(Grant.user_id == world.id("coordinator")))
    address = f"/users/{world.id('coordinator')}/roles/{grant_id}/withdraw"
    assert administrator.post(address).status_code == 303


ENDINGS = (
    sign_out,
    sign_out_everywhere,
    new_password,
    password_reset,
    disabled,
    role_given,
    role_withdrawn,
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
@pytest.mark.parametrize("remember", [False, True], ids=["session", "remember"])
def test_old_cookies_are_worth_nothing_after(
    ending: Callable[[Flask, FlaskClient, World], None], remember: bool, app: Flask, world: World
) -> None:
    client = browser(app, remember=remember)
    cookies = cookies_of(client)
    assert set(cookies) == ({"session", "remember_token"} if remember else {"session"})
    assert replay(app, cookies) == 200
    ending(app, client, world)
    assert replay(app, cookies) == 302
    for name, value in cookies.items():
        assert replay(app, {name: value}) == 302


def test_remember_cookie_alone_keeps_the_sign_in(app: Flask, world: World) -> None:
    cookies = cookies_of(browser(app, remember=True))
    assert replay(app, {"remember_token": cookies["remember_token"]}) == 200
    assert replay(app, {"remember_token": cookies["remember_token"][:-1] + "x"}) == 302


def test_a_sign_in_ends_by_itself(app: Flask, world: World) -> None:
    cookies = cookies_of(browser(app, remember=True))
    with clock.frozen(clock.now() + SIGN_IN_LASTS):
        assert replay(app, cookies) == 302


def test_an_enabled_account_does_not_get_its_old_sign_ins_back(
    app: Flask, database: Database, world: World
) -> None:
    cookies = cookies_of(browser(app))
    with database.write() as session:
        user = session.get_one(User, world.id("coordinator"))
        set_retired(session, user, retired=True, act=world.act)
        set_retired(session, user, retired=False, act=world.act)
    assert replay(app, cookies) == 302


def test_signing_in_starts_a_session_of_its_own(app: Flask, world: World) -> None:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["partnership_id"] = 7
        cookie["csrf_token"] = "planted"
    client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert "partnership_id" not in cookie
        assert cookie.get("csrf_token") != "planted"


def test_signing_out_ends_this_browser_only(app: Flask, world: World) -> None:
    here, there = browser(app), browser(app)
    here.post("/sign-out")
    assert [client.get("/account").status_code for client in (here, there)] == [302, 200]


# Guesses


def guess(client: FlaskClient, email: str, address: str = "", password: str = "wrong wrong") -> int:
    headers = {"X-Forwarded-For": address} if address else {}
    return client.post("/sign-in", data={"email": email, "password": password}, headers=headers).status_code


def test_guessing_is_slowed_whatever_address_is_forged(app: Flask, world: World) -> None:
    client = app.test_client()
    answers = [guess(client, EMAIL, f"203.0.113.{n}") for n in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert guess(client, EMAIL.upper() + " ", "203.0.113.99") == 429
    assert guess(client, EMAIL, password=PASSWORD) == 429
    assert guess(client, "viewer@example.org", password=PASSWORD) == 303
    with clock.frozen(clock.now() + ATTEMPT_WINDOW):
        assert guess(client, EMAIL, password=PASSWORD) == 303


def test_one_network_address_that_guesses_at_many_accounts_is_slowed(app: Flask, world: World) -> None:
    client = app.test_client()
    answers = [guess(client, f"somebody{n}@example.org", f"203.0.113.{n}") for n in range(51)]
    assert answers == [422] * 50 + [429]


def test_behind_a_proxy_only_what_the_proxy_adds_counts(
    settings: Settings, database: Database, world: World
) -> None:
    app = create_app(replace(settings, trusted_proxy="127.0.0.1"), database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    answers = [guess(client, f"somebody{n}@example.org", f"203.0.113.{n}, 198.51.100.7") for n in range(51)]
    assert answers == [422] * 50 + [429]
    assert guess(client, "viewer@example.org", "203.0.113.1, 198.51.100.8", password=PASSWORD) == 303


def test_who_comes_past_the_proxy_is_not_believed(settings: Settings, database: Database) -> None:
    app = create_app(replace(settings, trusted_proxy="192.0.2.1"), database)
    seen: list[str | None] = []
    headers = {"X-Forwarded-For": "203.0.113.1", "X-Forwarded-Host": "evil.invalid"}
    with request_started.connected_to(lambda _app: seen.append(request.remote_addr), app):
        for peer in ("192.0.2.2", "127.0.0.1"):
            answer = app.test_client().get("/directory", headers=headers, environ_base={"REMOTE_ADDR": peer})
            assert answer.location == "/sign-in?next=/directory"
    assert seen == ["192.0.2.2", "127.0.0.1"]


def test_known_unknown_and_disabled_accounts_are_answered_alike_after_the_same_work(
    app: Flask, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        viewer = session.get_one(User, world.id("viewer"))
        set_retired(session, viewer, retired=True, act=world.act)
    client = app.test_client()
    tries = [(EMAIL, "wrong"), ("nobody@example.org", "wrong"), ("viewer@example.org", PASSWORD)]
    client.get("/sign-in")
    work = [_work(app, database, client, monkeypatch, *attempt) for attempt in tries]
    assert work[0] == work[1] == work[2]
    assert work[0]["verified"] == 1


def _work(
    app: Flask,
    database: Database,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
) -> dict[str, Any]:
    """How many passwords were verified and which statements ran, and what the page says."""
    verified: list[str] = []
    statements: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, kept: str | bytes, tried: str | bytes) -> bool:
        verified.append(str(kept).split("$")[3])
        return verify(self, kept, tried)

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(database.engine, "before_cursor_execute", note)
    with monkeypatch.context() as patched:
        patched.setattr(argon2.PasswordHasher, "verify", counted)
        answer = client.post("/sign-in", data={"email": email, "password": password})
    event.remove(database.engine, "before_cursor_execute", note)
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text).replace(email, "")
    parameters = set(verified)
    return {
        "status": answer.status_code,
        "page": page,
        "verified": len(verified),
        "of": parameters,
        "ran": statements,
    }


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("a\x00b@example.org", id="nul"),
        pytest.param("长" * 5_000, id="long"),
        pytest.param("' OR 1=1 --", id="sql"),
        pytest.param("\ud800@example.org", id="surrogate"),
    ],
)
def test_strange_addresses_are_just_wrong(email: str, client: FlaskClient) -> None:
    octets = email.encode("utf-8", "surrogatepass")
    body = f"email=%{octets.hex('%')}&password=x"
    answer = client.post("/sign-in", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "邮箱或密码不对。" in answer.text


def test_overtaken_write_is_a_conflict_and_no_failure(app: Flask, world: World) -> None:
    def overtaken() -> str:
        raise StaleDataError("UPDATE statement on table 'user_account' expected to update 1 row(s)")

    app.add_url_rule("/overtaken", "overtaken", view_func=public(overtaken))
    answer = app.test_client().get("/overtaken")
    assert answer.status_code == 409
    assert "别人已经保存了新的内容" in answer.text


# Addresses


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/account", "/account"),
        ("/directory/persons?page=2", "/directory/persons?page=2"),
        ("https://elsewhere.invalid/account", "/"),
        ("//elsewhere.invalid/account", "/"),
        ("/\\elsewhere.invalid", "/"),
        ("/\t/elsewhere.invalid", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-out", "/"),
        ("", "/"),
    ],
)
def test_next_stays_on_site(target: str, expected: str, client: FlaskClient) -> None:
    data = {"email": EMAIL, "password": PASSWORD, "next": target}
    assert client.post("/sign-in", data=data).location == expected


def test_closed_page_comes_back_after_signing_in(client: FlaskClient) -> None:
    sent = client.get("/directory/persons?words=王&page=2")
    assert sent.location.startswith("/sign-in?next=/directory/persons?words")
    form = client.get(sent.location).text
    assert 'name="next" type="hidden" value="/directory/persons?words=' in form


@pytest.mark.parametrize("path", ["/", "/sign-in", "/directory", "/healthz", "/api/v1/bookings", "/none"])
def test_foreign_host_is_refused(path: str, client: FlaskClient) -> None:
    answer = client.get(path, headers={"Host": "evil.invalid"})
    assert answer.status_code == 400
    assert "evil.invalid" not in answer.text


def test_forwarded_host_is_not_believed_without_a_proxy(client: FlaskClient) -> None:
    headers = {"X-Forwarded-Host": "evil.invalid", "X-Forwarded-Proto": "https"}
    answer = client.get("/directory", headers=headers)
    assert answer.location == "/sign-in?next=/directory"


# Forms and sizes


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The application with its guard against forged forms, as it is served."""
    app.config.update(WTF_CSRF_ENABLED=True)
    return app


def test_form_without_its_token_is_refused_on_a_clear_page(guarded: Flask, world: World) -> None:
    client = guarded.test_client()
    for address in (
        "/sign-in",
        "/sign-out",
        "/language",
        "/theme",
        "/account/tokens",
        "/directory/rooms/new",
    ):
        answer = client.post(address, data={"email": EMAIL, "password": PASSWORD})
        assert (answer.status_code, answer.mimetype) == (400, "text/html"), address
        assert "请返回，刷新后再试一次。" in answer.text


def test_form_with_its_token_is_taken(guarded: Flask, world: World) -> None:
    client = guarded.test_client()
    page = client.get("/sign-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=data).status_code == 303
    assert client.post("/account/tokens", data={"token_name": "x", "csrf_token": token}).status_code == 400


def test_too_large_a_body_is_refused_on_a_clear_page(app: Flask, world: World) -> None:
    client = browser(app)
    large = "长" * (app.config["MAX_CONTENT_LENGTH"] // 3 + 1)
    answer = client.post("/directory/persons/new", data={"name": large})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "一次提交的内容太多" in answer.text


def test_private_pages_are_not_stored_and_carry_the_headers(app: Flask, world: World) -> None:
    client = browser(app)
    pages = ["/", "/account", "/directory", "/directory/persons/999999", "/nothing"]
    for answer in [client.get(page) for page in pages]:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_for_this_site_and_out_of_scripts_reach(
    settings: Settings, database: Database, world: World
) -> None:
    app = create_app(replace(settings, base_url="https://localhost"), database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    data = {"email": EMAIL, "password": PASSWORD, "remember": "y"}
    answer = app.test_client().post("/sign-in", data=data, base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    assert sorted(cookie.partition("=")[0] for cookie in cookies) == ["remember_token", "session"]
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_sign_ins_keep_only_hashes(app: Flask, database: Database, world: World) -> None:
    client = browser(app)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with database.read() as session:
        (kept,) = session.scalars(select(SignIn.token_hash))
    assert len(kept) == 64
    assert token not in kept
