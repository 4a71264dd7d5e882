"""Jobs tick by a scheduler that loses no late tick, and do their work through the domain."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from scheduler import clock
from scheduler.db import Database
from scheduler.domain.published_holidays import published_years
from scheduler.jobs import build_scheduler, keep_house, running_jobs
from scheduler.models.audit import AuditEntry
from scheduler.models.holidays import HolidayYear
from scheduler.models.users import SignIn
from tests.kept_logs import kept_logs
from tests.world import World


def test_housekeeping_is_due_soon_and_then_every_hour_in_utc(database: Database) -> None:
    with clock.frozen(datetime(2018, 12, 3, 1, 0, tzinfo=UTC)):
        scheduler = build_scheduler(database)
    (job,) = scheduler.get_jobs()
    assert job.next_run_time == datetime(2018, 12, 3, 1, 1, tzinfo=UTC)
    assert job.trigger.interval == timedelta(hours=1)
    assert job.trigger.timezone == UTC
    assert scheduler.timezone == UTC


def test_a_late_tick_is_not_dropped_and_several_become_one(database: Database) -> None:
    scheduler = build_scheduler(database)
    scheduler.start(paused=True)
    try:
        (job,) = scheduler.get_jobs()
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (6 * 3600, True, 1)
    finally:
        scheduler.shutdown()


def test_keeping_house_commits_and_tells_counts(database: Database, world: World, now: datetime) -> None:
    with database.write() as session:
        user_id = world.id("viewer")
        session.add(SignIn(token_hash="a" * 64, user_id=user_id, created_at=now, expires_at=now))
    with kept_logs() as logs:
        keep_house(database)
    with database.read() as session:
        assert session.scalars(select(SignIn.id)).all() == []
    (line,) = logs.lines
    assert {key: line[key] for key in ("event", "level", "sign_ins", "attempts", "answers", "fragments")} == {
        "event": "housekeeping",
        "level": "info",
        "sign_ins": 1,
        "attempts": 0,
        "answers": 0,
        "fragments": 0,
    }


def test_keeping_house_brings_the_years_that_the_package_knows(
    database: Database, world: World, now: datetime
) -> None:
    with kept_logs() as logs:
        keep_house(database)
        keep_house(database)
    assert [line["holiday_years"] for line in logs.lines] == [len(published_years()), 0]
    with database.read() as session:
        years = session.scalars(select(HolidayYear.year).order_by(HolidayYear.year)).all()
        assert tuple(years) == published_years()
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "seed_holidays"))
        assert (entry.via, entry.user_id) == ("job", None)


def test_the_scheduler_ends_with_the_block(database: Database) -> None:
    before = threading.active_count()
    with running_jobs(database):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
