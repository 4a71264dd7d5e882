"""Bell schedules: list, create, read, change, copy, retire, restore."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, viewer
from scheduler.api.bodies import json_object, refuse_unknown
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, Listed, Operation, operation
from scheduler.api.questions import PAGING, asked, listed, yes_no
from scheduler.api.shapes.bells import BellScheduleShape, PeriodShape
from scheduler.api.shapes.values import maybe_moment
from scheduler.api.versions import VERSION, VERSION_BODY, etag, showing_current, take_version
from scheduler.domain import access, bell_schedules
from scheduler.domain.bell_plans import COPY_FIELDS, MOST_PERIODS, PERIOD_FIELDS, SCHEDULE_FIELDS, SCHOOL
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.fields import Field, Reference
from scheduler.models.school_time import BellSchedule, Period

_PERIODS = {"periods": (PERIOD_FIELDS, MOST_PERIODS)}
NEW = Body("NewBells", (SCHOOL, *SCHEDULE_FIELDS), rows=_PERIODS)
CHANGES = Body(
    "BellChanges",
    (*(dataclasses.replace(wanted, required=False) for wanted in SCHEDULE_FIELDS), VERSION),
    rows=_PERIODS,
)
COPY = Body("BellCopy", (SCHOOL, *COPY_FIELDS))
FILTERS: tuple[Field, ...] = (
    Reference(name="partnership_id", label="对口协作", table="partnership"),
    Reference(name="organisation_id", label="学校", table="organisation"),
    yes_no("retired", "已停用的"),
    *PAGING,
)


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/bells", list_bells, "GET"),
        ("/bells", create_bells, "POST"),
        ("/bells/<row:schedule_id>", read_bells, "GET"),
        ("/bells/<row:schedule_id>", change_bells, "PATCH"),
        ("/bells/<row:schedule_id>/copy", copy_bells, "POST"),
        ("/bells/<row:schedule_id>/retire", retire_bells, "POST"),
        ("/bells/<row:schedule_id>/restore", restore_bells, "POST"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(
    Operation(summary="列出作息时间表", tag="bells", query=FILTERS, answers={200: Listed(BellScheduleShape)})
)
def list_bells() -> ResponseReturnValue:
    """Schedules that the caller may know of, by school and first day. Retired ones only when asked for."""
    wanted = asked(FILTERS)
    with edge.read() as session:
        query = bell_schedules.schedules(
            viewer(),
            partnership_id=wanted["partnership_id"],
            organisation_id=wanted["organisation_id"],
            retired=wanted["retired"] == "true",
        )
        return listed(session, query, wanted, _show)


@operation(
    Operation(summary="新建作息时间表", tag="bells", body=NEW, answers={201: BellScheduleShape}, fails=(403,))
)
def create_bells() -> ResponseReturnValue:
    """Give a school a schedule. Two of one school never cover a weekday of the same day; days between them
    that none covers are allowed and answered as ``gaps``. Without ``weekdays``: Monday to Friday.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        return _answer(session, bell_schedules.create_schedule(session, raw, viewer=viewer(), act=act()), 201)

    return changed(work)


@operation(Operation(summary="读取作息时间表", tag="bells", answers={200: BellScheduleShape}))
def read_bells(schedule_id: int) -> ResponseReturnValue:
    """One schedule; the ETag is its version."""
    with edge.read() as session:
        schedule = bell_schedules.get_schedule(session, schedule_id, viewer=viewer())
        return _answer(session, schedule).response()


@operation(
    Operation(
        summary="修改作息时间表",
        tag="bells",
        body=CHANGES,
        answers={200: BellScheduleShape},
        fails=(403, 409),
        versioned=True,
    )
)
def change_bells(schedule_id: int) -> ResponseReturnValue:
    """Change what is given; ``periods`` replace all that were there. The school never changes."""
    raw = json_object()

    def work(session: Session) -> Answer:
        schedule = _editable(session, schedule_id)
        version = take_version(raw, schedule.version)
        whole = {**_raw(schedule), **raw}
        bell_schedules.change_schedule(session, schedule, whole, version=version, act=act())
        return _answer(session, schedule)

    with showing_current(lambda session: _current(session, schedule_id)):
        return changed(work)


@operation(
    Operation(
        summary="复制作息时间表", tag="bells", body=COPY, answers={201: BellScheduleShape}, fails=(403,)
    )
)
def copy_bells(schedule_id: int) -> ResponseReturnValue:
    """Give a school the weekdays and periods of this schedule, under a name and for days of its own.
    ``shift``: minutes by which all of them ring later; a negative number rings earlier.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        source = bell_schedules.get_schedule(session, schedule_id, viewer=viewer())
        copied = bell_schedules.copy_schedule(session, source, raw, viewer=viewer(), act=act())
        return _answer(session, copied, 201)

    return changed(work)


@operation(
    Operation(
        summary="停用作息时间表",
        tag="bells",
        body=VERSION_BODY,
        answers={200: BellScheduleShape},
        fails=(403, 409),
        versioned=True,
    )
)
def retire_bells(schedule_id: int) -> ResponseReturnValue:
    """Let it ring no more."""
    return _switch(schedule_id, bell_schedules.retire_schedule)


@operation(
    Operation(
        summary="恢复作息时间表",
        tag="bells",
        body=VERSION_BODY,
        answers={200: BellScheduleShape},
        fails=(403, 409),
        versioned=True,
    )
)
def restore_bells(schedule_id: int) -> ResponseReturnValue:
    """Let it ring again, unless another schedule has its days by now (422)."""
    return _switch(schedule_id, bell_schedules.restore_schedule)


def _switch(schedule_id: int, verb: Any) -> Response:
    raw = json_object()

    def work(session: Session) -> Answer:
        schedule = _editable(session, schedule_id)
        version = take_version(raw, schedule.version)
        refuse_unknown(raw)
        verb(session, schedule, version=version, act=act())
        return _answer(session, schedule)

    with showing_current(lambda session: _current(session, schedule_id)):
        return changed(work)


def _editable(session: Session, schedule_id: int) -> BellSchedule:
    schedule = bell_schedules.get_schedule(session, schedule_id, viewer=viewer())
    access.require(access.can_edit_resources(viewer(), schedule.organisation))
    return schedule


def _raw(schedule: BellSchedule) -> dict[str, Any]:
    """The schedule as it would be given."""
    shown = _show(schedule)
    return {name: shown[name] for name in ("name", "first_day", "last_day", "weekdays", "periods")}


def _current(session: Session, schedule_id: int) -> tuple[int, Any]:
    schedule = bell_schedules.get_schedule(session, schedule_id, viewer=viewer())
    return schedule.version, _show(schedule)


def _show(schedule: BellSchedule) -> BellScheduleShape:
    return {
        "id": schedule.id,
        "partnership_id": schedule.partnership_id,
        "organisation": {"id": schedule.organisation.id, "name": schedule.organisation.name},
        "name": schedule.name,
        "first_day": schedule.first_day.isoformat(),
        "last_day": schedule.last_day.isoformat() if schedule.last_day else None,
        "weekdays": list(bell_schedules.plan_of(schedule).weekdays),
        "periods": [_period(period) for period in schedule.periods],
        "retired_at": maybe_moment(schedule.retired_at),
        "version": schedule.version,
    }


def _period(period: Period) -> PeriodShape:
    return {
        "kind": period.kind,
        "name": period.name,
        "starts": clock_words(period.starts),
        "ends": clock_words(period.ends),
    }


def _answer(session: Session, schedule: BellSchedule, status: int = 200) -> Answer:
    """The schedule, with the days of its school that no schedule covers."""
    found = bell_schedules.get_schedule(session, schedule.id, viewer=viewer())
    gaps = bell_schedules.school_gaps(session, found.organisation_id)
    body: BellScheduleShape = {
        **_show(found),
        "gaps": [{"first_day": first.isoformat(), "last_day": last.isoformat()} for first, last in gaps],
    }
    location = f"/api/v1/bells/{found.id}" if status == 201 else ""
    return Answer(dict(body), status, location, etag(found.version))
