"""The lesson of December 2018 through the API, from booking to record, on both engines."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import docx
from flask import Flask
from werkzeug.test import TestResponse

from scheduler import clock
from tests.api.conftest import Program
from tests.world import World

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AFTER = datetime(2018, 12, 6, 4, 0, tzinfo=UTC)
"""40 minutes after the lesson."""


def test_the_2018_lesson_from_booking_to_record(
    app: Flask, world: World, program: Callable[[str], Program]
) -> None:
    coordinator = program("coordinator")
    lesson = _book(coordinator, world)
    _is_refused_while_everyone_is_busy(coordinator, world, lesson)
    feed = _subscribe(coordinator, world)
    assert "走进大葆台西汉墓" in _calendar(app, feed)
    moved = _move_by_a_day_and_back(coordinator, lesson)
    _book_and_cancel_joint_research(coordinator, world, lesson)
    with clock.frozen(AFTER):
        _write_and_file_the_record(coordinator, world, moved)


def _book(coordinator: Program, world: World) -> str:
    answer = coordinator.post("/bookings", world.plan())
    assert answer.status_code == 201
    lesson = answer.json
    assert answer.headers["Location"] == f"/api/v1/bookings/{lesson['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (lesson["starts_at"], lesson["ends_at"]) == ("2018-12-06T02:00:00Z", "2018-12-06T03:20:00Z")
    assert [row["class"]["name"] for row in lesson["receiving"]] == [
        "七年级(1)班",
        "七年级(2)班",
        "七年级(3)班",
    ]
    assert coordinator.get(f"/bookings/{lesson['id']}").json == lesson
    day = coordinator.get("/bookings?from=2018-12-06&to=2018-12-07&kind=lesson").json
    assert ([row["id"] for row in day["items"]], day["total"]) == ([lesson["id"]], 1)
    assert coordinator.get("/bookings?to=2018-12-06").json["items"] == []
    return str(lesson["id"])


def _is_refused_while_everyone_is_busy(coordinator: Program, world: World, lesson: str) -> None:
    other = {
        "kind": "visit",
        "title": "走访",
        "starts_at": "2018-12-06T11:00:00+08:00",
        "ends_at": "2018-12-06T12:00:00+08:00",
        "host": {"organisation_id": world.id("museum")},
        "people": [{"role": "educator", "person_id": world.id("educator")}],
    }
    answer = coordinator.post("/bookings", other)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/booking.clash")
    assert answer.json["conflicts"] == [
        {
            "resource": {"id": world.id("educator"), "kind": "person", "name": "李讲解员（示例）"},
            "holder": {"booking": lesson, "title": "走进大葆台西汉墓"},
            "interval": {"starts_at": "2018-12-06T02:00:00Z", "ends_at": "2018-12-06T03:20:00Z"},
            "detail": "李讲解员（示例） 12月6日 周四 10:00–11:20 在《走进大葆台西汉墓》中，11:20 后有空。",
        }
    ]


def _subscribe(coordinator: Program, world: World) -> str:
    answer = coordinator.post("/feeds", {"scope": "person", "person_id": world.id("educator")})
    assert answer.status_code == 201
    made = answer.json
    assert made["webcal"] == made["url"].replace("http://", "webcal://")
    assert made["url"].startswith("http://localhost/feeds/")
    listed = coordinator.get("/feeds").json["items"]
    assert listed == [{name: value for name, value in made.items() if name not in ("url", "webcal")}]
    return str(made["url"])


def _calendar(app: Flask, url: str) -> str:
    answer = app.test_client().get(url)
    assert answer.status_code == 200
    return answer.text.replace("\r\n ", "")


def _move_by_a_day_and_back(coordinator: Program, lesson: str) -> str:
    there = {"date": "2018-12-07", "starts": "10:00", "ends": "11:20"}
    moved = coordinator.post(f"/bookings/{lesson}/move", there, If_Match='"1"')
    assert (moved.status_code, moved.json["starts_at"], moved.json["revision"]) == (
        200,
        "2018-12-07T02:00:00Z",
        1,
    )
    back = {"date": "2018-12-06", "starts": "10:00", "ends": "11:20", "version": moved.json["version"]}
    answer = coordinator.post(f"/bookings/{lesson}/move", back)
    assert (answer.status_code, answer.json["revision"]) == (200, 2)
    verbs = [row["verb"] for row in coordinator.get(f"/bookings/{lesson}/history").json["items"]]
    assert verbs == ["move", "move", "book"]
    return lesson


def _book_and_cancel_joint_research(coordinator: Program, world: World, lesson: str) -> None:
    research = {
        "kind": "research",
        "title": "联合教研",
        "follows": lesson,
        "starts_at": "2018-12-06T11:20:00+08:00",
        "ends_at": "2018-12-06T12:00:00+08:00",
        "host": {"organisation_id": world.id("institute")},
        "people": [{"role": "researcher", "person_id": world.id("lead")}],
    }
    booked = coordinator.post("/bookings", research).json
    assert booked["follows"] == lesson
    why = {"reason": "weather", "words": "大雪", "version": booked["version"]}
    cancelled = coordinator.post(f"/bookings/{booked['id']}/cancel", why)
    assert cancelled.json["state"] == "cancelled"
    assert cancelled.json["cancelled"] == {"at": "2018-12-03T01:00:00Z", "reason": "weather", "words": "大雪"}
    again = coordinator.post(f"/bookings/{booked['id']}/cancel", {**why, "version": 2})
    assert (again.status_code, again.json["type"]) == (409, "/problems/booking.not_cancellable")


def _write_and_file_the_record(coordinator: Program, world: World, lesson: str) -> None:
    path = f"/bookings/{lesson}/record"
    missing = coordinator.get(path)
    assert (missing.status_code, missing.json["type"]) == (404, "/problems/record.missing")
    content = {
        "actual_starts": "10:03",
        "actual_ends": "11:21",
        "link_test": "passed",
        "works": 120,
        "attendances": [
            {"class_id": world.id(f"class {n}"), "expected": 40 + n, "present": 40} for n in (1, 2)
        ],
        "segments": [{"position": 0, "minutes": 22}],
        "questions": [{"class_id": world.id("class 1"), "question": "墓里有什么？", "answer": "黄肠题凑。"}],
        "incidents": [{"kind": "sound", "what": "回声", "handling": "关闭一路麦克风", "minutes_lost": 2}],
        "version": 0,
    }
    written = coordinator.put(path, content)
    assert (written.status_code, written.headers["Location"]) == (201, f"/api/v1{path}")
    assert (written.json["actual_starts"], written.json["state"]) == ("2018-12-06T02:03:00Z", "draft")
    assert coordinator.get(path).json == written.json
    refused = coordinator.post(f"{path}/file", {"version": written.json["version"]})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "record.attendance_missing")
    content["attendances"] += [{"class_id": world.id("class 3"), "expected": 43, "present": 43}]
    second = coordinator.put(path, {**content, "version": written.json["version"]})
    assert second.status_code == 200
    filed = coordinator.post(f"{path}/file", {"version": second.json["version"]})
    assert (filed.json["state"], filed.json["filed_at"]) == ("filed", "2018-12-06T04:00:00Z")
    assert coordinator.get(f"/bookings/{lesson}").json["state"] == "recorded"
    _is_a_word_document(coordinator.get(f"{path}.docx"))
    locked = coordinator.put(path, {**content, "version": filed.json["version"]})
    assert (locked.status_code, locked.json["type"]) == (409, "/problems/record.filed")
    opened = coordinator.post(f"{path}/reopen", {"version": filed.json["version"]})
    assert (opened.status_code, opened.json["state"]) == (200, "draft")


def _is_a_word_document(answer: TestResponse) -> None:
    assert (answer.status_code, answer.mimetype) == (200, WORD)
    document = docx.Document(io.BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {"走进大葆台西汉墓", "墓里有什么？", "黄肠题凑。", "关闭一路麦克风"} <= set(cells)
