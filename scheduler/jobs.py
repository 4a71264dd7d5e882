"""What runs by the clock. APScheduler is a ticker only: what is due is decided by the database's rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler import clock
from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.holiday_years import seed_all
from scheduler.domain.housekeeping import sweep

HOUSEKEEPING_EVERY = timedelta(hours=1)
FIRST_AFTER = timedelta(minutes=1)
"""Start-up has other things to do."""
LATE = 6 * 3600
"""Seconds a tick may come late (a laptop that slept); APScheduler's own default of 1 would drop it."""

log = structlog.get_logger("tongtang.jobs")


def keep_house(database: Database) -> None:
    """Sweep once, and add the holidays of years that the package has come to know."""
    now = clock.now()
    with database.write() as session:
        swept = sweep(session, now=now)
        years = seed_all(session, act=Act(user_id=None, at=now, via="job"))
    log.info("housekeeping", **asdict(swept), holiday_years=years)


def build_scheduler(database: Database) -> BackgroundScheduler:
    """The scheduler with all its jobs, not started."""
    # The triggers get the zone each: they do not ask the scheduler for it.
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE}
    )
    scheduler.add_job(
        keep_house,
        IntervalTrigger(seconds=int(HOUSEKEEPING_EVERY.total_seconds()), timezone=UTC),
        args=(database,),
        id="housekeeping",
        next_run_time=clock.now() + FIRST_AFTER,
    )
    return scheduler


@contextmanager
def running_jobs(database: Database) -> Iterator[None]:
    """Jobs run while the block does; leaving it waits for the one that is running."""
    scheduler = build_scheduler(database)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
