"""Terms, opening hours, swaps and closures through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Program
from tests.world import World

HOURS = {"name": "平时", "opens": "9:00", "closes": "24:00", "closed_weekdays": ["7", "1"]}


def pointers(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


def test_opening_hours_read_as_they_are_given(coordinator: Program, world: World) -> None:
    made = coordinator.post("/openings", {**HOURS, "organisation_id": world.id("museum")})
    assert made.status_code == 201
    row = made.json
    assert row == {
        "id": row["id"],
        "partnership_id": world.id("partnership"),
        "organisation_id": world.id("museum"),
        "name": "平时",
        "first_day": None,
        "last_day": None,
        "opens": "9:00",
        "closes": "24:00",
        "closed_weekdays": ["1", "7"],
        "holidays": "as_usual",
        "retired_at": None,
        "version": 1,
    }
    path = f"/openings/{row['id']}"
    changed = coordinator.patch(path, {"holidays": "closed", "version": 1}).json
    assert (changed["holidays"], changed["opens"], changed["version"]) == ("closed", "9:00", 2)
    bad = coordinator.patch(path, {"opens": "25:00", "last_day": "2018-12-31", "version": 2})
    assert pointers(bad) == [("#/opens", "time.nonexistent")]
    assert pointers(coordinator.patch(path, {"last_day": "2018-12-31", "version": 2})) == [
        ("#/first_day", "days.both")
    ]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "told"),
    [
        ("2024-09-29", "2025-07-08", ("2024-09-28T16:00:00Z", "2025-07-08T16:00:00Z")),
        ("2025-09-01 12:00", "2025-09-03T12:00", ("2025-09-01T04:00:00Z", "2025-09-03T04:00:00Z")),
        (
            "2025-09-01T12:00:00+08:00",
            "2025-09-03T04:00:00Z",
            ("2025-09-01T04:00:00Z", "2025-09-03T04:00:00Z"),
        ),
    ],
)
def test_closures_take_local_time_days_and_instants(
    coordinator: Program, world: World, starts_at: str, ends_at: str, told: tuple[str, str]
) -> None:
    raw = {"organisation_id": world.id("museum"), "kind": "closed", "name": "闭馆"}
    made = coordinator.post("/closures", {**raw, "starts_at": starts_at, "ends_at": ends_at})
    assert made.status_code == 201
    row = made.json
    assert (row["starts_at"], row["ends_at"], row["resource_id"]) == (*told, None)
    same = coordinator.patch(f"/closures/{row['id']}", {"note": "改了备注", "version": 1}).json
    assert (same["starts_at"], same["ends_at"], same["note"]) == (*told, "改了备注")


def test_dates_are_dates(coordinator: Program, world: World) -> None:
    raw = {"region_id": world.id("linxi"), "stage": "primary", "name": "秋季学期"}
    days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
    term = coordinator.post("/terms", {**raw, **days}).json
    assert (term["first_day"], term["last_day"]) == ("2018-09-03", "2019-01-11")
    again = coordinator.post("/terms", {**raw, **days})
    assert pointers(again) == [("#/first_day", "term.overlaps")]
    assert "“秋季学期”（2018-09-03 到 2019-01-11）" in again.json["errors"][0]["detail"]
    swap = {"organisation_id": world.id("school 1"), "name": "调休", "day": "2018-12-29"}
    made = coordinator.post("/swaps", swap).json
    assert (made["day"], made["follows_weekday"]) == ("2018-12-29", None)
    assert pointers(coordinator.post("/swaps", swap)) == [("#/day", "swap.taken")]
    museum = coordinator.post("/swaps", {**swap, "organisation_id": world.id("museum")})
    assert pointers(museum) == [("#/organisation_id", "swap.not_a_school")]


def test_a_term_is_not_restored_into_another(coordinator: Program, world: World) -> None:
    raw = {"region_id": world.id("linxi"), "stage": "primary", "name": "秋季学期"}
    days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
    old = coordinator.post("/terms", {**raw, **days}).json
    assert coordinator.post(f"/terms/{old['id']}/retire", {"version": 1}).status_code == 200
    coordinator.post("/terms", {**raw, **days})
    refused = coordinator.post(f"/terms/{old['id']}/restore", {"version": 2})
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "term.overlaps")


def test_lists_are_narrowed_and_stand_by_time(coordinator: Program, world: World) -> None:
    kind = {"kind": "exam", "name": "考试"}
    for school, day in ((1, "2018-12-10"), (2, "2018-12-11"), (1, "2018-12-12")):
        raw = {"organisation_id": world.id(f"school {school}"), "starts_at": day, "ends_at": day, **kind}
        assert coordinator.post("/closures", raw).status_code == 201
    for region in ("linxi", "fengtai"):
        days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
        raw = {"region_id": world.id(region), "stage": "primary", "name": region, **days}
        assert coordinator.post("/terms", raw).status_code == 201
    closures = coordinator.get("/closures").json["items"]
    assert [row["starts_at"][:10] for row in closures] == ["2018-12-11", "2018-12-10", "2018-12-09"]
    own = coordinator.get(f"/closures?organisation_id={world.id('school 1')}").json
    assert [row["starts_at"][:10] for row in own["items"]] == ["2018-12-11", "2018-12-09"]
    terms = coordinator.get(f"/terms?region_id={world.id('linxi')}").json["items"]
    assert [row["name"] for row in terms] == ["linxi"]


STRANGE: list[Any] = [None, 5, True, [], {}, "\x00", "²", "9" * 5000, "24:00", "9999-12-31", "nan", -1]


@pytest.mark.parametrize("value", STRANGE)
def test_strange_values_are_refused_or_taken_never_more(
    coordinator: Program, world: World, value: object
) -> None:
    rows: dict[str, dict[str, Any]] = {
        "openings": {"organisation_id": world.id("museum"), **HOURS},
        "closures": {
            "organisation_id": world.id("museum"),
            "kind": "closed",
            "name": "闭馆",
            "starts_at": "2018-12-10",
            "ends_at": "2018-12-11",
        },
        "terms": {
            "region_id": world.id("linxi"),
            "stage": "primary",
            "name": "学期",
            "first_day": "2018-09-03",
            "last_day": "2019-01-11",
        },
        "swaps": {"organisation_id": world.id("school 1"), "name": "调休", "day": "2018-12-29"},
        "kits": {"organisation_id": world.id("museum"), "name": "材料箱", "contents": "", "capacity": 1},
    }
    for shelf, raw in rows.items():
        optional = {"openings": ["first_day", "last_day", "holidays"], "closures": ["resource_id", "note"]}
        for name in [*raw, *optional.get(shelf, [])]:
            answer = coordinator.post(f"/{shelf}", {**raw, name: value})
            assert answer.status_code in (201, 422), (shelf, name, answer.json)
