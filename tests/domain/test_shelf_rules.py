"""What terms, opening hours, swaps and closures must be in themselves and beside their neighbours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.directory import (
    change_entry,
    create_entry,
    get_entry,
    restore_entry,
    retire_entry,
)
from scheduler.domain.plans import read_plan
from scheduler.domain.queries import entries
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid
from scheduler.models.openings import Closure, HolidayPolicy, OpeningHours
from tests.world import ROOT, World

TERM = {"name": "秋季学期", "stage": "primary", "first_day": "2018-09-03", "last_day": "2019-01-11"}
HOURS = {"name": "平时", "opens": "9:00", "closes": "16:30"}
SUMMER = {**HOURS, "name": "暑期", "first_day": "2018-07-01", "last_day": "2018-08-31"}
SWAP = {"name": "元旦调休", "day": "2018-12-29", "follows_weekday": "1"}
CLOSED = {"name": "布展", "kind": "closed", "starts_at": "2018-12-10", "ends_at": "2018-12-12"}
PARENTS = {
    "terms": "linxi",
    "openings": "museum",
    "swaps": "school 1",
    "closures": "museum",
    "kits": "museum",
}


def add(session: Session, world: World, shelf: str, raw: dict[str, Any], at: str = "") -> Any:
    parent = {SHELVES[shelf].parent: world.id(at or PARENTS[shelf])}
    return create_entry(session, SHELVES[shelf], {**parent, **raw}, viewer=ROOT, act=world.act)


def refused(
    database: Database, world: World, shelf: str, raw: dict[str, Any], at: str = ""
) -> list[tuple[str, str, dict[str, Any]]]:
    """(field, code, facts) of each problem."""
    with pytest.raises(Invalid) as caught, database.write() as session:
        add(session, world, shelf, raw, at)
    return [(problem.field, problem.code, dict(problem.facts)) for problem in caught.value.problems]


def codes(found: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, str]]:
    return [(field, code) for field, code, _facts in found]


@pytest.mark.parametrize(
    ("shelf", "raw", "expected"),
    [
        ("terms", {**TERM, "last_day": "2018-09-02"}, [("last_day", "days.reversed")]),
        ("terms", {**TERM, "last_day": "2019-10-08"}, [("last_day", "term.too_long")]),
        ("terms", {**TERM, "stage": ""}, [("stage", "field.required")]),
        ("terms", {**TERM, "first_day": "2018-02-30"}, [("first_day", "field.not_a_date")]),
        ("openings", {**HOURS, "opens": "25:00"}, [("opens", "time.nonexistent")]),
        ("openings", {**HOURS, "opens": "24:00"}, [("opens", "time.nonexistent")]),
        ("openings", {**HOURS, "closes": "9:00"}, [("closes", "time.ends_before_start")]),
        ("openings", {**HOURS, "closes": "8:59"}, [("closes", "time.ends_before_start")]),
        ("openings", {**HOURS, "closes": ""}, [("closes", "field.required")]),
        ("openings", {**HOURS, "first_day": "2018-07-01"}, [("last_day", "days.both")]),
        ("openings", {**HOURS, "last_day": "2018-07-01"}, [("first_day", "days.both")]),
        ("openings", {**SUMMER, "last_day": "2018-06-30"}, [("last_day", "days.reversed")]),
        ("openings", {**HOURS, "closed_weekdays": ["8"]}, [("closed_weekdays", "field.not_an_option")]),
        ("openings", {**HOURS, "holidays": "maybe"}, [("holidays", "field.not_an_option")]),
        (
            "openings",
            {**SUMMER, "closes": "8:00", "last_day": "2018-06-30"},
            [("closes", "time.ends_before_start"), ("last_day", "days.reversed")],
        ),
        ("swaps", {**SWAP, "day": ""}, [("day", "field.required")]),
        ("swaps", {**SWAP, "follows_weekday": "0"}, [("follows_weekday", "field.not_an_option")]),
        ("closures", {**CLOSED, "ends_at": "2018-12-09"}, [("ends_at", "time.zero_length")]),
        ("closures", {**CLOSED, "ends_at": "2018-12-08"}, [("ends_at", "time.ends_before_start")]),
        ("closures", {**CLOSED, "ends_at": "2021-12-10"}, [("ends_at", "closure.too_long")]),
        ("closures", {**CLOSED, "starts_at": "2018-12-10 25:00"}, [("starts_at", "time.nonexistent")]),
        ("closures", {**CLOSED, "kind": ""}, [("kind", "field.required")]),
        ("closures", {**CLOSED, "resource_id": 10**9}, [("resource_id", "reference.unknown")]),
        ("closures", {**CLOSED, "resource_id": "x"}, [("resource_id", "reference.unknown")]),
    ],
)
def test_rows_that_make_no_sense(
    database: Database, world: World, shelf: str, raw: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert codes(refused(database, world, shelf, raw)) == expected


def test_the_longest_that_is_taken(database: Database, world: World) -> None:
    with database.write() as session:
        term = add(session, world, "terms", {**TERM, "last_day": "2019-10-07"})
        assert (term.last_day - term.first_day).days + 1 == 400
        add(session, world, "closures", {**CLOSED, "ends_at": "2021-12-09"})
        hours = add(session, world, "openings", {**HOURS, "opens": "0:00", "closes": "24:00"})
        assert (hours.opens, hours.closes, hours.holidays) == (0, 1440, HolidayPolicy.AS_USUAL)


# --- terms ------------------------------------------------------------------------------------------


def test_terms_of_one_stage_in_a_region_do_not_overlap(database: Database, world: World) -> None:
    with database.write() as session:
        first = add(session, world, "terms", TERM)
        told = {"name": first.name, "first_day": first.first_day, "last_day": first.last_day}
    for days in (
        ("2019-01-11", "2019-07-10"),
        ("2018-03-01", "2018-09-03"),
        ("2018-10-01", "2018-10-02"),
        ("2018-09-01", "2019-01-31"),
    ):
        raw = {**TERM, "first_day": days[0], "last_day": days[1]}
        assert refused(database, world, "terms", raw) == [("first_day", "term.overlaps", told)]
    with database.write() as session:
        add(session, world, "terms", {**TERM, "first_day": "2019-01-12", "last_day": "2019-07-10"})
        add(session, world, "terms", {**TERM, "stage": "kindergarten"})
        add(session, world, "terms", TERM, at="fengtai")


def test_a_term_may_be_changed_within_its_own_days(database: Database, world: World) -> None:
    shelf = SHELVES["terms"]
    with database.write() as session:
        term = add(session, world, "terms", TERM)
        spring = add(session, world, "terms", {**TERM, "first_day": "2019-02-25", "last_day": "2019-07-10"})
        change_entry(session, shelf, term, {**TERM, "last_day": "2019-01-18"}, version=1, act=world.act)
        with pytest.raises(Invalid) as caught:
            change_entry(session, shelf, term, {**TERM, "last_day": "2019-02-25"}, version=2, act=world.act)
        assert [problem.facts["first_day"] for problem in caught.value.problems] == [spring.first_day]


def test_a_retired_term_leaves_its_place_and_comes_back_only_when_it_is_free(
    database: Database, world: World
) -> None:
    shelf = SHELVES["terms"]
    with database.write() as session:
        old = add(session, world, "terms", TERM)
        retire_entry(session, shelf, old, version=1, act=world.act)
        new = add(session, world, "terms", {**TERM, "name": "改定的秋季学期"})
    with pytest.raises(Invalid) as caught, database.write() as session:
        restore_entry(session, shelf, get_entry(session, shelf, old.id), version=2, act=world.act)
    assert [(p.code, p.facts["name"]) for p in caught.value.problems] == [("term.overlaps", "改定的秋季学期")]
    with database.write() as session:
        retire_entry(session, shelf, get_entry(session, shelf, new.id), version=1, act=world.act)
        restore_entry(session, shelf, get_entry(session, shelf, old.id), version=2, act=world.act)


# --- opening hours ----------------------------------------------------------------------------------


def test_one_rule_and_dated_hours_that_do_not_overlap(database: Database, world: World) -> None:
    with database.write() as session:
        rule = add(session, world, "openings", HOURS)
        summer = add(session, world, "openings", {**SUMMER, "closed_weekdays": ["2", "1"]})
        assert (summer.closed_weekdays, rule.closed_weekdays) == ("1,2", "")
    assert refused(database, world, "openings", {**HOURS, "name": "又一条"}) == [
        ("first_day", "opening.rule_taken", {"name": "平时"})
    ]
    told = {"name": "暑期", "first_day": summer.first_day, "last_day": summer.last_day}
    for days in (("2018-08-31", "2018-09-30"), ("2018-06-01", "2018-07-01"), ("2018-07-10", "2018-07-11")):
        raw = {**SUMMER, "first_day": days[0], "last_day": days[1]}
        assert refused(database, world, "openings", raw) == [("first_day", "opening.overlaps", told)]
    with database.write() as session:
        add(session, world, "openings", {**SUMMER, "first_day": "2018-09-01", "last_day": "2018-09-01"})
        add(session, world, "openings", HOURS, at="institute")


def test_dated_hours_do_not_become_a_second_rule(database: Database, world: World) -> None:
    shelf = SHELVES["openings"]
    with database.write() as session:
        add(session, world, "openings", HOURS)
        summer = add(session, world, "openings", SUMMER)
        with pytest.raises(Invalid) as caught:
            change_entry(session, shelf, summer, HOURS, version=1, act=world.act)
        assert [problem.code for problem in caught.value.problems] == ["opening.rule_taken"]
        session.rollback()


# --- swaps ------------------------------------------------------------------------------------------


def test_one_swap_a_day_and_only_at_schools(database: Database, world: World) -> None:
    with database.write() as session:
        add(session, world, "swaps", {**SWAP, "follows_weekday": ""})
    again = refused(database, world, "swaps", SWAP)
    assert [(field, code, str(facts["day"])) for field, code, facts in again] == [
        ("day", "swap.taken", "2018-12-29")
    ]
    assert refused(database, world, "swaps", SWAP, at="museum") == [
        ("organisation_id", "swap.not_a_school", {"name": "北京大葆台遗址博物馆"})
    ]
    with database.write() as session:
        add(session, world, "swaps", SWAP, at="school 2")


# --- closures ---------------------------------------------------------------------------------------


def test_to_a_day_closes_all_of_it(database: Database, world: World) -> None:
    """抗战馆 2024-09-29 to 2025-07-08, and to the hour in September 2025."""
    whole = {**CLOSED, "starts_at": "2024-09-29", "ends_at": "2025-07-08"}
    hours = {**CLOSED, "starts_at": "2025-09-01 12:00", "ends_at": "2025-09-03 12:00"}
    with database.write() as session:
        long, short = (add(session, world, "closures", raw) for raw in (whole, hours))
    assert (long.starts_at, long.ends_at) == (
        datetime(2024, 9, 28, 16, tzinfo=UTC),
        datetime(2025, 7, 8, 16, tzinfo=UTC),
    )
    assert (short.starts_at, short.ends_at) == (
        datetime(2025, 9, 1, 4, tzinfo=UTC),
        datetime(2025, 9, 3, 4, tzinfo=UTC),
    )


def test_moments_are_those_of_the_regions_clocks(database: Database, world: World) -> None:
    with database.write() as session:
        raw = {"partnership_id": world.id("partnership"), "name": "伦敦", "zone": "Europe/London"}
        region = create_entry(session, SHELVES["regions"], raw, viewer=ROOT, act=world.act)
        raw = {"region_id": region.id, "kind": "museum", "name": "伦敦的博物馆"}
        place = {
            "organisation_id": create_entry(
                session, SHELVES["organisations"], raw, viewer=ROOT, act=world.act
            ).id
        }
        summer = {**CLOSED, **place, "starts_at": "2018-07-01", "ends_at": "2018-07-01 12:00"}
        closure = create_entry(session, SHELVES["closures"], summer, viewer=ROOT, act=world.act)
        assert (closure.starts_at.hour, closure.ends_at.hour) == (23, 11)
    skipped = {**CLOSED, **place, "starts_at": "2018-03-25 01:30", "ends_at": "2018-03-26"}
    with pytest.raises(Invalid) as caught, database.write() as session:
        create_entry(session, SHELVES["closures"], skipped, viewer=ROOT, act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == [("starts_at", "time.skipped")]


def test_entering_a_closure_never_fails_because_of_what_is_there(database: Database, world: World) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(date="2018-12-11"), zone="Asia/Shanghai")
        book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        add(session, world, "closures", CLOSED)
        add(session, world, "closures", CLOSED)
        add(session, world, "closures", {**CLOSED, "resource_id": world.id("gallery")})
    with database.read() as session:
        whom = session.scalars(select(Closure.resource_id).order_by(Closure.id)).all()
    assert list(whom) == [None, None, world.id("gallery")]


def test_what_closes_is_the_organisations_own_and_in_use(database: Database, world: World) -> None:
    one = {**CLOSED, "resource_id": world.id("room 1")}
    facts = {"name": "录播教室1", "place": "北京大葆台遗址博物馆"}
    assert refused(database, world, "closures", one) == [("resource_id", "resource.other_place", facts)]
    with database.write() as session:
        raw = {"name": "另一协作"}
        other = create_entry(session, SHELVES["partnerships"], raw, viewer=ROOT, act=world.act)
        raw = {"partnership_id": other.id, "name": "另一地区"}
        region = create_entry(session, SHELVES["regions"], raw, viewer=ROOT, act=world.act)
        raw = {"region_id": region.id, "kind": "museum", "name": "另一博物馆"}
        museum = create_entry(session, SHELVES["organisations"], raw, viewer=ROOT, act=world.act)
        raw = {"organisation_id": museum.id, "name": "另一展厅"}
        foreign = create_entry(session, SHELVES["rooms"], raw, viewer=ROOT, act=world.act).id
    found = refused(database, world, "closures", {**CLOSED, "resource_id": foreign})
    assert found == [("resource_id", "reference.unknown", {})]  # not even its name


def test_a_closure_keeps_a_resource_that_was_retired_since(database: Database, world: World) -> None:
    shelf, raw = SHELVES["closures"], {**CLOSED, "resource_id": world.id("gallery")}
    with database.write() as session:
        closure = add(session, world, "closures", raw)
        room = get_entry(session, SHELVES["rooms"], world.id("gallery"))
        retire_entry(session, SHELVES["rooms"], room, version=1, act=world.act)
        change_entry(session, shelf, closure, {**raw, "note": "延长"}, version=1, act=world.act)
        assert closure.note == "延长"
    assert codes(refused(database, world, "closures", raw)) == [("resource_id", "reference.retired")]


# --- lists ------------------------------------------------------------------------------------------


def test_lists_stand_in_the_order_of_time(database: Database, world: World) -> None:
    with database.write() as session:
        for name, days in (
            ("乙", ("2018-07-01", "2018-07-02")),
            ("丙", ("2018-08-01", "2018-08-02")),
            ("甲", ("2018-06-01", "2018-06-02")),
            ("平时", ("", "")),
        ):
            add(
                session, world, "openings", {**HOURS, "name": name, "first_day": days[0], "last_day": days[1]}
            )
        for name, day in (("乙", "2018-07-01"), ("丙", "2018-08-01"), ("甲", "2018-06-01")):
            add(session, world, "closures", {**CLOSED, "name": name, "starts_at": day, "ends_at": day})
    with database.read() as session:
        hours: list[OpeningHours] = list(session.scalars(entries(ROOT, SHELVES["openings"])))
        closures: list[Closure] = list(session.scalars(entries(ROOT, SHELVES["closures"])))
        assert [row.name for row in hours] == ["平时", "丙", "乙", "甲"]
        assert [row.name for row in closures] == ["丙", "乙", "甲"]
