"""Years of statutory holidays: seeded from the package, replaced by an import, taken back.

A year without a row is not published, and nothing is guessed of it. The partnership is locked while a year is
written, so that of two who do so at once the second finds the first one's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.fields import Choice, Cleaner, Day, Field
from scheduler.domain.published_holidays import (
    Announced,
    announced_days,
    is_package_source,
    package_notice,
    package_source,
    published_years,
)
from scheduler.domain.row_locks import lock_row
from scheduler.domain.text_fields import Text
from scheduler.domain.versions import require_version
from scheduler.errors import NotFound, OnDay, Problem, Refused
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.places import Partnership

MOST_DAYS = 120
FIRST_YEAR, LAST_YEAR = 2000, 2100
YEAR_FIELDS: tuple[Field, ...] = (
    Text(name="source", label="来源", required=True, hint="谁从哪里导入，例如 区教委转发的通知"),
    Text(name="notice", label="通知", longest=300, hint="公布它的通知，知道就写"),
)
DAY_FIELDS: tuple[Field, ...] = (
    Day(name="day", label="日期", required=True),
    Choice(name="kind", label="放假或上班", options=DayKind, required=True),
    Text(name="name", label="节假日名称", required=True),
)


def years_alone(partnership_id: int) -> Select[HolidayYear]:
    """The published years of a partnership in order, without their days."""
    return select(HolidayYear).where(HolidayYear.partnership_id == partnership_id).order_by(HolidayYear.year)


def years(partnership_id: int) -> Select[HolidayYear]:
    """The published years of a partnership with their days, in order."""
    return years_alone(partnership_id).options(selectinload(HolidayYear.days))


def find_year(session: Session, partnership_id: int, year: int) -> HolidayYear | None:
    """The year with its days; None: not published."""
    return session.scalars(years(partnership_id).where(HolidayYear.year == year)).one_or_none()


def is_imported(year: HolidayYear) -> bool:
    """Whether somebody imported it, other than from the package."""
    return not is_package_source(year.source)


def seed_holidays(session: Session, partnership_id: int, *, act: Act) -> list[int]:
    """Add what the package publishes and the partnership has no row for; answers the years added."""
    if not _missing(session, partnership_id):
        return []
    lock_row(session, Partnership, partnership_id)
    added = _missing(session, partnership_id)  # another process may have been first
    for year in added:
        _add_year(session, partnership_id, year, act=act)
        session.execute(insert(CalendarDay), _rows(partnership_id, year, announced_days(year)))
    return added


def seed_all(session: Session, *, act: Act) -> int:
    """``seed_holidays`` for every partnership: a newer package brings newer years. Answers how many."""
    count = 0
    for partnership_id in session.scalars(select(Partnership.id).order_by(Partnership.id)).all():
        added = seed_holidays(session, partnership_id, act=act)
        count += len(added)
        if added:
            after = {str(year): _counts_announced(year) for year in added}
            _note(session, partnership_id, {}, after, "seed", act)
    return count


def import_year(
    session: Session, raw: Mapping[str, Any], *, year: int, partnership_id: int, version: int, act: Act
) -> HolidayYear:
    """Let the year be as ``raw`` says: source, notice, days {day, kind, name}. Raises Invalid or StaleEdit.

    ``version`` is that of the year as it was read, 0 for one that was not published.
    """
    values = read_year(raw, year=year)
    lock_row(session, Partnership, partnership_id)
    found = _current(session, partnership_id, year, version=version)
    before = _facts(year, found)
    row = found or _add_year(session, partnership_id, year, act=act)
    row.source, row.notice, row.updated_at = values["source"], values["notice"], act.at
    days = [(one["day"], one["kind"], one["name"]) for one in values["days"]]
    _replace_days(session, row, days)
    _note(session, partnership_id, before, _facts(year, row), "import", act)
    return row


def forget_year(
    session: Session, *, year: int, partnership_id: int, version: int, act: Act
) -> HolidayYear | None:
    """Take an imported year back: to what the package knows, else to not published (None).

    Raises NotFound for a year that is not published, Refused for one that nobody imported, StaleEdit.
    """
    lock_row(session, Partnership, partnership_id)
    row = _current(session, partnership_id, year, version=version)
    if row is None:
        raise NotFound("holidays.not_published", year=str(year))
    if not is_imported(row):
        raise Refused("holidays.not_imported", year=str(year))
    before = _facts(year, row)
    days = announced_days(year)
    if days:
        row.source, row.notice, row.updated_at = package_source(), package_notice(year), act.at
        _replace_days(session, row, days)
    else:
        session.execute(delete(CalendarDay).where(*_of(partnership_id, year)))
        session.expire(row, ["days"])
        session.delete(row)
        session.flush()
    left = row if days else None
    _note(session, partnership_id, before, _facts(year, left), "forget", act)
    return left


def read_year(raw: Mapping[str, Any], *, year: int) -> dict[str, Any]:
    """Source, notice and days by date, cleaned. Raises Invalid with every problem."""
    cleaner = Cleaner(raw)
    cleaner.refuse_others([*(field.name for field in YEAR_FIELDS), "days"])
    values = {field.name: cleaner.take(field) for field in YEAR_FIELDS}
    if is_package_source(values["source"]):
        cleaner.problems.append(Problem("source", "holidays.source_of_package"))
    days = cleaner.rows("days", DAY_FIELDS, most=MOST_DAYS)
    cleaner.problems += _check_days(days, year)
    if not any(problem.field.startswith("days") for problem in cleaner.problems) and not days:
        cleaner.problems.append(Problem("days", "holidays.no_days"))
    cleaner.done()
    return {**values, "days": sorted(days, key=lambda one: one["day"])}


def _check_days(rows: Sequence[Mapping[str, Any]], year: int) -> Iterator[Problem]:
    """Days lie in the year, each once; who works on a Monday needs no announcement."""
    seen: set[date] = set()
    for index, row in enumerate(rows):
        day = row["day"]
        if day is None:
            continue
        if day.year != year:
            yield Problem(f"days.{index}.day", "holidays.other_year", {"day": OnDay(day), "year": str(year)})
        elif day in seen:
            yield Problem(f"days.{index}.day", "holidays.day_twice", {"day": OnDay(day)})
        elif row["kind"] is DayKind.WORKDAY and day.isoweekday() < 6:
            yield Problem(f"days.{index}.kind", "holidays.works_anyway", {"day": OnDay(day)})
        seen.add(day)


def _missing(session: Session, partnership_id: int) -> list[int]:
    known = select(HolidayYear.year).where(HolidayYear.partnership_id == partnership_id)
    return sorted(set(published_years()) - set(session.scalars(known)))


def _add_year(session: Session, partnership_id: int, year: int, *, act: Act) -> HolidayYear:
    row = HolidayYear(
        partnership_id=partnership_id,
        year=year,
        source=package_source(),
        notice=package_notice(year),
        updated_at=act.at,
    )
    session.add(row)
    session.flush()
    return row


def _current(session: Session, partnership_id: int, year: int, *, version: int) -> HolidayYear | None:
    """The year as it is now, read anew behind the lock. Raises StaleEdit."""
    row = session.scalars(
        years(partnership_id).where(HolidayYear.year == year).execution_options(populate_existing=True)
    ).one_or_none()
    require_version(row.version if row else 0, version, title=str(year))
    return row


def _replace_days(session: Session, row: HolidayYear, days: Iterable[Announced]) -> None:
    """The version rises even when only days changed."""
    flag_modified(row, "source")
    session.flush()
    session.execute(delete(CalendarDay).where(*_of(row.partnership_id, row.year)))
    session.execute(insert(CalendarDay), _rows(row.partnership_id, row.year, days))
    session.expire(row, ["days"])


def _of(partnership_id: int, year: int) -> tuple[Any, ...]:
    return CalendarDay.partnership_id == partnership_id, CalendarDay.year == year


def _rows(partnership_id: int, year: int, days: Iterable[Announced]) -> list[dict[str, Any]]:
    return [
        {"partnership_id": partnership_id, "year": year, "day": day, "kind": kind, "name": name}
        for day, kind, name in days
    ]


def _facts(year: int, row: HolidayYear | None) -> dict[str, Any]:
    """What the log keeps of a year: how many days off and make-up days, and whence."""
    if row is None:
        return {}
    kinds = [day.kind for day in row.days]
    return {str(year): f"{_counts(kinds)} ({row.source})"}


def _counts_announced(year: int) -> str:
    return f"{_counts([kind for _day, kind, _name in announced_days(year)])} ({package_source()})"


def _counts(kinds: Sequence[DayKind]) -> str:
    return f"{kinds.count(DayKind.HOLIDAY)}+{kinds.count(DayKind.WORKDAY)}"


def _note(
    session: Session,
    partnership_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    what: str,
    act: Act,
) -> None:
    audit.note(
        session,
        act=act,
        verb=f"{what}_holidays",
        subject="partnership",
        subject_id=partnership_id,
        partnership_id=partnership_id,
        before=before,
        after=after,
    )
    session.flush()
