"""Every rule of the URL map × every actor: who is let in, who is refused, for whom a thing does not exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.access import viewer_of
from scheduler.domain.accounts import add_user, grant_role
from scheduler.domain.act import Act
from scheduler.domain.api_tokens import create_api_token
from scheduler.domain.bell_schedules import create_schedule
from scheduler.domain.bookings import book
from scheduler.domain.directory import add_former_name, create_entry, retire_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.series.booking import book_series, read_series_plan, read_series_rule
from scheduler.domain.series.decisions import Decision, Do
from scheduler.domain.shelves import SHELVES
from scheduler.domain.subscriptions import create_feed
from scheduler.domain.tokens import hash_token
from scheduler.models.places import FormerName, Organisation
from scheduler.models.users import ApiToken, Grant, SignIn, User
from scheduler.web.door import is_public
from tests.domain.test_bell_schedules import WINTER
from tests.web.access_table import ACTORS, PUBLIC, ROWS, Row
from tests.world import PASSWORD, ROOT, World

PROBLEM = "application/problem+json"


@pytest.fixture
def names(database: Database, world: World) -> dict[str, Any]:
    """What the addresses of the table name, over the small world."""
    with database.write() as session:
        return {
            **world.ids,
            **_bookings(session, world),
            "series": _series(session, world),
            **_entries(session, world),
            **_others(session, world),
        }


def _bookings(session: Session, world: World) -> dict[str, str]:
    plan = world.plan()
    plans = {
        "lesson": plan,
        "past lesson": {**plan, "date": "2018-11-29"},
        "far lesson": {**plan, "date": "2018-12-13", "receiving": plan["receiving"][1:]},
        "museum visit": {
            "kind": "visit",
            "title": "看展厅",
            "date": "2018-12-20",
            "starts": "10:00",
            "ends": "11:00",
            "host": {"organisation_id": world.id("museum")},
            "people": [{"role": "attendee", "person_id": world.id("lead")}],
        },
    }
    partnership_id = world.id("partnership")
    return {
        name: book(
            session, read_plan(raw, zone="Asia/Shanghai"), partnership_id=partnership_id, act=world.act
        ).public_id
        for name, raw in plans.items()
    }


def _series(session: Session, world: World) -> str:
    """Thursday 3 January 2019, and the next one skipped."""
    raw = {name: value for name, value in world.plan().items() if name not in ("date", "starts", "ends")}
    rule_raw = {
        "weekdays": ["4"],
        "first_day": "2019-01-03",
        "count": "2",
        "starts": "10:00",
        "ends": "11:20",
    }
    partnership_id = world.id("partnership")
    rule = read_series_rule(session, rule_raw, partnership_id=partnership_id)
    return book_series(
        session,
        read_series_plan(raw),
        rule,
        {date(2019, 1, 10): Decision(Do.SKIP)},
        rule_raw=rule_raw,
        partnership_id=partnership_id,
        zone="Asia/Shanghai",
        act=world.act,
    ).public_id


def _entries(session: Session, world: World) -> dict[str, int]:
    def add(shelf: str, **raw: Any) -> Any:
        return create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act)

    person = add("persons", organisation_id=world.id("school 1"), name="已离开的老师（示例）")
    retire_entry(session, SHELVES["persons"], person, version=person.version, act=world.act)
    museum = session.get_one(Organisation, world.id("museum"))
    former = {"name": "北京市大葆台西汉墓博物馆", "until": "2025-05-20"}
    add_former_name(session, museum, former, act=world.act)
    calendars = {**_calendar_rows(add, world), **_bells(session, world)}
    another = add("partnerships", name="另一协作").id
    region = add("regions", partnership_id=another, name="另一地区").id
    return {
        **calendars,
        "retired person": person.id,
        "former name": session.scalars(select(FormerName.id)).one(),
        "another": another,
        "elsewhere": add("organisations", region_id=region, kind="school", name="示例中学C（演示）").id,
    }


def _calendar_rows(add: Callable[..., Any], world: World) -> dict[str, int]:
    closed = {"kind": "closed", "starts_at": "2019-01-01", "ends_at": "2019-01-01"}
    days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
    return {
        "museum closure": add("closures", organisation_id=world.id("museum"), name="元旦闭馆", **closed).id,
        "term": add("terms", region_id=world.id("linxi"), stage="primary", name="秋季学期", **days).id,
        "swap": add("swaps", organisation_id=world.id("school 1"), name="元旦调休", day="2018-12-29").id,
    }


def _bells(session: Session, world: World) -> dict[str, int]:
    return {
        name: create_schedule(
            session, {**WINTER, "organisation_id": world.id(school)}, viewer=ROOT, act=world.act
        ).id
        for name, school in (("bells", "school 1"), ("far bells", "school 2"))
    }


def _others(session: Session, world: World) -> dict[str, Any]:
    """The outsider, and somebody to whom things are done."""
    outsider = _user(
        session, "outsider", {"role": "coordinator", "partnership_id": _another(session)}, world.act
    )
    somebody = _user(
        session, "somebody", {"role": "viewer", "partnership_id": world.id("partnership")}, world.act
    )
    token, _secret = create_api_token(session, somebody, name="别人的", act=world.act)
    scope = {"scope": "partnership", "partnership_id": world.id("partnership")}
    feed, feed_token = create_feed(session, scope, viewer=viewer_of(somebody), act=world.act)
    return {
        "outsider": outsider.id,
        "somebody": somebody.id,
        "their role": session.scalars(select(Grant.id).where(Grant.user_id == somebody.id)).one(),
        "their token": token.id,
        "their feed": feed.id,
        "feed token": feed_token,
    }


def _another(session: Session) -> int:
    return session.scalars(
        select(Organisation.partnership_id).where(Organisation.name.contains("示例中学C"))
    ).one()


def _user(session: Session, name: str, grant: dict[str, Any], act: Act) -> User:
    raw = {"email": f"{name}@example.org", "name": f"{name}（示例）"}
    user = add_user(session, raw, password=PASSWORD, act=act)
    grant_role(session, user, grant, act=act)
    return user


def enter(app: Flask, database: Database, names: dict[str, Any], actor: str) -> FlaskClient:
    """A browser in which the actor is signed in, and whose calls to the API carry the actor's token."""
    client = app.test_client()
    if actor == "nobody":
        return client
    token, at = f"the sign-in of {actor}", names["at"]
    with database.write() as session:
        kept = {"token_hash": hash_token(token), "user_id": names[actor], "created_at": at}
        session.add(SignIn(**kept, expires_at=at + timedelta(days=1)))
        session.add(ApiToken(**kept, name="接口"))
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


def ask(client: FlaskClient, row: Row, names: dict[str, Any], actor: str) -> int:
    address = row.address.format_map(names)
    sent = {name: value.format_map(names) for name, value in row.sent.items()}
    if row.endpoint.startswith("api."):
        headers = {} if actor == "nobody" else {"Authorization": f"Bearer the sign-in of {actor}"}
        body = {"json": sent} if row.method in ("POST", "PUT", "PATCH") else {}
        answer = client.open(address, method=row.method, headers=headers, **body)
        if answer.status_code == 401:
            assert answer.mimetype == PROBLEM
    else:
        answer = client.open(address, method=row.method, data=sent)
        if actor == "nobody" and answer.status_code == 302:
            assert answer.location.startswith("/sign-in?next=")
    answer.close()
    return answer.status_code


@pytest.mark.parametrize("actor", ACTORS)
def test_everyone_gets_what_the_table_says(
    actor: str, app: Flask, database: Database, names: dict[str, Any], world: World
) -> None:
    names["at"] = world.act.at
    client = enter(app, database, names, actor)
    expected = {f"{row.method} {row.address}": row.statuses[ACTORS.index(actor)] for row in ROWS}
    given = {f"{row.method} {row.address}": ask(client, row, names, actor) for row in ROWS}
    assert given == expected


def rules_of(app: Flask) -> set[tuple[str, str]]:
    """(endpoint, method) of every rule."""
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_rule_stands_in_the_table(app: Flask) -> None:
    assert {(row.endpoint, row.method) for row in ROWS} == rules_of(app)


def test_a_rule_that_nobody_listed_is_closed_and_found(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", view_func=lambda: "open", methods=["GET", "POST"])
    listed = {(row.endpoint, row.method) for row in ROWS}
    assert rules_of(app) - listed == {("forgotten", "GET"), ("forgotten", "POST")}
    client = app.test_client()
    answers = [client.open("/forgotten", method=m) for m in ("GET", "HEAD", "POST", "OPTIONS", "DELETE")]
    assert [answer.status_code for answer in answers] == [302, 401, 401, 401, 405]


def test_rows_ask_the_endpoint_that_they_name(app: Flask, names: dict[str, Any]) -> None:
    routes = app.url_map.bind("localhost")
    for row in ROWS:
        endpoint, _values = routes.match(row.address.format_map(names).partition("?")[0], method=row.method)
        assert endpoint == row.endpoint


def test_only_the_listed_endpoints_are_public(app: Flask) -> None:
    public = {endpoint for endpoint in app.view_functions if is_public(app, endpoint)}
    assert {endpoint for endpoint in public if not endpoint.startswith("api.")} == PUBLIC


def test_columns_keep_what_roles_promise() -> None:
    """Whatever a row says: nobody sees nothing, and viewers change nothing but their own account."""
    for row in ROWS:
        nobody, viewer = row.statuses[0], row.statuses[ACTORS.index("viewer")]
        if row.endpoint not in PUBLIC and not row.endpoint.startswith("api."):
            assert nobody == (302 if row.method == "GET" else 401), row
        if row.method != "GET" and row.endpoint.split(".")[0] in (
            "bookings",
            "records",
            "directory",
            "users",
        ):
            assert viewer in (403, 404), row
