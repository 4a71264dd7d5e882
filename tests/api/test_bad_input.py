"""What bad input gets: a status below 500, the field's path, a code, a sentence. Nothing is written."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from scheduler.db import Database
from scheduler.models.bookings import Booking
from scheduler.wording import LANGUAGES
from tests.api.conftest import PREFIX, Program
from tests.api.test_once import count
from tests.world import World

PLANS: list[tuple[dict[str, Any], str, str]] = [
    ({"ends": "09:00"}, "#/ends", "time.ends_before_start"),
    ({"ends": "10:00"}, "#/ends", "time.zero_length"),
    (
        {"date": None, "starts_at": "2018-12-06T10:00:00+08:00", "ends_at": "2018-12-07T10:00:00+08:00"},
        "#/ends_at",
        "time.too_long",
    ),
    ({"date": "1999-12-31"}, "#/date", "field.year_out_of_range"),
    ({"date": "2101-01-01"}, "#/date", "field.year_out_of_range"),
    ({"date": "2018-02-30"}, "#/date", "field.not_a_date"),
    ({"date": 20181206}, "#/date", "field.not_a_date"),
    ({"starts": "25:00"}, "#/starts", "time.nonexistent"),
    ({"starts": "ten"}, "#/starts", "time.not_a_time"),
    ({"starts_at": "2018-12-06T10:00:00", "ends_at": "x"}, "#/starts_at", "time.no_offset"),
    ({"title": ""}, "#/title", "field.required"),
    ({"title": "长" * 10_000}, "#/title", "field.too_long"),
    ({"title": "a\x00b"}, "#/title", "field.control_characters"),
    ({"title": "a\ud800b"}, "#/title", "field.control_characters"),
    ({"title": 5}, "#/title", "field.not_text"),
    ({"title": {"a": 1}}, "#/title", "field.not_text"),
    ({"note": "证件 11010519491231002X"}, "#/note", "field.identity_number"),
    ({"note": "电话 13800138000"}, "#/note", "field.phone_number"),
    ({"kind": "party"}, "#/kind", "field.not_an_option"),
    ({"kind": []}, "#/kind", "field.not_an_option"),
    ({"titel": "x"}, "#/titel", "field.unknown"),
    ({"a/b~c": 1}, "#/a~1b~0c", "field.unknown"),
    ({"\ud800": 1}, "#/%3F", "field.unknown"),
    ({"host": None}, "#/host/organisation_id", "field.required"),
    ({"host": []}, "#/host/organisation_id", "field.not_an_object"),
    ({"receiving": "x"}, "#/receiving", "field.not_a_list"),
    ({"receiving": [1]}, "#/receiving/0", "field.not_an_object"),
    ({"receiving": [{}] * 41}, "#/receiving", "field.too_many"),
    ({"account_id": 10**15}, "#/account_id", "reference.unknown"),
    ({"account_id": 10**30}, "#/account_id", "reference.unknown"),
    ({"account_id": -1}, "#/account_id", "reference.unknown"),
    ({"account_id": True}, "#/account_id", "reference.unknown"),
    ({"account_id": 1.5}, "#/account_id", "reference.unknown"),
    ({"segments": [{"kind": "tour", "minutes": 81}]}, "#/segments", "segments.too_long"),
    ({"segments": [{"kind": "tour", "minutes": 0}]}, "#/segments/0/minutes", "field.out_of_range"),
    ({"join_url": "javascript:alert(1)"}, "#/join_url", "field.url"),
    ({"partnership_id": "x"}, "#/partnership_id", "reference.unknown"),
    ({"partnership_id": 99}, "#/partnership_id", "reference.unknown"),
    ({"follows": "nothing"}, "#/follows", "reference.unknown"),
]


def test_a_bad_plan_is_refused_at_its_field(coordinator: Program, database: Database, world: World) -> None:
    for changes, pointer, code in PLANS:
        answer = coordinator.post("/bookings", world.plan(**changes))
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), changes
        errors = {error["pointer"]: error["code"] for error in reversed(answer.json["errors"])}
        assert errors.get(pointer) == code, changes
        assert all(error["detail"] for error in answer.json["errors"])
    assert count(database, Booking) == 0


def test_people_and_rooms_that_do_not_fit(coordinator: Program, database: Database, world: World) -> None:
    twice = world.plan(people=[{"role": r, "person_id": world.id("lead")} for r in ("lead", "educator")])
    answer = coordinator.post("/bookings", twice)
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        ("#/people/1/person_id", "reference.twice")
    ]
    room = coordinator.get(f"/rooms/{world.id('room 1')}").json
    coordinator.patch(f"/rooms/{room['id']}", {"seats": 10, "version": room["version"]})
    teacher = coordinator.get(f"/persons/{world.id('lead')}").json
    coordinator.post(f"/persons/{teacher['id']}/retire", {"version": teacher["version"]})
    errors = coordinator.post("/bookings", world.plan(), Accept_Language="en").json["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [
        ("#/people/0/person_id", "reference.retired"),
        ("#/receiving/0/room_id", "room.too_small"),
    ]
    assert count(database, Booking) == 0


def deep(levels: int) -> bytes:
    """Lists within lists."""
    return b'{"title":' + b"[" * levels + b"]" * levels + b"}"


BODIES: list[tuple[bytes, int, str]] = [
    (b"{", 400, "body.malformed"),
    (b"\xff\xfe", 400, "body.malformed"),
    (b'{"title": NaN}', 400, "body.malformed"),
    (b'{"title": -Infinity}', 400, "body.malformed"),
    (b'{"account_id": ' + b"9" * 10_000 + b"}", 400, "body.malformed"),
    (b'{"title": "a", "title": "b"}', 400, "body.duplicate_name"),
    (b'{"host": {"room_id": 1, "room_id": 2}}', 400, "body.duplicate_name"),
    (deep(30), 400, "body.too_deep"),
    (deep(900), 400, "body.too_deep"),
    (deep(100_000), 400, "body.too_deep"),
    (b"[]", 422, "body.not_an_object"),
    (b'"text"', 422, "body.not_an_object"),
    (b"null", 422, "body.not_an_object"),
    (b"{}", 422, "input.invalid"),
    (b"", 422, "input.invalid"),
    (b'{"account_id": 1e999}', 422, "input.invalid"),
    (b"{" + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}", 422, "input.invalid"),
]


def test_a_bad_body_is_a_problem(coordinator: Program) -> None:
    for body, status, code in BODIES:
        answer = raw_post(coordinator, body)
        assert (answer.status_code, answer.json["type"]) == (status, f"/problems/{code}"), body[:50]
        assert len(answer.json.get("errors", [])) <= 100


def raw_post(program: Program, body: bytes, content_type: str = "application/json") -> TestResponse:
    """POST these octets to the bookings."""
    headers = {"Authorization": f"Bearer {program.token}", "Content-Type": content_type}
    return program.client.post(f"{PREFIX}/bookings", data=body, headers=headers)


def test_a_form_is_no_json(coordinator: Program) -> None:
    answer = raw_post(coordinator, b"title=x", "application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json["type"]) == (415, "/problems/body.media_type")


def test_a_body_over_the_limit(app: Flask, coordinator: Program) -> None:
    limit = app.config["MAX_CONTENT_LENGTH"]
    answer = raw_post(coordinator, b'{"title": "' + b"x" * limit + b'"}')
    assert (answer.status_code, answer.json["type"]) == (413, "/problems/http.too_large")


QUERIES = [
    ("page=0", "page", "field.out_of_range"),
    ("per_page=201", "per_page", "field.out_of_range"),
    ("page=x", "page", "field.not_whole"),
    ("pages=1", "pages", "field.unknown"),
    ("page=1&page=2", "page", "field.repeated"),
    ("from=2018-12-06T10:00", "from", "time.no_offset"),
    ("from=soon", "from", "time.not_an_instant"),
    ("to=2018-13-01", "to", "field.not_a_date"),
    ("kind=party", "kind", "field.not_an_option"),
    ("with_cancelled=maybe", "with_cancelled", "field.not_an_option"),
    ("organisation_id=99999999999999999999", "organisation_id", "reference.unknown"),
    ("q=a%00b", "q", "field.control_characters"),
]


def test_a_bad_query_names_its_parameter(coordinator: Program) -> None:
    for query, parameter, code in QUERIES:
        answer = coordinator.get(f"/bookings?{query}")
        assert answer.status_code == 422, query
        assert [(e["parameter"], e["code"]) for e in answer.json["errors"]] == [(parameter, code)]


ADDRESSES = [
    ("GET", "/nothing", 404),
    ("POST", "/nothing", 404),
    ("POST", "/bookings/ABC/cancel", 404),
    ("GET", "/bookings/%00", 404),
    ("GET", "/bookings/ABC", 404),
    ("GET", "/bookings/0123456789abcdef", 404),
    ("GET", "/persons/0", 404),
    ("GET", "/persons/999999999999999999", 404),
    ("GET", f"/persons/{'9' * 5000}", 404),
    ("GET", "/robots/1", 404),
    ("POST", "/feeds/77/replace", 404),
    ("DELETE", "/feeds/77", 404),
    ("DELETE", "/bookings", 405),
    ("PATCH", "/bookings/0123456789abcdef", 405),
]


def test_an_address_without_an_answer_is_a_problem(coordinator: Program) -> None:
    for method, path, status in ADDRESSES:
        answer = coordinator.call(method, path)
        assert (answer.status_code, answer.json["status"]) == (status, status), path
        assert answer.content_type == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail", "instance"}
        assert (status == 405) == ("Allow" in answer.headers)


def test_an_evil_host_is_answered_with_a_problem(coordinator: Program) -> None:
    answer = coordinator.get("/bookings", Host="evil.example")
    assert (answer.status_code, answer.json["type"]) == (400, "/problems/http.bad_request")


def test_a_stale_change_shows_both_versions(coordinator: Program, world: World) -> None:
    lesson = coordinator.post("/bookings", world.plan()).json
    path = f"/bookings/{lesson['id']}"
    changed = coordinator.put(path, {**lesson["plan"], "title": "新课题", "version": 1}).json
    stale = coordinator.put(path, {**lesson["plan"], "title": "我的课题"}, If_Match='"1"')
    assert (stale.status_code, stale.json["type"]) == (409, "/problems/edit.stale")
    assert stale.json["current"] == {"version": changed["version"], "representation": changed}
    for other in (
        coordinator.post(f"{path}/cancel", {"reason": "weather", "version": 1}),
        coordinator.post(
            f"{path}/move", {"date": "2018-12-07", "starts": "8:00", "ends": "9:00", "version": 1}
        ),
    ):
        assert (other.status_code, other.json["current"]["representation"]) == (409, changed)


VERSIONS: list[tuple[dict[str, Any], str | None, int, str]] = [
    ({}, None, 422, "field.required"),
    ({"version": 1}, '"2"', 422, "version.two"),
    ({"version": "one"}, None, 422, "field.not_whole"),
    ({"version": -1}, None, 422, "field.out_of_range"),
    ({}, "1", 400, "version.not_a_tag"),
    ({}, 'W/"1"', 400, "version.not_a_tag"),
]


def test_a_change_needs_one_version(coordinator: Program, world: World) -> None:
    path = f"/bookings/{coordinator.post('/bookings', world.plan()).json['id']}/cancel"
    for body, header, status, code in VERSIONS:
        headers = {"If_Match": header} if header else {}
        answer = coordinator.post(path, {"reason": "other", **body}, **headers)
        assert answer.status_code == status, body
        assert code in json.dumps(answer.json)
    assert coordinator.post(path, {"reason": "other"}, If_Match="*").status_code == 200


def test_every_sentence_has_two_languages(coordinator: Program) -> None:
    told = {
        language: coordinator.post("/bookings", {"titel": 1}, Accept_Language=language).json
        for language in LANGUAGES
    }
    for chinese, english in zip(told["zh"]["errors"], told["en"]["errors"], strict=True):
        assert chinese["code"] == english["code"]
        assert chinese["detail"] != english["detail"]
    assert (told["zh"]["title"], told["zh"]["detail"]) != (told["en"]["title"], told["en"]["detail"])


def test_even_a_failure_of_ours_is_a_problem_and_tells_nothing(
    app: Flask, coordinator: Program, database: Database
) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE feed RENAME TO lost"))
    answer = coordinator.get("/feeds")
    assert (answer.status_code, answer.json["type"]) == (500, "/problems/http.failed")
    assert set(answer.json) == {"type", "title", "status", "detail", "instance"}
