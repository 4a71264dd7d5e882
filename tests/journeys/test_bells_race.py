"""Several enter bells for the same days at once: one wins. Twins without lock or guard show their use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from scheduler.db import Database
from scheduler.domain import bell_schedules
from scheduler.domain.bell_schedules import (
    change_schedule,
    create_schedule,
    restore_schedule,
    retire_schedule,
)
from scheduler.domain.holiday_years import import_year, seed_holidays
from scheduler.errors import Invalid, StaleEdit
from scheduler.models.holidays import HolidayYear
from scheduler.models.places import Organisation
from scheduler.models.school_time import BellSchedule
from tests.domain.test_bell_schedules import SUMMER, WINTER
from tests.journeys.test_race import race
from tests.journeys.test_shelf_race import FIGHTERS, drop_guards, enter
from tests.world import ROOT, World


def add_bells(world: World) -> Callable[[Any, int], Any]:
    def verb(session: Any, number: int) -> BellSchedule:
        raw = {**WINTER, "organisation_id": world.id("school 1"), "name": f"第{number}份"}
        return create_schedule(session, raw, viewer=ROOT, act=world.act)

    return verb


def live(database: Database) -> int:
    query = select(func.count()).select_from(BellSchedule).where(BellSchedule.retired_at.is_(None))
    with database.read() as session:
        return session.scalar(query) or 0


def test_of_those_who_enter_bells_for_the_same_days_one_wins(database: Database, world: World) -> None:
    assert enter(database, add_bells(world)) == [*["bells.days_overlap"] * (FIGHTERS - 1), "won"]
    assert live(database) == 1


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_without_lock_and_guard_they_all_win(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has looked before anybody has written. On SQLite the writer's lock alone lets one in at a time."""
    looked = threading.Barrier(FIGHTERS, timeout=30)
    write = bell_schedules._write

    def write_together(*arguments: Any) -> None:
        looked.wait()
        write(*arguments)

    drop_guards(database, "bell_schedule")
    monkeypatch.setattr(bell_schedules, "lock_row", lambda *_arguments: None)
    monkeypatch.setattr(bell_schedules, "_write", write_together)
    assert enter(database, add_bells(world)) == ["won"] * FIGHTERS
    assert live(database) == FIGHTERS


def look_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look of every thread sees nothing, as before the others have written; later ones see all."""
    look, looked = bell_schedules._require_free_days, threading.local()

    def early(session: Any, organisation_id: int, *arguments: Any, **named: Any) -> None:
        first, looked.once = not hasattr(looked, "once"), True
        if first:
            bell_schedules.lock_row(session, Organisation, organisation_id)
        else:
            look(session, organisation_id, *arguments, **named)

    monkeypatch.setattr(bell_schedules, "_require_free_days", early)


def test_who_looked_too_early_is_told_by_the_guard_in_the_same_words(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_too_early(monkeypatch)
    assert enter(database, add_bells(world)) == [*["bells.days_overlap"] * (FIGHTERS - 1), "won"]
    assert live(database) == 1


def test_without_the_guard_who_looked_too_early_wins_as_well(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_guards(database, "bell_schedule")
    look_too_early(monkeypatch)
    assert enter(database, add_bells(world)) == ["won"] * FIGHTERS
    assert live(database) == FIGHTERS


def test_what_changes_or_comes_back_too_early_is_told_the_same(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        old = add_bells(world)(session, 0)
        retire_schedule(session, old, version=old.version, act=world.act)
        add_bells(world)(session, 1)
        later = {**SUMMER, "organisation_id": world.id("school 1")}
        summer = create_schedule(session, later, viewer=ROOT, act=world.act)

    def restore(session: Any) -> None:
        schedule = session.get(BellSchedule, old.id)
        restore_schedule(session, schedule, version=schedule.version, act=world.act)

    def change(session: Any) -> None:
        schedule = session.get(BellSchedule, summer.id)
        change_schedule(session, schedule, WINTER, version=schedule.version, act=world.act)

    def told(verb: Callable[[Any], None]) -> Any:
        with pytest.raises(Invalid) as caught, database.write() as session:
            verb(session)
        return caught.value.problems

    in_time = [told(restore), told(change)]
    for verb, problems in zip((restore, change), in_time, strict=True):
        with monkeypatch.context() as patch:
            look_too_early(patch)
            assert told(verb) == problems
    assert [problem.code for problems in in_time for problem in problems] == ["bells.days_overlap"] * 2
    assert live(database) == 2


def test_of_those_who_bring_back_or_enter_the_same_days_one_wins(database: Database, world: World) -> None:
    ids = []
    with database.write() as session:
        for number in range(FIGHTERS - 1):
            old = add_bells(world)(session, number)
            ids.append(retire_schedule(session, old, version=old.version, act=world.act).id)

    def verb(session: Any, number: int) -> None:
        if number == FIGHTERS - 1:
            add_bells(world)(session, number)
        else:
            old = session.get(BellSchedule, ids[number])
            restore_schedule(session, old, version=old.version, act=world.act)

    assert enter(database, verb) == [*["bells.days_overlap"] * (FIGHTERS - 1), "won"]
    assert live(database) == 1


def test_a_year_that_several_import_at_once_is_the_first_ones(database: Database, world: World) -> None:
    def attempt(number: int) -> str:
        raw = {"source": f"第{number}人", "days": [{"day": "2027-01-01", "kind": "holiday", "name": "元旦"}]}
        with database.write() as session:
            import_year(
                session, raw, year=2027, partnership_id=world.id("partnership"), version=0, act=world.act
            )
        return "won"

    answers = race([lambda n=n: attempt(n) for n in range(FIGHTERS)])
    assert [type(answer) for answer in answers if answer != "won"] == [StaleEdit] * (FIGHTERS - 1)


def test_several_processes_may_seed_at_once(database: Database, world: World) -> None:
    def attempt() -> int:
        with database.write() as session:
            return len(seed_holidays(session, world.id("partnership"), act=world.act))

    answers = race([attempt for _ in range(4)])
    with database.read() as session:
        years = session.scalar(select(func.count()).select_from(HolidayYear))
    assert sorted(answers) == [0, 0, 0, years]
