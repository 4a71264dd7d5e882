"""Years of holidays: seeded from the package, imported, taken back; all make-up days of 2024 to 2026."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.calendars.loading import load_holidays
from scheduler.domain.directory import create_entry
from scheduler.domain.holiday_years import (
    find_year,
    forget_year,
    import_year,
    is_imported,
    seed_all,
    seed_holidays,
    years,
)
from scheduler.domain.published_holidays import (
    announced_days,
    package_notice,
    package_source,
    published_years,
)
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid, NotFound, Refused, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from tests.web.queries import counted
from tests.world import ROOT, World

MAKE_UP = {
    "2024-02-04": "春节",
    "2024-02-18": "春节",
    "2024-04-07": "清明节",
    "2024-04-28": "劳动节",
    "2024-05-11": "劳动节",
    "2024-09-14": "中秋节",
    "2024-09-29": "国庆节",
    "2024-10-12": "国庆节",
    "2025-01-26": "春节",
    "2025-02-08": "春节",
    "2025-04-27": "劳动节",
    "2025-09-28": "国庆节",
    "2025-10-11": "国庆节",
    "2026-01-04": "元旦",
    "2026-02-14": "春节",
    "2026-02-28": "春节",
    "2026-05-09": "劳动节",
    "2026-09-20": "国庆节",
    "2026-10-10": "国庆节",
}
DAYS = [
    {"day": "2027-02-06", "kind": "holiday", "name": "春节"},
    {"day": "2027-02-14", "kind": "workday", "name": "春节"},
    {"day": "2027-01-01", "kind": "holiday", "name": "元旦"},
]
IMPORT = {"source": "区教委转发的通知", "notice": "国务院办公厅通知", "days": DAYS}


def bring(session: Session, world: World, *, year: int = 2027, version: int = 0, **changes: Any) -> Any:
    return import_year(
        session,
        {**IMPORT, **changes},
        year=year,
        partnership_id=world.id("partnership"),
        version=version,
        act=world.act,
    )


def forget(session: Session, world: World, *, year: int = 2027, version: int) -> Any:
    return forget_year(
        session, year=year, partnership_id=world.id("partnership"), version=version, act=world.act
    )


def seed(session: Session, world: World) -> list[int]:
    return seed_holidays(session, world.id("partnership"), act=world.act)


def kept(session: Session, world: World, year: int) -> Any:
    found = find_year(session, world.id("partnership"), year)
    return found and [(day.day.isoformat(), day.kind.value, day.name) for day in found.days]


# --- the package ------------------------------------------------------------------------------------


def test_all_make_up_days_of_three_years(database: Database, world: World) -> None:
    with database.write() as session:
        seed(session, world)
        rows = session.execute(
            select(CalendarDay.day, CalendarDay.name)
            .where(CalendarDay.kind == DayKind.WORKDAY, CalendarDay.year.in_((2024, 2025, 2026)))
            .order_by(CalendarDay.day)
        )
        assert {day.isoformat(): name for day, name in rows} == MAKE_UP


def test_a_year_names_its_notice_as_far_as_the_number_is_known(database: Database, world: World) -> None:
    with database.write() as session:
        seed(session, world)
        rows = session.scalars(select(HolidayYear).where(HolidayYear.year.in_((2023, 2024, 2025, 2026))))
        told = {row.year: row.notice for row in rows}
    assert told.pop(2023) == ""
    assert told == {year: package_notice(year) for year in (2024, 2025, 2026)}
    assert all(str(year) in told[year] and "国办发明电" in told[year] for year in told)


def test_weekends_within_a_holiday_are_days_off_and_others_are_no_rows(
    database: Database, world: World
) -> None:
    with database.write() as session:
        seed(session, world)
        days = (date(2026, 2, 1), date(2026, 3, 7))
        holidays = load_holidays(session, world.id("partnership"), days)
        off = [day for day in holidays.days if holidays.day_off(day)]
        assert off == [date(2026, 2, day) for day in range(15, 24)]  # Sunday 15 to Monday 23
        assert holidays.day_off(date(2026, 3, 7)) == ""  # an ordinary Saturday


def test_a_year_that_is_not_published_gets_no_row(database: Database, world: World) -> None:
    assert (published_years()[0], announced_days(2003), announced_days(2027)) == (2004, (), ())
    with database.write() as session:
        added = seed(session, world)
        assert added == list(published_years()) == list(range(2004, 2027))
        assert find_year(session, world.id("partnership"), 2027) is None
        holidays = load_holidays(session, world.id("partnership"), (date(2026, 12, 31), date(2027, 1, 1)))
        assert (holidays.is_published(date(2026, 12, 31)), holidays.is_published(date(2027, 1, 1))) == (
            True,
            False,
        )


def test_every_make_up_day_is_a_weekend_and_every_day_is_of_its_year() -> None:
    for year in published_years():
        for day, kind, name in announced_days(year):
            assert day.year == year
            assert name
            assert kind is DayKind.HOLIDAY or day.isoweekday() > 5


def test_seeding_twice_changes_nothing(database: Database, world: World) -> None:
    with database.write() as session:
        seed(session, world)
        first = [(y.year, y.version, y.source, len(y.days)) for y in session.scalars(years(1))]
    with database.write() as session, counted(database) as statements:
        assert seed(session, world) == []
        assert len([text for text in statements if not text.startswith("BEGIN")]) == 1
        assert [(y.year, y.version, y.source, len(y.days)) for y in session.scalars(years(1))] == first
    assert {source for _year, _version, source, _days in first} == {package_source()}


def test_a_new_partnership_knows_them_and_others_keep_theirs(database: Database, world: World) -> None:
    with database.write() as session:
        raw = {"name": "另一协作"}
        other = create_entry(session, SHELVES["partnerships"], raw, viewer=ROOT, act=world.act).id
        assert len(session.scalars(years(other)).all()) == len(published_years())
        assert session.scalars(years(world.id("partnership"))).all() == []


def test_every_partnership_is_seeded_and_the_log_tells_it_once(database: Database, world: World) -> None:
    act = Act(user_id=None, at=world.act.at, via="job")
    with database.write() as session:
        assert [seed_all(session, act=act), seed_all(session, act=act)] == [len(published_years()), 0]
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "seed_holidays"))
        assert (entry.subject, entry.subject_id, entry.via) == ("partnership", world.id("partnership"), "job")
        assert entry.changes["2026"] == [None, f"33+6 ({package_source()})"]


# --- an import --------------------------------------------------------------------------------------


def test_an_imported_year_is_published(database: Database, world: World) -> None:
    with database.write() as session:
        row = bring(session, world)
        assert (row.source, row.notice, is_imported(row)) == (IMPORT["source"], IMPORT["notice"], True)
        assert kept(session, world, 2027) == [
            ("2027-01-01", "holiday", "元旦"),
            ("2027-02-06", "holiday", "春节"),
            ("2027-02-14", "workday", "春节"),
        ]
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "import_holidays"))
        assert entry.changes == {"2027": [None, "2+1 (区教委转发的通知)"]}


def test_an_import_replaces_the_year_and_survives_seeding(database: Database, world: World) -> None:
    day = [{"day": "2026-05-01", "kind": "holiday", "name": "劳动节"}]
    with database.write() as session:
        seed(session, world)
        version = find_year(session, world.id("partnership"), 2026).version
        row = bring(session, world, year=2026, version=version, days=day)
        assert row.version == version + 1
        assert seed(session, world) == []
        assert kept(session, world, 2026) == [("2026-05-01", "holiday", "劳动节")]
        assert len(kept(session, world, 2025)) == len(announced_days(2025))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "import_holidays")).one()
        assert entry.changes["2026"] == [f"33+6 ({package_source()})", "1+0 (区教委转发的通知)"]


def test_the_second_of_two_who_import_is_told(database: Database, world: World) -> None:
    with database.write() as session:
        row = bring(session, world)
        for version in (0, row.version + 1):
            with pytest.raises(StaleEdit):
                bring(session, world, version=version)
        bring(session, world, version=row.version, days=DAYS[:1])
        assert len(kept(session, world, 2027)) == 1


def one(**changes: Any) -> list[dict[str, Any]]:
    return [{**DAYS[0], **changes}]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": ""}, ("source", "field.required")),
        ({"source": "chinesecalendar 9.0"}, ("source", "holidays.source_of_package")),
        ({"source": "打 13800138000 问的"}, ("source", "field.phone_number")),
        ({"notice": "x" * 301}, ("notice", "field.too_long")),
        ({"colour": 1}, ("colour", "field.unknown")),
        ({"days": []}, ("days", "holidays.no_days")),
        ({"days": None}, ("days", "holidays.no_days")),
        ({"days": one() * 121}, ("days", "field.too_many")),
        ({"days": one(day="2026-02-06")}, ("days.0.day", "holidays.other_year")),
        ({"days": one(day="2027-02-30")}, ("days.0.day", "field.not_a_date")),
        ({"days": one(day="")}, ("days.0.day", "field.required")),
        ({"days": one(name="")}, ("days.0.name", "field.required")),
        ({"days": one(kind="maybe")}, ("days.0.kind", "field.not_an_option")),
        ({"days": one() * 2}, ("days.1.day", "holidays.day_twice")),
        ({"days": one(day="2027-02-05", kind="workday")}, ("days.0.kind", "holidays.works_anyway")),
    ],
)
def test_imports_that_make_no_sense(
    database: Database, world: World, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as caught, database.write() as session:
        bring(session, world, **changes)
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [expected]


def test_an_import_is_taken_back(database: Database, world: World) -> None:
    with database.write() as session:
        row = bring(session, world)
        with pytest.raises(StaleEdit):
            forget(session, world, version=row.version + 1)
        assert forget(session, world, version=row.version) is None
        assert kept(session, world, 2027) is None
        assert session.scalar(select(func.count()).select_from(CalendarDay)) == 0
        assert bring(session, world).year == 2027


def test_an_import_of_a_published_year_is_taken_back_to_the_package(database: Database, world: World) -> None:
    with database.write() as session:
        seed(session, world)
        before = kept(session, world, 2026)
        row = bring(session, world, year=2026, version=1, days=one(day="2026-02-06"))
        left = forget(session, world, year=2026, version=row.version)
        notice = "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
        assert (left.source, left.notice, is_imported(left)) == (package_source(), notice, False)
        assert kept(session, world, 2026) == before
        with pytest.raises(Refused):
            forget(session, world, year=2026, version=left.version)
        with pytest.raises(NotFound):
            forget(session, world, year=2030, version=0)
