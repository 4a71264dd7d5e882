"""Years of holidays through the API: published or not, brought in, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scheduler.db import Database
from scheduler.domain.holiday_years import seed_holidays
from scheduler.domain.published_holidays import package_source
from tests.api.conftest import Program
from tests.web.queries import counted
from tests.world import World

DAYS = [
    {"day": "2027-02-14", "kind": "workday", "name": "春节"},
    {"day": "2027-02-06", "kind": "holiday", "name": "春节"},
]
BODY: dict[str, Any] = {"source": "区教委转发的通知", "notice": "国办通知", "days": DAYS}


@pytest.fixture
def seeded(database: Database, world: World) -> None:
    """What the package publishes."""
    with database.write() as session:
        seed_holidays(session, world.id("partnership"), act=world.act)


def test_a_year_that_is_not_published_says_so(coordinator: Program, seeded: None) -> None:
    answer = coordinator.get("/holidays/2027")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
    assert answer.json == {
        "year": 2027,
        "published": False,
        "imported": False,
        "source": "",
        "notice": "",
        "updated_at": None,
        "version": 0,
        "days": [],
    }


def test_years_are_listed_and_read_with_their_days(
    coordinator: Program, database: Database, seeded: None
) -> None:
    with counted(database) as statements:
        years = coordinator.get("/holidays").json["items"]
    assert [year["year"] for year in years] == list(range(2004, 2027))
    assert {(year["published"], year["imported"], year["source"]) for year in years} == {
        (True, False, package_source())
    }
    assert not any("calendar_day" in statement for statement in statements)
    days = coordinator.get("/holidays/2026").json["days"]
    assert [day for day in days if day["kind"] == "workday"] == [
        {"day": "2026-01-04", "kind": "workday", "name": "元旦"},
        {"day": "2026-02-14", "kind": "workday", "name": "春节"},
        {"day": "2026-02-28", "kind": "workday", "name": "春节"},
        {"day": "2026-05-09", "kind": "workday", "name": "劳动节"},
        {"day": "2026-09-20", "kind": "workday", "name": "国庆节"},
        {"day": "2026-10-10", "kind": "workday", "name": "国庆节"},
    ]


def test_a_year_is_brought_in_and_taken_back(coordinator: Program, world: World) -> None:
    made = coordinator.put("/holidays/2027", {**BODY, "version": 0})
    assert made.status_code == 200
    assert made.json["days"] == DAYS[::-1]
    assert (made.json["published"], made.json["imported"], made.json["notice"]) == (True, True, "国办通知")
    assert coordinator.get("/holidays/2027").json == made.json
    stale = coordinator.put("/holidays/2027", {**BODY, "days": DAYS[:1]}, If_Match='"0"')
    assert stale.status_code == 409
    assert stale.json["current"]["representation"] == made.json
    version = made.json["version"]
    assert coordinator.delete("/holidays/2027?version=0").status_code == 409
    gone = coordinator.delete(f"/holidays/2027?version={version}")
    assert (gone.status_code, gone.json["published"], gone.json["days"]) == (200, False, [])
    assert coordinator.delete("/holidays/2027?version=0").status_code == 404


def test_an_import_over_the_package_goes_back_to_it(coordinator: Program, seeded: None) -> None:
    before = coordinator.get("/holidays/2026").json
    one = [{"day": "2026-05-01", "kind": "holiday", "name": "劳动节"}]
    made = coordinator.put("/holidays/2026", {**BODY, "days": one}, If_Match='"1"')
    assert made.json["days"] == one
    answer = coordinator.call("DELETE", "/holidays/2026", If_Match=made.headers["ETag"])
    assert answer.json["days"] == before["days"]
    assert (answer.json["imported"], answer.json["source"]) == (False, package_source())
    again = coordinator.call("DELETE", "/holidays/2026", If_Match="*")
    assert (again.status_code, again.json["type"]) == (409, "/problems/holidays.not_imported")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"version": None}, [("#/version", "field.required")]),
        ({"days": [{**DAYS[0], "day": "2027-02-15"}]}, [("#/days/0/kind", "holidays.works_anyway")]),
        ({"days": [DAYS[0], DAYS[0]]}, [("#/days/1/day", "holidays.day_twice")]),
        ({"days": ["2027-02-06"]}, None),
        ({"days": {}}, [("#/days", "field.not_a_list")]),
        ({"colour": 1}, [("#/colour", "field.unknown")]),
        ({"partnership_id": 99}, [("#/partnership_id", "reference.unknown")]),
    ],
)
def test_what_makes_no_sense_is_pointed_at(
    coordinator: Program, changes: dict[str, Any], expected: list[tuple[str, str]] | None
) -> None:
    answer = coordinator.put("/holidays/2027", {**BODY, "version": 0, **changes})
    assert answer.status_code == 422
    if expected:
        assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == expected
    assert coordinator.get("/holidays/2027").json["published"] is False


@pytest.mark.parametrize("year", ["1999", "2101", "20260", "abcd", "2026.0"])
def test_other_years_are_no_address(coordinator: Program, year: str) -> None:
    assert coordinator.get(f"/holidays/{year}").status_code == 404


def test_who_may_only_look(program: Callable[[str], Program]) -> None:
    for who in ("viewer", "manager", "region coordinator"):
        caller = program(who)
        assert caller.get("/holidays/2027").status_code == 200
        assert caller.put("/holidays/2027", {**BODY, "version": 0}).status_code == 403
        assert caller.delete("/holidays/2027?version=0").status_code == 403
