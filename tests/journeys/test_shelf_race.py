"""Several enter rows that overlap at once: one gets its place. A twin without the lock shows its use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from scheduler.db import Database
from scheduler.domain import directory
from scheduler.domain.directory import create_entry, restore_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid
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
def test_without_the_lock_they_all_win(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has looked before anybody has written. On SQLite the writer's lock alone lets one in at a time."""
    looked = threading.Barrier(FIGHTERS, timeout=30)
    flush_unique = directory._flush_unique

    def write_together(*arguments: Any, **named: Any) -> None:
        looked.wait()
        flush_unique(*arguments, **named)

    monkeypatch.setattr(directory, "lock_parent", lambda *_arguments: None)
    monkeypatch.setattr(directory, "_flush_unique", write_together)
    assert enter(database, add_term(world)) == ["won"] * FIGHTERS
    assert terms(database) == FIGHTERS


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
