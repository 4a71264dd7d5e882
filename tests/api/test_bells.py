"""Bell schedules through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scheduler.db import Database
from tests.api.conftest import Program
from tests.domain.test_bell_schedules import PERIODS, SUMMER, WINTER
from tests.web.queries import counted
from tests.world import World


@pytest.fixture
def winter(coordinator: Program, world: World) -> dict[str, Any]:
    """The winter bells of school 1."""
    answer = coordinator.post("/bells", {**WINTER, "organisation_id": world.id("school 1")})
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/bells/{answer.json['id']}")
    return answer.json


def errors_of(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


def test_bells_are_made_changed_retired_and_restored(
    coordinator: Program, winter: dict[str, Any], world: World
) -> None:
    assert winter == {
        "id": winter["id"],
        "partnership_id": world.id("partnership"),
        "organisation": {"id": world.id("school 1"), "name": "林西县民族中学"},
        "name": "冬季作息",
        "first_day": "2018-10-08",
        "last_day": "2019-04-30",
        "weekdays": ["1", "2", "3", "4", "5"],
        "periods": PERIODS,
        "gaps": [],
        "retired_at": None,
        "version": 1,
    }
    path = f"/bells/{winter['id']}"
    changed = coordinator.patch(path, {"weekdays": ["6"], "version": 1}).json
    assert changed == {**winter, "weekdays": ["6"], "version": 2}
    fewer = coordinator.patch(path, {"periods": PERIODS[:1]}, If_Match='"2"').json
    assert fewer == {**changed, "periods": PERIODS[:1], "version": 3}
    retired = coordinator.post(f"{path}/retire", {"version": 3}).json
    assert retired["retired_at"] == "2018-12-03T01:00:00Z"
    assert [row["id"] for row in coordinator.get("/bells?retired=true").json["items"]] == [winter["id"]]
    assert coordinator.get("/bells").json["items"] == []
    restored = coordinator.post(f"{path}/restore", {"version": retired["version"]}).json
    assert coordinator.get(path).json == restored == {**fewer, "version": 5}


def test_a_gap_is_allowed_and_answered(coordinator: Program, winter: dict[str, Any], world: World) -> None:
    raw = {**SUMMER, "organisation_id": world.id("school 1"), "first_day": "2019-05-06", "last_day": None}
    made = coordinator.post("/bells", raw).json
    assert made["gaps"] == [{"first_day": "2019-05-01", "last_day": "2019-05-05"}]
    assert coordinator.get(f"/bells/{winter['id']}").json["gaps"] == made["gaps"]
    items = coordinator.get(f"/bells?organisation_id={world.id('school 1')}").json["items"]
    assert items == [{key: row[key] for key in row if key != "gaps"} for row in (winter, made)]


def test_a_copy_rings_later(coordinator: Program, winter: dict[str, Any], world: World) -> None:
    raw = {"organisation_id": world.id("school 2"), "name": "晚一刻", "first_day": "2018-11-01", "shift": 15}
    answer = coordinator.post(f"/bells/{winter['id']}/copy", raw)
    assert (answer.status_code, answer.json["organisation"]["id"]) == (201, world.id("school 2"))
    times = [(period["starts"], period["ends"]) for period in answer.json["periods"]]
    assert times == [("8:15", "8:55"), ("8:55", "9:25"), ("9:25", "10:05")]
    assert errors_of(coordinator.post(f"/bells/{winter['id']}/copy", {**raw, "shift": 1000})) == [
        ("#/shift", "field.out_of_range")
    ]


def test_bad_bells(coordinator: Program, winter: dict[str, Any], world: World) -> None:
    whole = {**SUMMER, "organisation_id": world.id("school 1")}
    for changes, expected in (
        ({"periods": [{**PERIODS[0], "starts": "25:00"}]}, [("#/periods/0/starts", "time.nonexistent")]),
        ({"periods": [{**PERIODS[0], "ends": "7:00"}]}, [("#/periods/0/ends", "time.ends_before_start")]),
        ({"periods": []}, [("#/periods", "bells.no_lesson")]),
        ({"first_day": "2019-04-30"}, [("#/first_day", "bells.days_overlap")]),
        ({"organisation_id": world.id("museum")}, [("#/organisation_id", "bells.not_a_school")]),
        ({"colour": "red"}, [("#/colour", "field.unknown")]),
    ):
        assert errors_of(coordinator.post("/bells", {**whole, **changes})) == expected
    path = f"/bells/{winter['id']}"
    fixed = {"organisation_id": world.id("school 2"), "version": 1}
    assert errors_of(coordinator.patch(path, fixed)) == [("#/organisation_id", "field.unknown")]
    assert errors_of(coordinator.patch(path, {"name": "无版本"})) == [("#/version", "field.required")]
    assert coordinator.get(path).json == winter


def test_a_stale_change_shows_what_stands_there(coordinator: Program, winter: dict[str, Any]) -> None:
    path = f"/bells/{winter['id']}"
    now = coordinator.patch(path, {"name": "改过的", "version": 1}).json
    for stale in (
        coordinator.patch(path, {"name": "后改的", "version": 1}),
        coordinator.post(f"{path}/retire", {"version": 1}),
    ):
        assert (stale.status_code, stale.json["type"]) == (409, "/problems/edit.stale")
        shown = {key: value for key, value in now.items() if key != "gaps"}
        assert stale.json["current"] == {"version": 2, "representation": shown}


def test_a_repeated_request_makes_one_schedule(coordinator: Program, world: World) -> None:
    raw = {**WINTER, "organisation_id": world.id("school 1")}
    one, two = (coordinator.post("/bells", raw, Idempotency_Key="k1") for _ in range(2))
    assert (one.json, one.status_code) == (two.json, two.status_code)
    assert coordinator.get("/bells").json["total"] == 1


def test_managers_keep_their_own_school_and_others_look(
    program: Callable[[str], Program], winter: dict[str, Any], world: World
) -> None:
    manager, viewer = program("manager"), program("viewer")
    assert manager.patch(f"/bells/{winter['id']}", {"name": "我们的", "version": 1}).status_code == 200
    other = {**WINTER, "organisation_id": world.id("school 2")}
    assert manager.post("/bells", other).status_code == 403
    assert viewer.get(f"/bells/{winter['id']}").status_code == 200
    assert viewer.patch(f"/bells/{winter['id']}", {"name": "x", "version": 2}).status_code == 403


def test_lists_ask_no_more_as_schedules_grow(
    coordinator: Program, winter: dict[str, Any], database: Database, world: World
) -> None:
    def asked() -> int:
        with counted(database) as statements:
            assert coordinator.get("/bells").status_code == 200
        return len(statements)

    one = asked()
    for school in ("school 2", "school 3"):
        coordinator.post("/bells", {**WINTER, "organisation_id": world.id(school)})
    assert asked() == one
