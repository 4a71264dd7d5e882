"""Series through the API: looked at, booked all or none, read, changed together, a skipped day added."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Program
from tests.world import World

RULE = {"weekdays": ["4"], "first_day": "2018-12-06", "count": 4, "starts": "10:00", "ends": "11:20"}


def body(world: World, **changes: Any) -> dict[str, Any]:
    plan = {name: value for name, value in world.plan().items() if name not in ("date", "starts", "ends")}
    return {**plan, "rule": RULE, **changes}


def test_a_dry_run_tells_every_day_and_writes_nothing(coordinator: Program, world: World) -> None:
    other = coordinator.post("/bookings", world.plan(date="2018-12-13")).json["id"]
    answer = coordinator.post("/series", body(world, dry_run=True))
    assert answer.status_code == 200
    days = answer.json["days"]
    assert [(one["day"], one["outlook"]) for one in days] == [
        ("2018-12-06", "fine"),
        ("2018-12-13", "clash"),
        ("2018-12-20", "fine"),
        ("2018-12-27", "fine"),
    ]
    assert days[0]["time"] == {"starts_at": "2018-12-06T02:00:00Z", "ends_at": "2018-12-06T03:20:00Z"}
    assert {one["holder"]["booking"] for one in days[1]["conflicts"]} == {other}
    assert days[1]["suggestion"]["starts_at"] == "2018-12-12T02:00:00Z"
    assert coordinator.get("/bookings").json["total"] == 1


def test_all_days_are_booked_or_none(coordinator: Program, world: World) -> None:
    coordinator.post("/bookings", world.plan(date="2018-12-27"))
    refused = coordinator.post("/series", body(world))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/series.blocked")
    assert [(one["day"], bool(one["conflicts"])) for one in refused.json["days"]] == [("2018-12-27", True)]
    assert coordinator.get("/bookings").json["total"] == 1

    decisions = [{"day": "2018-12-27", "do": "skip"}]
    made = coordinator.post("/series", body(world, decisions=decisions))
    assert made.status_code == 201
    series = made.json
    assert made.headers["Location"] == f"/api/v1/series/{series['id']}"
    assert coordinator.get(f"/series/{series['id']}").json == series
    assert [one["day"] for one in series["occurrences"]] == [f"2018-12-{day:02}" for day in (6, 13, 20, 27)]
    assert [one["state"] for one in series["occurrences"]] == [*["confirmed"] * 3, None]

    path = f"/series/{series['id']}/occurrences"
    assert coordinator.post(path, {"day": "2018-12-27"}).status_code == 409
    elsewhere = {"day": "2018-12-27", "date": "2018-12-28", "starts": "10:00", "ends": "11:20"}
    added = coordinator.post(path, elsewhere)
    assert (added.status_code, added.json["occurrences"][3]["starts_at"]) == (201, "2018-12-28T02:00:00Z")
    assert coordinator.post(path, elsewhere).status_code == 409
    assert coordinator.post(path, {**elsewhere, "day": "2018-12-29"}).status_code == 404


def test_a_change_and_a_cancellation_reach_as_far_as_is_said(coordinator: Program, world: World) -> None:
    series = coordinator.post("/series", body(world)).json
    ids = [one["booking"] for one in series["occurrences"]]
    path = f"/bookings/{ids[1]}"
    version = coordinator.get(path).json["version"]
    changed = {**world.plan(date="2018-12-13", title="新题目"), "version": version}
    assert coordinator.put(path, {**changed, "reach": "everything"}).status_code == 422
    assert coordinator.put(path, {**changed, "reach": "following"}).status_code == 200
    titles = [coordinator.get(f"/bookings/{one}").json["title"] for one in ids]
    assert titles == ["走进大葆台西汉墓", *["新题目"] * 3]

    version = coordinator.get(path).json["version"]
    cancelled = {"reason": "weather", "version": version, "reach": "all"}
    assert coordinator.post(f"{path}/cancel", cancelled).status_code == 200
    read = coordinator.get(f"/series/{series['id']}").json
    assert [one["state"] for one in read["occurrences"]] == ["cancelled"] * 4

    added = coordinator.post(f"/series/{series['id']}/occurrences", {"day": "2018-12-13"})
    assert added.status_code == 201
    second = added.json["occurrences"][1]
    assert (second["state"], second["booking"] in ids) == ("confirmed", False)
    assert coordinator.get(path).json["state"] == "cancelled"


def test_series_are_listed_with_their_figures(coordinator: Program, world: World) -> None:
    assert coordinator.get("/series").json["items"] == []
    skip = [{"day": "2018-12-13", "do": "skip"}]
    series = coordinator.post("/series", body(world, decisions=skip)).json
    answer = coordinator.get("/series").json
    assert (answer["total"], len(answer["items"])) == (1, 1)
    [row] = answer["items"]
    assert row.pop("host")["id"] == world.id("museum")
    assert [one["id"] for one in row.pop("receiving")] == [world.id(f"school {n}") for n in (1, 2, 3)]
    assert row == {
        "id": series["id"],
        "partnership_id": world.id("partnership"),
        "title": "走进大葆台西汉墓",
        "rule": "每周四 10:00–11:20",
        "first_day": "2018-12-06",
        "last_day": "2018-12-27",
        "booked": 3,
        "over": 0,
        "cancelled": 0,
        "skipped": 1,
        "next": {
            "booking": series["occurrences"][0]["booking"],
            "starts_at": "2018-12-06T02:00:00Z",
            "ends_at": "2018-12-06T03:20:00Z",
        },
    }
    for query, total in (
        ("stage=running", 1),
        ("stage=ended", 0),
        ("q=大葆台", 1),
        ("q=zzz", 0),
        (f"organisation_id={world.id('school 1')}", 1),
        (f"organisation_id={world.id('institute')}", 0),
        (f"partnership_id={world.id('partnership')}&per_page=1&page=2", 1),
    ):
        assert coordinator.get(f"/series?{query}").json["total"] == total, query
    for query in ("stage=over", "page=0", "colour=red"):
        assert coordinator.get(f"/series?{query}").status_code == 422


def test_wrong_input_is_pointed_at(coordinator: Program, world: World) -> None:
    wrong = body(world, title="", rule={**RULE, "starts": "25:00", "colour": "red"})
    answer = coordinator.post("/series", wrong)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "#/title",
        "#/rule/colour",
        "#/rule/starts",
    ]
    for changes, pointer in (
        ({"rule": "weekly"}, "#/rule"),
        ({"rule": None}, "#/rule"),
        ({"decisions": [{"day": "2018-12-07", "do": "skip"}]}, "#/decisions/0/day"),
        ({"dry_run": "yes"}, "#/dry_run"),
        ({"starts": "10:00"}, "#/starts"),
    ):
        answer = coordinator.post("/series", body(world, **changes))
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
