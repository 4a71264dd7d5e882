"""Several enter rows that overlap at once: one gets its place. Twins without lock or guard show their use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text

from scheduler.db import Database
from scheduler.domain import directory
from scheduler.domain.directory import create_entry, restore_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid
from scheduler.models.openings import OpeningHours
from scheduler.models.school_time import Swap, Term
from tests.journeys.test_race import race
from tests.world import ROOT, World

FIGHTERS = 8
TERM = {"stage": "primary", "first_day": "2018-09-03", "last_day": "2019-01-11"}


def enter(database: Database, verb: Callable[[Any, int], Any]) -> list[Any]:
    """What each of the fighters got: "won", or the codes of what was refused."""

    def attempt(number: int) -> str:
        with database.write() as session:
            verb(session, number)
        return "won"

    answers = race([lambda n=n: attempt(n) for n in range(FIGHTERS)])
    return sorted(
        ",".join(problem.code for problem in answer.problems) if isinstance(answer, Invalid) else answer
        for answer in answers
    )


def add_term(world: World) -> Callable[[Any, int], Any]:
    def verb(session: Any, number: int) -> None:
        raw = {**TERM, "region_id": world.id("linxi"), "name": f"第{number}份"}
        create_entry(session, SHELVES["terms"], raw, viewer=ROOT, act=world.act)

    return verb


def terms(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Term)) or 0


def test_of_those_who_enter_overlapping_terms_at_once_one_wins(database: Database, world: World) -> None:
    assert enter(database, add_term(world)) == [*["term.overlaps"] * (FIGHTERS - 1), "won"]
    assert terms(database) == 1


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_without_lock_and_guard_they_all_win(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has looked before anybody has written. On SQLite the writer's lock alone lets one in at a time."""
    looked = threading.Barrier(FIGHTERS, timeout=30)
    store = directory._store

    def write_together(*arguments: Any, **named: Any) -> None:
        looked.wait()
        store(*arguments, **named)

    drop_guards(database, "term")
    monkeypatch.setattr(directory, "lock_parent", lambda *_arguments: None)
    monkeypatch.setattr(directory, "_store", write_together)
    assert enter(database, add_term(world)) == ["won"] * FIGHTERS
    assert terms(database) == FIGHTERS


HOURS = {"name": "开放时间", "opens": "9:00", "closes": "16:30"}
WANTED = [
    ("terms", {**TERM, "name": "学期", "region_id": "linxi"}, Term, "term.overlaps"),
    ("openings", {**HOURS, "organisation_id": "museum"}, OpeningHours, "opening.rule_taken"),
    (
        "openings",
        {**HOURS, "organisation_id": "museum", "first_day": "2018-12-01", "last_day": "2018-12-31"},
        OpeningHours,
        "opening.overlaps",
    ),
    ("swaps", {"name": "调休", "organisation_id": "school 1", "day": "2018-12-29"}, Swap, "swap.taken"),
]


def drop_guards(database: Database, table: str) -> None:
    """Take every guard of the table away: what keeps its rows apart, and which of them are unique."""
    named = {"table": table}
    with database.write() as session:
        if database.is_sqlite:
            query = (
                "SELECT 'DROP ' || type || ' ' || name FROM sqlite_master WHERE tbl_name = :table"
                " AND (type = 'trigger' OR (type = 'index' AND sql LIKE '%UNIQUE%'))"
            )
        else:
            query = (
                f"SELECT 'ALTER TABLE {table} DROP CONSTRAINT ' || conname FROM pg_constraint"
                " WHERE conrelid = CAST(:table AS regclass) AND contype = 'x'"
                " UNION ALL SELECT 'DROP INDEX ' || indexrelid::regclass FROM pg_index"
                " WHERE indrelid = CAST(:table AS regclass) AND indisunique AND indpred IS NOT NULL"
            )
        for statement in session.scalars(text(query), named).all():
            session.execute(text(statement))


def look_too_early(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The first look of every thread sees nothing, as before the others have written; later ones see all."""
    shelf, looked = SHELVES[key], threading.local()

    def check(*arguments: Any) -> Any:
        first, looked.once = not hasattr(looked, "once"), True
        return () if first else shelf.check(*arguments)

    monkeypatch.setitem(SHELVES, key, replace(shelf, check=check))


def write_wanted(world: World, key: str, raw: dict[str, Any]) -> Callable[[Any, int], Any]:
    parent = SHELVES[key].parent

    def verb(session: Any, _number: int) -> None:
        row = {**raw, parent: world.id(raw[parent])}
        create_entry(session, SHELVES[key], row, viewer=ROOT, act=world.act)

    return verb


def count(database: Database, model: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(model.retired_at.is_(None))) or 0


@pytest.mark.parametrize(("key", "raw", "model", "code"), WANTED)
def test_who_looked_too_early_is_told_by_the_guard_in_the_same_words(
    database: Database,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    raw: dict[str, Any],
    model: Any,
    code: str,
) -> None:
    look_too_early(monkeypatch, key)
    assert enter(database, write_wanted(world, key, raw)) == [*[code] * (FIGHTERS - 1), "won"]
    assert count(database, model) == 1


@pytest.mark.parametrize(("key", "raw", "model", "_code"), WANTED)
def test_without_the_guard_who_looked_too_early_wins_as_well(
    database: Database,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    raw: dict[str, Any],
    model: Any,
    _code: str,
) -> None:
    drop_guards(database, model.__tablename__)
    look_too_early(monkeypatch, key)
    assert enter(database, write_wanted(world, key, raw)) == ["won"] * FIGHTERS
    assert count(database, model) == FIGHTERS


@pytest.mark.parametrize(("key", "raw", "model", "code"), WANTED)
def test_what_comes_back_or_changes_too_early_is_told_the_same(
    database: Database,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    raw: dict[str, Any],
    model: Any,
    code: str,
) -> None:
    with database.write() as session:
        write_wanted(world, key, raw)(session, 0)
        old = session.scalars(select(model)).one()
        retire_entry(session, SHELVES[key], old, version=1, act=world.act)
        write_wanted(world, key, raw)(session, 1)
    look_too_early(monkeypatch, key)
    with pytest.raises(Invalid) as caught, database.write() as session:
        restore_entry(session, SHELVES[key], session.get(model, old.id), version=2, act=world.act)
    told = caught.value.problems
    with pytest.raises(Invalid) as again, database.write() as session:  # this look comes in time
        restore_entry(session, SHELVES[key], session.get(model, old.id), version=2, act=world.act)
    assert [problem.code for problem in told] == [code]
    assert told == again.value.problems
    assert count(database, model) == 1


def test_of_those_who_bring_back_or_enter_the_same_days_one_wins(database: Database, world: World) -> None:
    shelf = SHELVES["terms"]
    ids = []
    with database.write() as session:
        for number in range(FIGHTERS - 1):
            raw = {**TERM, "region_id": world.id("linxi"), "name": f"旧{number}"}
            term = create_entry(session, shelf, raw, viewer=ROOT, act=world.act)
            ids.append(retire_entry(session, shelf, term, version=1, act=world.act).id)

    def verb(session: Any, number: int) -> None:
        if number == FIGHTERS - 1:
            add_term(world)(session, number)
        else:
            restore_entry(session, shelf, session.get(Term, ids[number]), version=2, act=world.act)

    assert enter(database, verb) == [*["term.overlaps"] * (FIGHTERS - 1), "won"]
    with database.read() as session:
        assert len(session.scalars(select(Term).where(Term.retired_at.is_(None))).all()) == 1


def test_each_school_has_its_own_answer_for_a_day(database: Database, world: World) -> None:
    def verb(session: Any, number: int) -> None:
        place = world.id("school 1") if number % 2 else world.id("school 2")
        raw = {"organisation_id": place, "name": "调休", "day": "2018-12-29"}
        create_entry(session, SHELVES["swaps"], raw, viewer=ROOT, act=world.act)

    assert enter(database, verb) == [*["swap.taken"] * (FIGHTERS - 2), "won", "won"]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_the_index_refuses_a_second_swap_that_no_look_has_seen(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "_require_fit", lambda *_arguments: None)

    def verb(session: Any, number: int) -> None:
        raw = {"organisation_id": world.id("school 1"), "name": "调休", "day": "2018-12-29"}
        create_entry(session, SHELVES["swaps"], raw, viewer=ROOT, act=world.act)

    assert enter(database, verb) == [*["swap.taken"] * (FIGHTERS - 1), "won"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Swap)) == 1
