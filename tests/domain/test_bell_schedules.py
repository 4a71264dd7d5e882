"""Bell schedules: what they may be, alone and beside each other; copied, changed, taken out and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.access import Scope, Viewer
from scheduler.domain.bell_schedules import (
    change_schedule,
    copy_schedule,
    create_schedule,
    gaps_of,
    get_schedule,
    restore_schedule,
    retire_schedule,
    schedules,
    school_gaps,
)
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Forbidden, Invalid, NotFound, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.school_time import BellSchedule
from scheduler.models.users import Role
from scheduler.wording import explain
from tests.web.queries import counted
from tests.world import ROOT, World

PERIODS = [
    {"kind": "lesson", "name": "第1节", "starts": "8:00", "ends": "8:40"},
    {"kind": "break", "name": "大课间", "starts": "8:40", "ends": "9:10"},
    {"kind": "lesson", "name": "第2节", "starts": "9:10", "ends": "9:50"},
]
SUMMER = {"name": "夏季作息", "first_day": "2019-05-01", "last_day": "2019-09-30", "periods": PERIODS}
WINTER = {**SUMMER, "name": "冬季作息", "first_day": "2018-10-08", "last_day": "2019-04-30"}


def add(session: Session, world: World, raw: dict[str, Any], school: str = "school 1") -> BellSchedule:
    return create_schedule(session, {"organisation_id": world.id(school), **raw}, viewer=ROOT, act=world.act)


def refused(database: Database, world: World, raw: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught, database.write() as session:
        add(session, world, raw)
    return [(problem.field, problem.code) for problem in caught.value.problems]


def lesson(name: str, starts: str, ends: str, kind: str = "lesson") -> dict[str, str]:
    return {"kind": kind, "name": name, "starts": starts, "ends": ends}


def test_a_schedule_is_kept_as_it_was_given(database: Database, world: World) -> None:
    with database.write() as session:
        made = add(session, world, {**WINTER, "periods": PERIODS[::-1]}).id
    with database.read() as session:
        schedule = get_schedule(session, made, viewer=ROOT)
        assert (schedule.name, schedule.first_day, schedule.last_day, schedule.weekdays) == (
            "冬季作息",
            date(2018, 10, 8),
            date(2019, 4, 30),
            "1,2,3,4,5",
        )
        periods = [(p.position, p.kind.value, p.name, p.starts, p.ends) for p in schedule.periods]
        assert periods == [
            (0, "lesson", "第1节", 480, 520),
            (1, "break", "大课间", 520, 550),
            (2, "lesson", "第2节", 550, 590),
        ]
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.subject == "bell_schedule"))
        assert (entry.verb, entry.subject_id, entry.changes["lesson"]) == (
            "create",
            made,
            [None, "第1节 8:00–8:40、第2节 9:10–9:50"],
        )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, [("name", "field.required")]),
        ({"first_day": ""}, [("first_day", "field.required")]),
        ({"first_day": "2018-02-30"}, [("first_day", "field.not_a_date")]),
        ({"last_day": "2018-10-07"}, [("last_day", "days.reversed")]),
        ({"weekdays": ["8"]}, [("weekdays", "field.not_an_option")]),
        ({"last_day": "2018-10-09", "weekdays": ["6", "7"]}, [("weekdays", "bells.no_day")]),
        ({"colour": "red"}, [("colour", "field.unknown")]),
        ({"periods": []}, [("periods", "bells.no_lesson")]),
        ({"periods": "x"}, [("periods", "field.not_a_list")]),
        ({"periods": ["x"]}, [("periods.0", "field.not_an_object")]),
        (
            {"periods": [lesson("第1节", "8:00", "8:40")] * 31},
            [("periods", "field.too_many")],
        ),
        ({"periods": [lesson("早操", "7:00", "7:20", "break")]}, [("periods", "bells.no_lesson")]),
        ({"periods": [lesson("第1节", "25:00", "25:40")]}, "nonexistent"),
        ({"periods": [lesson("第1节", "8:40", "8:00")]}, [("periods.0.ends", "time.ends_before_start")]),
        ({"periods": [lesson("第1节", "8:00", "8:00")]}, [("periods.0.ends", "time.zero_length")]),
        ({"periods": [lesson("第1节", "24:00", "24:00")]}, [("periods.0.starts", "time.nonexistent")]),
        ({"periods": [lesson("", "8:00", "8:40")]}, [("periods.0.name", "field.required")]),
        ({"periods": [lesson("第1节", "8:00", "8:40", "exam")]}, [("periods.0.kind", "field.not_an_option")]),
        (
            {"periods": [lesson("第1节", "8:00", "8:40"), lesson("第1节", "9:00", "9:40")]},
            [("periods.1.name", "bells.name_twice")],
        ),
        (
            {"periods": [lesson("第2节", "8:30", "9:10"), lesson("第1节", "8:00", "8:40")]},
            [("periods.0.starts", "bells.periods_overlap")],
        ),
        (
            {
                "periods": [
                    lesson("上午", "8:00", "12:00"),
                    lesson("第1节", "8:00", "8:40"),
                    lesson("第2节", "11:00", "11:40"),
                ]
            },
            [("periods.1.starts", "bells.periods_overlap"), ("periods.2.starts", "bells.periods_overlap")],
        ),
    ],
)
def test_schedules_that_make_no_sense(
    database: Database, world: World, changes: dict[str, Any], expected: Any
) -> None:
    if expected == "nonexistent":
        expected = [(f"periods.0.{name}", "time.nonexistent") for name in ("starts", "ends")]
    assert refused(database, world, {**WINTER, **changes}) == expected


def test_an_overlap_names_both_periods(database: Database, world: World) -> None:
    periods = [lesson("第1节", "8:00", "8:40"), lesson("早读", "8:30", "8:50", "self_study")]
    with pytest.raises(Invalid) as caught, database.write() as session:
        add(session, world, {**WINTER, "periods": periods})
    (problem,) = caught.value.problems
    assert explain(problem, "zh") == "和另一节时间重叠：第1节 8:00–8:40，早读 8:30–8:50。"


def test_periods_may_touch_and_the_last_may_end_at_midnight(database: Database, world: World) -> None:
    periods = [lesson("第1节", "0:00", "23:00"), lesson("第2节", "23:00", "24:00")]
    with database.write() as session:
        schedule = add(session, world, {**WINTER, "periods": periods})
        assert [(p.starts, p.ends) for p in schedule.periods] == [(0, 1380), (1380, 1440)]


def test_two_schedules_do_not_share_a_weekday_of_a_day(database: Database, world: World) -> None:
    with database.write() as session:
        add(session, world, WINTER)
        add(session, world, SUMMER)
        add(session, world, {**WINTER, "name": "周六社团", "weekdays": ["6"]})
        add(session, world, WINTER, school="school 2")
    for changes in (
        {"first_day": "2018-09-01", "last_day": "2018-10-08"},
        {"first_day": "2019-04-30", "last_day": "2019-04-30"},
        {"first_day": "2018-09-01", "last_day": None, "weekdays": ["7", "5"]},
        {"first_day": "2018-12-01", "last_day": "2018-12-31", "weekdays": ["6"]},
    ):
        assert refused(database, world, {**WINTER, **changes}) == [("first_day", "bells.days_overlap")]
    with database.write() as session:
        add(session, world, {**WINTER, "weekdays": "7"})
        add(session, world, {**SUMMER, "first_day": "2019-10-01", "last_day": ""})
    assert refused(database, world, {**SUMMER, "first_day": "2030-01-01", "last_day": ""}) == [
        ("first_day", "bells.days_overlap_open")
    ]


def test_the_other_schedule_and_the_shared_days_are_named(database: Database, world: World) -> None:
    with database.write() as session:
        add(session, world, WINTER)
    with pytest.raises(Invalid) as caught, database.write() as session:
        add(session, world, {**SUMMER, "first_day": "2019-04-01", "weekdays": ["5", "1", "6"]})
    (problem,) = caught.value.problems
    assert explain(problem, "zh") == (
        "2019-04-01 到 2019-04-30 的周一、周五已按“冬季作息”作息，请改日期或星期。"
    )
    assert explain(problem, "en") == (
        "From 2019-04-01 to 2019-04-30, “冬季作息” already rings on Monday, Friday. "
        "Change the dates or the weekdays."
    )


def test_a_gap_is_allowed_and_told(database: Database, world: World) -> None:
    with database.write() as session:
        made = [add(session, world, WINTER), add(session, world, {**SUMMER, "first_day": "2019-05-06"})]
        gap = (date(2019, 5, 1), date(2019, 5, 5))
        assert gaps_of(made) == school_gaps(session, world.id("school 1")) == [gap]
        retire_schedule(session, made[1], version=made[1].version, act=world.act)
        assert gaps_of(made) == school_gaps(session, world.id("school 1")) == []


def test_only_live_schools_that_the_viewer_may_edit(database: Database, world: World) -> None:
    manager = Viewer(1, (Scope(Role.MANAGER, world.id("partnership"), None, world.id("school 1")),))
    outsider = Viewer(1, (Scope(Role.COORDINATOR, 10**6),))

    def attempt(viewer: Viewer, place: Any) -> Any:
        with database.write() as session:
            create_schedule(session, {**WINTER, "organisation_id": place}, viewer=viewer, act=world.act)

    attempt(manager, world.id("school 1"))
    with pytest.raises(Forbidden):
        attempt(manager, world.id("school 2"))
    for viewer, place, code in (
        (ROOT, world.id("museum"), "bells.not_a_school"),
        (ROOT, 10**9, "reference.unknown"),
        (ROOT, "x", "reference.unknown"),
        (ROOT, None, "field.required"),
        (outsider, world.id("school 2"), "reference.unknown"),
    ):
        with pytest.raises(Invalid) as caught:
            attempt(viewer, place)
        assert [(p.field, p.code) for p in caught.value.problems] == [("organisation_id", code)]


def test_what_the_viewer_may_not_know_of_is_not_there(database: Database, world: World) -> None:
    outsider = Viewer(1, (Scope(Role.COORDINATOR, 10**6),))
    with database.write() as session:
        made = add(session, world, WINTER)
        assert session.scalars(schedules(outsider)).all() == []
        for viewer, schedule_id in ((outsider, made.id), (ROOT, 10**9), (ROOT, 2**70), (ROOT, -1)):
            with pytest.raises(NotFound):
                get_schedule(session, schedule_id, viewer=viewer)


def test_a_change_keeps_the_school_and_raises_the_version(database: Database, world: World) -> None:
    with database.write() as session:
        made = add(session, world, WINTER)
        first = made.version
        later = [{**PERIODS[0], "starts": "8:30", "ends": "9:10"}]
        change_schedule(session, made, {**WINTER, "periods": later}, version=first, act=world.act)
        assert (made.version, [p.starts for p in made.periods]) == (first + 1, [510])
        with pytest.raises(StaleEdit):
            change_schedule(session, made, WINTER, version=first, act=world.act)
        with pytest.raises(Invalid):
            change_schedule(
                session, made, {**WINTER, "organisation_id": 1}, version=made.version, act=world.act
            )
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.subject == "bell_schedule").order_by(AuditEntry.id)
        ).all()
        assert [(entry.verb, sorted(entry.changes)) for entry in entries[1:]] == [
            ("change", ["break", "lesson"])
        ]


def test_a_change_that_changes_nothing_leaves_no_entry(database: Database, world: World) -> None:
    with database.write() as session:
        made = add(session, world, WINTER)
        change_schedule(session, made, WINTER, version=made.version, act=world.act)
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "bell_schedule")).all()
        assert verbs == ["create"]


def test_a_change_may_stay_within_its_own_days_but_not_in_anothers(database: Database, world: World) -> None:
    with database.write() as session:
        winter, _summer = add(session, world, WINTER), add(session, world, SUMMER)
        shorter = {**WINTER, "last_day": "2019-04-01"}
        change_schedule(session, winter, shorter, version=winter.version, act=world.act)
        with pytest.raises(Invalid) as caught:
            longer = {**WINTER, "last_day": "2019-05-01"}
            change_schedule(session, winter, longer, version=winter.version, act=world.act)
        assert [p.code for p in caught.value.problems] == ["bells.days_overlap"]


def test_a_copy_for_another_school_with_shifted_bells(database: Database, world: World) -> None:
    with database.write() as session:
        source = add(session, world, {**WINTER, "weekdays": "1,3"})
        raw = {
            "organisation_id": world.id("school 2"),
            "name": "冬季作息",
            "first_day": "2018-11-01",
            "shift": "-15",
        }
        copied = copy_schedule(session, source, raw, viewer=ROOT, act=world.act)
        assert (copied.organisation_id, copied.weekdays, copied.last_day) == (
            world.id("school 2"),
            "1,3",
            None,
        )
        assert [(p.name, p.kind.value, p.starts, p.ends) for p in copied.periods] == [
            ("第1节", "lesson", 465, 505),
            ("大课间", "break", 505, 535),
            ("第2节", "lesson", 535, 575),
        ]
        assert [p.starts for p in source.periods] == [480, 520, 550]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"shift": "361"}, ("shift", "field.out_of_range")),
        ({"shift": "1.5"}, ("shift", "field.not_whole")),
        ({"name": ""}, ("name", "field.required")),
        ({"first_day": "2019-01-01"}, ("first_day", "bells.days_overlap")),
        ({"last_day": "2019-01-01"}, ("last_day", "days.reversed")),
        ({"periods": []}, ("periods", "field.unknown")),
        ({"organisation_id": 10**9}, ("organisation_id", "reference.unknown")),
    ],
)
def test_copies_that_make_no_sense(
    database: Database, world: World, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    raw = {"organisation_id": world.id("school 1"), "name": "夏季作息", "first_day": "2019-05-01"}
    with pytest.raises(Invalid) as caught, database.write() as session:
        copy_schedule(session, add(session, world, WINTER), {**raw, **changes}, viewer=ROOT, act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == [expected]


def test_a_copy_is_not_shifted_out_of_its_day(database: Database, world: World) -> None:
    late = [lesson("晚课", "19:00", "20:00")]
    raw = {"organisation_id": world.id("school 2"), "name": "更晚", "first_day": "2019-05-01", "shift": 241}
    with pytest.raises(Invalid) as caught, database.write() as session:
        source = add(session, world, {**WINTER, "periods": late})
        copy_schedule(session, source, {**raw, "shift": 240}, viewer=ROOT, act=world.act)
        copy_schedule(session, source, raw, viewer=ROOT, act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == [("shift", "bells.shifted_out_of_day")]


def test_a_retired_schedule_comes_back_only_when_its_days_are_free(database: Database, world: World) -> None:
    with database.write() as session:
        old = add(session, world, WINTER)
        with pytest.raises(StaleEdit):
            retire_schedule(session, old, version=old.version + 1, act=world.act)
        retire_schedule(session, old, version=old.version, act=world.act)
        new = add(session, world, {**WINTER, "name": "改定的冬季作息"})
        with pytest.raises(Invalid) as caught:
            restore_schedule(session, old, version=old.version, act=world.act)
        assert [p.facts["name"] for p in caught.value.problems] == ["改定的冬季作息"]
        retire_schedule(session, new, version=new.version, act=world.act)
        restore_schedule(session, old, version=old.version, act=world.act)
        assert [s.id for s in session.scalars(schedules(ROOT))] == [old.id]
        assert [s.id for s in session.scalars(schedules(ROOT, retired=True))] == [new.id]


def test_lists_ask_no_more_as_schedules_grow(database: Database, world: World) -> None:
    def asked() -> int:
        with database.read() as session, counted(database) as statements:
            rows = session.scalars(schedules(ROOT, partnership_id=world.id("partnership"))).all()
            assert all(row.periods and row.organisation.name for row in rows)
        return len(statements)

    with database.write() as session:
        add(session, world, WINTER)
    one = asked()
    with database.write() as session:
        add(session, world, SUMMER)
        for number in range(5):
            raw = {"region_id": world.id("linxi"), "kind": "school", "name": f"示例中学{number}（演示）"}
            school = create_entry(session, SHELVES["organisations"], raw, viewer=ROOT, act=world.act)
            raw = {**WINTER, "organisation_id": school.id}
            create_schedule(session, raw, viewer=ROOT, act=world.act)
    assert asked() == one
