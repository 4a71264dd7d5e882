"""Years of holidays: which are published, what is off and what is made up for, brought in and taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, viewer
from scheduler.api.bodies import json_object
from scheduler.api.booking_bodies import PARTNERSHIP
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, Operation, operation
from scheduler.api.partnerships import partnership_of, take_partnership
from scheduler.api.questions import asked, of_query
from scheduler.api.shapes.holidays import (
    AnnouncedDayShape,
    HolidaysShape,
    HolidayYearShape,
    HolidayYearsShape,
)
from scheduler.api.shapes.values import moment
from scheduler.api.versions import VERSION, etag, showing_current, take_version
from scheduler.domain import access, holiday_years
from scheduler.domain.fields import Field
from scheduler.domain.holiday_years import DAY_FIELDS, MOST_DAYS, YEAR_FIELDS, find_year, is_imported
from scheduler.models.holidays import HolidayYear

WHOSE: tuple[Field, ...] = (PARTNERSHIP,)
YEAR_BODY = Body("NewHolidays", (*YEAR_FIELDS, PARTNERSHIP, VERSION), rows={"days": (DAY_FIELDS, MOST_DAYS)})
VERSION_READ: tuple[Field, ...] = (PARTNERSHIP, VERSION)


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/holidays", list_holidays, "GET"),
        ("/holidays/<year:year>", read_holidays, "GET"),
        ("/holidays/<year:year>", import_holidays, "PUT"),
        ("/holidays/<year:year>", forget_holidays, "DELETE"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(
    Operation(summary="列出节假日已发布的年份", tag="holidays", query=WHOSE, answers={200: HolidayYearsShape})
)
def list_holidays() -> ResponseReturnValue:
    """The published years of the partnership, in order, without their days. A year that is not here is not
    published, and nothing is guessed of it.
    """
    wanted = asked(WHOSE)
    with edge.read() as session:
        with of_query():
            partnership_id = partnership_of(session, wanted[PARTNERSHIP.name])
        rows = session.scalars(holiday_years.years_alone(partnership_id))
        return jsonify(items=[_show(row.year, row) for row in rows])


@operation(
    Operation(
        summary="读取一年的节假日", tag="holidays", query=WHOSE, answers={200: HolidaysShape}, fails=(404,)
    )
)
def read_holidays(year: int) -> ResponseReturnValue:
    """A year with its days; ``published`` is false, and there are none, while they are not announced."""
    wanted = asked(WHOSE)
    with edge.read() as session:
        with of_query():
            partnership_id = partnership_of(session, wanted[PARTNERSHIP.name])
        return _answer(year, find_year(session, partnership_id, year)).response()


@operation(
    Operation(
        summary="导入一年的节假日",
        tag="holidays",
        body=YEAR_BODY,
        answers={200: HolidaysShape},
        fails=(403, 404, 409),
        versioned=True,
    )
)
def import_holidays(year: int) -> ResponseReturnValue:
    """Let the year be as the body says; days that are not in it are ordinary ones. The version that was read
    is named in the body or by If-Match; it is 0 for a year that was not published.
    """
    raw = json_object()
    whose: list[int] = []

    def work(session: Session) -> Answer:
        whose.append(_editable(session, take_partnership(session, raw)))
        found = find_year(session, whose[0], year)
        version = take_version(raw, found.version if found else 0)
        row = holiday_years.import_year(
            session, raw, year=year, partnership_id=whose[0], version=version, act=act()
        )
        return _answer(year, row)

    with showing_current(lambda session: _current(session, whose[0], year)):
        return changed(work)


@operation(
    Operation(
        summary="撤销一年的导入",
        tag="holidays",
        query=VERSION_READ,
        answers={200: HolidaysShape},
        fails=(403, 404, 409),
        versioned=True,
    )
)
def forget_holidays(year: int) -> ResponseReturnValue:
    """Take an imported year back: to what the product knows by itself, else to not published. Answers what
    holds now. The version that was read is named in the query or by If-Match.
    """
    wanted = asked(VERSION_READ)
    whose: list[int] = []

    def work(session: Session) -> Answer:
        with of_query():
            whose.append(partnership_of(session, wanted[PARTNERSHIP.name]))
        _editable(session, whose[0])
        found = find_year(session, whose[0], year)
        with of_query():
            version = take_version({VERSION.name: wanted[VERSION.name]}, found.version if found else 0)
        left = holiday_years.forget_year(
            session, year=year, partnership_id=whose[0], version=version, act=act()
        )
        return _answer(year, left)

    with showing_current(lambda session: _current(session, whose[0], year)):
        return changed(work)


def _editable(session: Session, partnership_id: int) -> int:
    access.require(access.can_edit_regions(viewer(), partnership_id))
    return partnership_id


def _current(session: Session, partnership_id: int, year: int) -> tuple[int, Any]:
    row = find_year(session, partnership_id, year)
    return (row.version if row else 0), _with_days(year, row)


def _answer(year: int, row: HolidayYear | None) -> Answer:
    return Answer(dict(_with_days(year, row)), etag=etag(row.version if row else 0))


def _show(year: int, row: HolidayYear | None) -> HolidayYearShape:
    return {
        "year": year,
        "published": row is not None,
        "imported": row is not None and is_imported(row),
        "source": row.source if row else "",
        "notice": row.notice if row else "",
        "updated_at": moment(row.updated_at) if row else None,
        "version": row.version if row else 0,
    }


def _with_days(year: int, row: HolidayYear | None) -> HolidaysShape:
    days: list[AnnouncedDayShape] = [
        {"day": day.day.isoformat(), "kind": day.kind, "name": day.name} for day in (row.days if row else ())
    ]
    return {**_show(year, row), "days": days}
