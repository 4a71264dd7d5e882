"""Buffers through the API: what holds for each kind and role, set and reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from scheduler.db import Database
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.models.buffers import Buffer
from tests.api.conftest import Program
from tests.world import World


@pytest.fixture(autouse=True)
def defaults(database: Database, world: World) -> None:
    """Nothing is set: the small world sets all to nothing."""
    with database.write() as session:
        session.execute(delete(Buffer).where(Buffer.partnership_id == world.id("partnership")))


def lead(answer: Any) -> dict[str, Any]:
    """The line of the lead teacher of lessons."""
    (line,) = [one for one in answer.json["items"] if (one["kind"], one["role"]) == ("lesson", "lead")]
    return dict(line)


def test_all_kinds_and_roles_are_listed_or_one_kind(coordinator: Program) -> None:
    assert len(coordinator.get("/buffers").json["items"]) == len(BookingKind) * len(ParticipantRole)
    visits = coordinator.get("/buffers?kind=visit").json["items"]
    assert [one["role"] for one in visits] == list(ParticipantRole)
    assert {one["kind"] for one in visits} == {"visit"}
    assert coordinator.get("/buffers?kind=party").status_code == 422


def test_minutes_are_set_and_reset(coordinator: Program) -> None:
    rows = [{"role": "lead", "before": 20, "after": 5}, {"role": "class", "before": 0, "after": 0}]
    answer = coordinator.put("/buffers", {"kind": "lesson", "margins": rows})
    assert answer.status_code == 200
    assert lead(answer) == {
        "kind": "lesson",
        "role": "lead",
        "before": 20,
        "after": 5,
        "is_default": False,
        "default": {"before": 15, "after": 0},
    }
    assert answer.json == coordinator.get("/buffers?kind=lesson").json
    reset = coordinator.put("/buffers", {"kind": "lesson", "margins": [{"role": "lead"}]})
    assert (lead(reset)["before"], lead(reset)["is_default"]) == (15, True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("#/kind", "field.required")),
        ({"kind": "lesson", "margins": [{"before": 1, "after": 1}]}, ("#/margins/0/role", "field.required")),
        (
            {"kind": "lesson", "margins": [{"role": "lead", "before": 1}]},
            ("#/margins/0/after", "field.required"),
        ),
        (
            {"kind": "lesson", "margins": [{"role": "lead", "before": 1441, "after": 0}]},
            ("#/margins/0/before", "field.out_of_range"),
        ),
        ({"kind": "lesson", "margins": [{"role": "lead"}] * 2}, ("#/margins/1/role", "buffers.role_twice")),
        ({"kind": "lesson", "margins": [{"role": "lead"}] * 13}, ("#/margins", "field.too_many")),
        ({"kind": "lesson", "minutes": 3}, ("#/minutes", "field.unknown")),
    ],
)
def test_what_makes_no_sense_is_pointed_at(
    coordinator: Program, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = coordinator.put("/buffers", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [expected]


def test_who_may_only_look(program: Callable[[str], Program]) -> None:
    for who in ("viewer", "manager", "region coordinator"):
        caller = program(who)
        assert caller.get("/buffers?kind=lesson").status_code == 200
        body = {"kind": "lesson", "margins": [{"role": "lead", "before": 1, "after": 1}]}
        assert caller.put("/buffers", body).status_code == 403
