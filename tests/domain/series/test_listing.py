"""Series as lists show them: which first, what is counted, who sees what, in a fixed number of queries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.access import Scope, Viewer
from scheduler.domain.bookings import cancel_booking
from scheduler.domain.queries import count
from scheduler.domain.series.change import Reach, cancel_occurrences
from scheduler.domain.series.decisions import Decision, Do
from scheduler.domain.series.listing import (
    SeriesFilter,
    SeriesSummary,
    Stage,
    summaries,
    visible_series,
)
from scheduler.models.bookings import Booking, CancelReason
from scheduler.models.series import Series
from scheduler.models.users import Role
from tests.domain.series.test_series import THURSDAYS, make
from tests.web.queries import counted
from tests.world import ROOT, World

NOW = datetime(2018, 12, 13, 2, 30, tzinfo=UTC)
"""Within the second Thursday's lesson."""
WHY: dict[str, Any] = {"reason": CancelReason.WEATHER, "words": ""}


def booked(series: Series) -> list[Booking]:
    return [one.booking for one in series.occurrences if one.booking]


@pytest.fixture
def three(database: Database, world: World) -> None:
    """Thursdays from the 6th with one skipped and one cancelled; one of a Friday that is over; one that was
    cancelled whole, in January.
    """
    with database.write() as session:
        skip = {date(2018, 12, 20): Decision(Do.SKIP)}
        last = booked(make(session, world, decisions=skip, title="在上"))[-1]
        cancel_booking(session, last, **WHY, version=last.version, act=world.act)
        friday = {**THURSDAYS, "weekdays": ["5"], "count": "1"}
        make(session, world, friday, title="上完 100%_")
        january = {**THURSDAYS, "first_day": "2019-01-03", "every": "2"}
        first = booked(make(session, world, january, title="不上了"))[0]
        how: dict[str, Any] = {"reach": Reach.ALL, "version": first.version, "act": world.act}
        cancel_occurrences(session, first, **WHY, **how)


def found(
    session: Session, viewer: Viewer = ROOT, *, now: datetime = NOW, **wanted: Any
) -> list[SeriesSummary]:
    query = visible_series(viewer, SeriesFilter(**wanted), now=now)
    rows = session.scalars(query).all()
    assert count(session, query) == len(rows)
    return summaries(session, viewer, rows, now=now)


def told(one: SeriesSummary) -> tuple[Any, ...]:
    figures = (one.booked, one.over, one.cancelled, one.skipped)
    return (one.series.title, figures, one.is_running, f"{one.shown.starts_at:%m-%d}")


def titles(database: Database, viewer: Viewer = ROOT, **wanted: Any) -> list[str]:
    with database.read() as session:
        return [one.series.title for one in found(session, viewer, **wanted)]


def test_what_is_counted_and_which_come_first(database: Database, three: None) -> None:
    with database.read() as session:
        assert [told(one) for one in found(session)] == [
            ("在上", (3, 1, 1, 1), True, "12-13"),
            ("不上了", (4, 0, 4, 0), False, "02-14"),
            ("上完 100%_", (1, 1, 0, 0), False, "12-07"),
        ]
        ended = datetime(2018, 12, 13, 3, 20, tzinfo=UTC)
        assert told(found(session, now=ended)[1]) == ("在上", (3, 2, 1, 1), False, "12-13")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"stage": Stage.RUNNING}, ["在上"]),
        ({"stage": Stage.ENDED}, ["不上了", "上完 100%_"]),
        ({"words": "100%_"}, ["上完 100%_"]),
        ({"words": "%"}, ["上完 100%_"]),
        ({"words": "\x00"}, []),
        ({"partnership_id": 10**9}, []),
        ({"organisation_id": 10**9}, []),
    ],
    ids=str,
)
def test_filters(database: Database, three: None, wanted: dict[str, Any], expected: list[str]) -> None:
    assert titles(database, **wanted) == expected


def test_by_who_takes_part(database: Database, world: World, three: None) -> None:
    assert len(titles(database, organisation_id=world.id("school 1"))) == 3
    assert titles(database, organisation_id=world.id("institute")) == []


def test_the_rule_is_told_by_its_days_and_its_time(database: Database, three: None) -> None:
    with database.read() as session:
        rules = [one.rule for one in found(session)]
        assert [(sorted(rule.weekdays), rule.every) for rule in rules] == [([4], 1), ([4], 2), ([5], 1)]
        assert {f"{rule.starts:%H:%M}–{rule.ends:%H:%M}" for rule in rules} == {"10:00–11:20"}
        assert [one.school for one in found(session)] == [None] * 3


def manager(world: World, name: str) -> Viewer:
    return Viewer(99, (Scope(Role.MANAGER, world.id("partnership"), organisation_id=world.id(name)),))


def test_a_manager_is_told_only_of_what_their_organisation_takes_part_in(
    database: Database, world: World, three: None
) -> None:
    alone = {"kind": "visit", "receiving": [], "people": [], "account_id": None, "segments": []}
    alone["host"] = {"organisation_id": world.id("school 2")}
    with database.write() as session:
        make(
            session,
            world,
            {**THURSDAYS, "starts": "15:00", "ends": "15:40"},
            title="二校",
            **alone,
        )
    assert titles(database, manager(world, "school 2")) == ["在上", "二校", "不上了", "上完 100%_"]
    assert titles(database, manager(world, "school 1")) == ["在上", "不上了", "上完 100%_"]
    assert titles(database, manager(world, "institute")) == []
    elsewhere = Scope(Role.COORDINATOR, world.id("partnership") + 1)
    assert titles(database, Viewer(9, (elsewhere,))) == titles(database, Viewer(9, ())) == []


def test_the_number_of_queries_does_not_grow(database: Database, world: World, three: None) -> None:
    with counted(database) as few, database.read() as session:
        before = len(found(session))
    with database.write() as session:
        for month in range(1, 6):
            rule = {**THURSDAYS, "first_day": f"2020-{month:02}-01", "count": "3"}
            make(session, world, rule, title=f"{month}月")
    with counted(database) as many, database.read() as session:
        assert len(found(session)) == before + 5
    assert len(many) == len(few)
