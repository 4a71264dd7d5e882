"""What a closure hits, through the API: listed with new times, moved together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Program
from tests.world import World

FRIDAY = {"date": "2018-12-07", "starts": "14:00", "ends": "15:20"}


@pytest.fixture
def lesson(coordinator: Program, world: World) -> dict[str, Any]:
    """A lesson in the museum on Thursday 6 December."""
    return coordinator.post("/bookings", world.plan()).json


@pytest.fixture
def closed(coordinator: Program, world: World, lesson: dict[str, Any]) -> str:
    """The path of a closure of the museum on that day, entered after the lesson was booked."""
    closure = {"kind": "closed", "name": "布展", "starts_at": "2018-12-06", "ends_at": "2018-12-06"}
    answer = coordinator.post("/closures", {"organisation_id": world.id("museum"), **closure})
    assert answer.status_code == 201
    return f"/closures/{answer.json['id']}"


def row(booking: dict[str, Any], **time: Any) -> dict[str, Any]:
    return {"booking": booking["id"], "version": booking["version"], **time}


def test_what_is_hit_is_listed_and_moved_to_a_time_that_was_offered(
    coordinator: Program, lesson: dict[str, Any], closed: str
) -> None:
    listed = coordinator.get(f"{closed}/hits").json
    assert [one["booking"]["id"] for one in listed["items"]] == [lesson["id"]]
    assert listed["left"] == 0
    choices = listed["items"][0]["choices"]
    assert len(choices) == 3
    answer = coordinator.post(f"{closed}/moves", {"moves": [row(lesson, **choices[0])]})
    assert answer.status_code == 200
    moved = answer.json["items"]
    assert [(one["id"], one["starts_at"], one["revision"]) for one in moved] == [
        (lesson["id"], choices[0]["starts_at"], 1)
    ]
    assert coordinator.get(f"{closed}/hits").json == {"items": [], "left": 0}


def test_a_time_on_the_callers_clocks_and_a_reason_do_as_well(
    coordinator: Program, lesson: dict[str, Any], closed: str
) -> None:
    still_closed = {"date": "2018-12-06", "starts": "14:00", "ends": "15:20"}
    why = {"override_reason": "馆方同意"}
    answer = coordinator.post(f"{closed}/moves", {"moves": [row(lesson, **still_closed, **why)]})
    assert answer.status_code == 200
    moved = answer.json["items"][0]
    assert (moved["starts_at"], moved["override_reason"]) == ("2018-12-06T06:00:00Z", "馆方同意")


def test_what_cannot_be_moved_is_named_and_nothing_is_moved(
    coordinator: Program, world: World, lesson: dict[str, Any], closed: str
) -> None:
    afternoon = {"date": "2018-12-06", "starts": "14:00", "ends": "15:20"}
    other = {"title": "第二场", "override_reason": "已经开始布展"} | afternoon
    second = coordinator.post("/bookings", world.plan(**other)).json
    coordinator.post("/bookings", world.plan(title="挡路的", **FRIDAY))
    monday = {"date": "2018-12-10", "starts": "14:00", "ends": "15:20"}
    moves = [row(lesson, **FRIDAY), row(second, **monday)]
    answer = coordinator.post(f"{closed}/moves", {"moves": moves})
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    problem = answer.json
    assert problem["type"] == "/problems/closure.moves_blocked"
    assert [(one["booking"], one["title"], one["code"]) for one in problem["moves"]] == [
        (lesson["id"], "走进大葆台西汉墓", "")
    ]
    assert {one["holder"]["title"] for one in problem["moves"][0]["conflicts"]} == {"挡路的"}
    for booking in (lesson, second):
        assert coordinator.get(f"/bookings/{booking['id']}").json["starts_at"] == booking["starts_at"]


def test_a_rule_and_a_stale_version_are_told(
    coordinator: Program, lesson: dict[str, Any], closed: str
) -> None:
    still_closed = {"date": "2018-12-06", "starts": "14:00", "ends": "15:20"}
    told = coordinator.post(f"{closed}/moves", {"moves": [row(lesson, **still_closed)]}).json["moves"]
    assert [one["code"] for one in told[0]["objections"]] == ["closure.closed"]
    moves = [{**row(lesson, **FRIDAY), "version": 99}]
    told = coordinator.post(f"{closed}/moves", {"moves": moves}).json["moves"]
    assert [(one["code"], one["conflicts"], one["objections"]) for one in told] == [("edit.stale", [], [])]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (None, [("#/moves", "closure.nothing_ticked")]),
        ([], [("#/moves", "closure.nothing_ticked")]),
        ("lesson", [("#/moves", "field.not_a_list")]),
        ([7], [("#/moves/0", "field.not_an_object")]),
        ([{}] * 101, [("#/moves", "field.too_many")]),
        (
            [{"booking": "nobody", "version": 1, "date": "2018-12-07", "starts": "25:00", "ends": "9:00"}],
            [("#/moves/0/starts", "time.nonexistent")],
        ),
        (
            [{"booking": "nobody", "version": 1, **FRIDAY}],
            [("#/moves/0/booking", "closure.not_hit")],
        ),
        (
            [{"booking": "nobody", "version": 1, **FRIDAY}] * 2,
            [("#/moves/1/booking", "record.row_twice")],
        ),
    ],
)
def test_what_cannot_be_read_is_told_where_it_stands(
    coordinator: Program, closed: str, moves: Any, expected: list[tuple[str, str]]
) -> None:
    answer = coordinator.post(f"{closed}/moves", {} if moves is None else {"moves": moves})
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json["errors"]] == expected


def test_who_may_not_change_a_booking_moves_none(
    program: Callable[[str], Program], lesson: dict[str, Any], closed: str
) -> None:
    viewer = program("viewer")
    assert len(viewer.get(f"{closed}/hits").json["items"]) == 1
    assert viewer.post(f"{closed}/moves", {"moves": [row(lesson, **FRIDAY)]}).status_code == 403
