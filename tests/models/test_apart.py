"""The database itself refuses terms, hours, bells and periods that overlap, whoever writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from scheduler.db import Database
from tests.world import World

ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
Row = dict[str, Any]
ROWS: dict[str, Row] = {
    "term": {"region_id": "linxi", "stage": "primary", "first_day": "2018-09-03", "last_day": "2019-01-11"},
    "opening_hours": {
        "organisation_id": "museum",
        "first_day": "2018-09-03",
        "last_day": "2019-01-11",
        "opens": 540,
        "closes": 990,
        "closed_weekdays": "1",
        "holidays": "open",
    },
    "bell_schedule": {
        "organisation_id": "school 1",
        "first_day": "2018-09-03",
        "last_day": "2019-01-11",
        "weekdays": "1,2,3",
    },
}
OTHER_OWNER = {"term": "fengtai", "opening_hours": "institute", "bell_schedule": "school 2"}
OWNER = {"term": "region_id", "opening_hours": "organisation_id", "bell_schedule": "organisation_id"}
BEFORE = {"first_day": "2018-03-01", "last_day": "2018-09-02"}
AFTER = {"first_day": "2019-01-12", "last_day": "2019-07-12"}
OVERLAPS = [
    {},
    {"first_day": "2018-03-01", "last_day": "2018-09-03"},
    {"first_day": "2019-01-11", "last_day": "2019-07-12"},
    {"first_day": "2018-10-01", "last_day": "2018-10-01"},
    {"first_day": "2018-01-01", "last_day": "2019-12-31"},
]
ALL = [(table, change) for table in ROWS for change in OVERLAPS]
WITHOUT_END: list[tuple[str, Row]] = [("bell_schedule", {"first_day": "2018-01-01", "last_day": None})]


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Nothing of ours but the tables."""
    with database.engine.connect() as connection:
        yield connection


def insert(connection: Connection, world: World, table: str, **changes: Any) -> int:
    """Write a row and give its id; the owner is called by name."""
    row = {**ROWS[table], "partnership_id": world.id("partnership"), "name": "一行", "version": 1, **changes}
    row[OWNER[table]] = world.id(row[OWNER[table]])
    columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    made = connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id"), row)
    return int(made.scalar_one())


def update(connection: Connection, table: str, row_id: int, **changes: Any) -> None:
    setting = ", ".join(f"{name} = :{name}" for name in changes)
    connection.execute(text(f"UPDATE {table} SET {setting} WHERE id = :id"), {**changes, "id": row_id})


def refusal(caught: pytest.ExceptionInfo[IntegrityError]) -> str:
    """The guard that refused."""
    diagnosis = getattr(caught.value.orig, "diag", None)
    return str(diagnosis.constraint_name if diagnosis else caught.value.orig)


@pytest.mark.parametrize(("table", "change"), [*ALL, *WITHOUT_END])
def test_an_overlap_is_refused(connection: Connection, world: World, table: str, change: Row) -> None:
    insert(connection, world, table)
    with pytest.raises(IntegrityError) as caught:
        insert(connection, world, table, **change)
    assert refusal(caught).startswith(f"{table}_overlap")


@pytest.mark.parametrize("table", ROWS)
def test_what_does_not_meet_may_stand(connection: Connection, world: World, table: str) -> None:
    insert(connection, world, table)
    for change in (BEFORE, AFTER, {OWNER[table]: OTHER_OWNER[table]}, {"retired_at": 1}):
        insert(connection, world, table, **change)
    if table == "term":
        insert(connection, world, table, stage="lower_secondary")
    assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == (6 if table == "term" else 5)


def test_bells_of_other_weekdays_may_stand_beside_each_other(connection: Connection, world: World) -> None:
    insert(connection, world, "bell_schedule")
    insert(connection, world, "bell_schedule", weekdays="4,6", last_day=None)
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        insert(connection, world, "bell_schedule", weekdays="5,6,7", first_day="2030-01-01", last_day=None)
    assert refusal(caught) == "bell_schedule_overlap_6"
    insert(connection, world, "bell_schedule", weekdays="5,7", last_day=None)


@pytest.mark.parametrize("weekday", "1234567")
def test_every_weekday_has_its_guard(connection: Connection, world: World, weekday: str) -> None:
    insert(connection, world, "bell_schedule", weekdays=weekday)
    with pytest.raises(IntegrityError) as caught:
        insert(connection, world, "bell_schedule", weekdays="1,2,3,4,5,6,7")
    assert refusal(caught) == f"bell_schedule_overlap_{weekday}"


@pytest.mark.parametrize("weekdays", ["", ",", "8", "1;2", "一", "1,2,x"])
def test_bells_ring_on_weekdays(connection: Connection, world: World, weekdays: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        insert(connection, world, "bell_schedule", weekdays=weekdays)
    assert "ck_bell_schedule_weekdays" in str(caught.value.orig)


def test_a_place_has_one_rule_beside_which_dated_hours_stand(connection: Connection, world: World) -> None:
    always = {"first_day": None, "last_day": None}
    insert(connection, world, "opening_hours")
    rule = insert(connection, world, "opening_hours", **always)
    insert(connection, world, "opening_hours", **always, organisation_id="institute")
    with pytest.raises(IntegrityError), connection.begin_nested():
        insert(connection, world, "opening_hours", **always)
    retired = insert(connection, world, "opening_hours", **always, retired_at=1)
    with pytest.raises(IntegrityError), connection.begin_nested():
        update(connection, "opening_hours", retired, retired_at=None)
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        update(connection, "opening_hours", rule, first_day="2019-01-11", last_day="2019-01-11")
    assert refusal(caught) == "opening_hours_overlap"


@pytest.mark.parametrize("table", ROWS)
def test_a_change_is_looked_at_like_a_new_row(connection: Connection, world: World, table: str) -> None:
    first, other = insert(connection, world, table), insert(connection, world, table, **AFTER)
    retired = insert(connection, world, table, **BEFORE, retired_at=1)
    owner = insert(connection, world, table, **{OWNER[table]: OTHER_OWNER[table]})
    mine = world.id(ROWS[table][OWNER[table]])
    for row_id, change in (
        (other, {"first_day": "2019-01-11"}),
        (owner, {OWNER[table]: mine}),
        (retired, {"retired_at": None, "last_day": "2018-09-03"}),
    ):
        with pytest.raises(IntegrityError) as caught, connection.begin_nested():
            update(connection, table, row_id, **change)
        assert refusal(caught).startswith(f"{table}_overlap")
    update(connection, table, retired, retired_at=None)
    update(connection, table, first, first_day="2018-09-04", last_day="2019-01-10")
    update(connection, table, other, first_day="2019-01-11")


def test_the_lines_of_a_schedule_do_not_overlap(connection: Connection, world: World) -> None:
    schedule_id = insert(connection, world, "bell_schedule")
    other_id = insert(connection, world, "bell_schedule", **AFTER)
    statement = text(
        "INSERT INTO period (schedule_id, position, kind, name, starts, ends)"
        " VALUES (:schedule, :position, 'lesson', '一节', :starts, :ends)"
    )

    def line(position: int, starts: int, ends: int, schedule: int = schedule_id) -> None:
        row = {"schedule": schedule, "position": position, "starts": starts, "ends": ends}
        connection.execute(statement, row)

    line(0, 480, 520)
    line(1, 520, 560)
    line(0, 500, 540, schedule=other_id)
    for starts, ends in ((480, 520), (470, 481), (519, 530), (400, 600), (490, 500)):
        with pytest.raises(IntegrityError) as caught, connection.begin_nested():
            line(2, starts, ends)
        assert refusal(caught) == "period_overlap"
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        connection.execute(text("UPDATE period SET ends = ends + 1 WHERE starts = 480"))
    assert refusal(caught) == "period_overlap"
    connection.execute(text("UPDATE period SET ends = ends + 1 WHERE starts = 520"))


@ON_SQLITE
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE"])
@pytest.mark.parametrize("table", ROWS)
def test_sqlite_conflict_clauses_do_not_pass_the_guard(
    connection: Connection, world: World, table: str, verb: str
) -> None:
    row_id = insert(connection, world, table)
    with pytest.raises(IntegrityError):
        connection.execute(
            text(f"{verb} INTO {table} SELECT * FROM (SELECT * FROM {table} WHERE id = :id)"), {"id": row_id}
        )


@ON_SQLITE
@pytest.mark.parametrize("day", ["2018-9-3", "2018-13-01", "monday", 20180903, 2458365.5, b"2018-09-03"])
@pytest.mark.parametrize("table", ROWS)
def test_sqlite_takes_days_only(connection: Connection, world: World, table: str, day: object) -> None:
    for column in ("first_day", "last_day"):
        with pytest.raises(DBAPIError), connection.begin_nested():
            insert(
                connection, world, table, **{"first_day": "2000-01-01", "last_day": "2099-01-01", column: day}
            )
    assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0
