"""The directory through the API."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.db import Database
from scheduler.domain.shelves import SHELVES
from tests.api.conftest import Program
from tests.web.queries import counted
from tests.world import World


def test_a_room_is_made_changed_retired_and_restored(coordinator: Program, world: World) -> None:
    raw = {"organisation_id": world.id("museum"), "name": "第二展厅", "seats": 30}
    made = coordinator.post("/rooms", raw)
    room = made.json
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/rooms/{room['id']}")
    assert room == {
        "id": room["id"],
        "partnership_id": world.id("partnership"),
        "organisation_id": world.id("museum"),
        "name": "第二展厅",
        "seats": 30,
        "equipment": "",
        "retired_at": None,
        "version": room["version"],
    }
    path = f"/rooms/{room['id']}"
    changed = coordinator.patch(path, {"equipment": "话筒"}, If_Match=made.headers["ETag"]).json
    assert (changed["name"], changed["equipment"]) == ("第二展厅", "话筒")
    retired = coordinator.post(f"{path}/retire", {"version": changed["version"]}).json
    assert retired["retired_at"] == "2018-12-03T01:00:00Z"
    assert [row["id"] for row in coordinator.get("/rooms?retired=true").json["items"]] == [room["id"]]
    restored = coordinator.post(f"{path}/restore", {"version": retired["version"]}).json
    assert restored["retired_at"] is None
    assert coordinator.get(path).json == restored


def test_a_stale_change_shows_what_stands_there(coordinator: Program, world: World) -> None:
    path = f"/rooms/{world.id('gallery')}"
    version = coordinator.get(path).json["version"]
    now = coordinator.patch(path, {"seats": 60, "version": version}).json
    for stale in (
        coordinator.patch(path, {"seats": 70, "version": version}),
        coordinator.post(f"{path}/retire", {"version": version}),
    ):
        assert (stale.status_code, stale.json["type"]) == (409, "/problems/edit.stale")
        assert stale.json["current"] == {"version": now["version"], "representation": now}


CHANGES: list[tuple[dict[str, object], str, str]] = [
    ({"organisation_id": 2}, "#/organisation_id", "field.fixed"),
    ({"seats": "many"}, "#/seats", "field.not_whole"),
    ({"colour": "red"}, "#/colour", "field.unknown"),
    ({"name": ""}, "#/name", "field.required"),
]


def test_a_bad_change(coordinator: Program, world: World) -> None:
    path = f"/rooms/{world.id('gallery')}"
    before = coordinator.get(path).json
    for change, pointer, code in CHANGES:
        answer = coordinator.patch(path, {**change, "version": before["version"]})
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [(pointer, code)]
    assert coordinator.get(path).json == before


def test_pages_are_linked(coordinator: Program) -> None:
    second = coordinator.get("/persons?per_page=2&page=2&q=%E7%A4%BA%E4%BE%8B")
    assert [second.json[name] for name in ("page", "per_page", "total")] == [2, 2, 5]
    address = "/api/v1/persons?per_page=2&page={}&q=%E7%A4%BA%E4%BE%8B"
    assert second.headers["Link"] == ", ".join(
        f'<{address.format(page)}>; rel="{name}"'
        for name, page in (("first", 1), ("prev", 1), ("next", 3), ("last", 3))
    )
    assert second.json["next"] == address.format(3)
    everyone = [
        row["id"]
        for page in (1, 2, 3)
        for row in coordinator.get(f"/persons?per_page=2&page={page}").json["items"]
    ]
    assert everyone == [row["id"] for row in coordinator.get("/persons").json["items"]]


def test_phones_are_masked_for_who_may_not_edit(
    coordinator: Program, program: Callable[[str], Program], world: World
) -> None:
    path = f"/persons/{world.id('educator')}"
    phones = [caller.get(path).json["phone"] for caller in (coordinator, program("viewer"))]
    assert phones == ["138 0013 8000", "138****8000"]


def test_every_shelf_is_listed(coordinator: Program) -> None:
    totals = {key: coordinator.get(f"/{key}").json["total"] for key in SHELVES}
    assert totals == {
        "partnerships": 1,
        "regions": 2,
        "organisations": 5,
        "persons": 5,
        "rooms": 4,
        "classes": 3,
        "accounts": 1,
        "kits": 0,
        "terms": 0,
        "openings": 0,
        "swaps": 0,
        "closures": 0,
    }


def test_only_administrators_make_partnerships(
    coordinator: Program, program: Callable[[str], Program], database: Database
) -> None:
    refused = coordinator.post("/partnerships", {"name": "新的协作"})
    made = program("administrator").post("/partnerships", {"name": "新的协作"})
    assert (refused.status_code, made.status_code) == (403, 201)


def test_lists_ask_the_database_no_more_as_rows_grow(
    coordinator: Program, database: Database, world: World
) -> None:
    def asked(path: str) -> int:
        with counted(database) as statements:
            assert coordinator.get(path).status_code == 200
        return len(statements)

    coordinator.get("/feeds")  # notes the use of the token
    coordinator.post("/bookings", world.plan())
    one = asked("/bookings")
    for day in (7, 8, 9):
        coordinator.post("/bookings", world.plan(date=f"2018-12-0{day}"))
    assert asked("/bookings") == one
    assert asked("/persons?per_page=1") == asked("/persons")
    assert asked("/organisations?per_page=1") == asked("/organisations")
