"""Bell schedules of schools: create, change, copy, retire, restore, and what is in effect when.

Two schedules of one school never cover a weekday of the same day: the database refuses it, and the school is
locked while it is looked who has the days.
A day that none covers is allowed, and told (``gaps_of``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from scheduler.domain import access, audit
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.bell_plans import SCHOOL, SCHOOL_DAYS, BellPlan, read_bells, read_copy
from scheduler.domain.calendars.bells import Line, Schedule, gaps
from scheduler.domain.calendars.loading import weekdays_of
from scheduler.domain.fields import clean_fields, is_row_id
from scheduler.domain.intervals import Interval, merge
from scheduler.domain.row_locks import lock_row
from scheduler.domain.versions import require_version
from scheduler.errors import Invalid, NotFound, Problem, StaleEdit
from scheduler.models.places import Organisation, OrganisationKind, Region
from scheduler.models.school_time import BellSchedule, Period, PeriodKind
from scheduler.models.weekdays import Weekday


def get_schedule(session: Session, schedule_id: int, *, viewer: Viewer) -> BellSchedule:
    """The schedule with its periods and school, or NotFound, also when the viewer may not know of it."""
    whole = (selectinload(BellSchedule.periods), joinedload(BellSchedule.organisation))
    schedule = (
        session.get(BellSchedule, schedule_id, options=whole, populate_existing=True)
        if is_row_id(schedule_id)
        else None
    )
    if schedule is None or not access.can_see_partnership(viewer, schedule.partnership_id):
        raise NotFound("bells.not_found")
    return schedule


def schedules(
    viewer: Viewer,
    *,
    partnership_id: int | None = None,
    organisation_id: int | None = None,
    retired: bool = False,
) -> Select[BellSchedule]:
    """Schedules that the viewer may know of, with periods and schools, by school and first day."""
    gone = BellSchedule.retired_at.is_not(None) if retired else BellSchedule.retired_at.is_(None)
    query = select(BellSchedule).where(access.within(viewer, BellSchedule.partnership_id), gone)
    if partnership_id is not None:
        query = query.where(BellSchedule.partnership_id == partnership_id)
    if organisation_id is not None:
        query = query.where(BellSchedule.organisation_id == organisation_id)
    return query.order_by(BellSchedule.organisation_id, BellSchedule.first_day, BellSchedule.id).options(
        selectinload(BellSchedule.periods), joinedload(BellSchedule.organisation)
    )


def schools(partnership_id: int) -> Select[Organisation]:
    """The schools in use of a partnership with their regions, by region and name."""
    return (
        select(Organisation)
        .join(Region, Region.id == Organisation.region_id)
        .where(
            Organisation.partnership_id == partnership_id,
            Organisation.kind == OrganisationKind.SCHOOL,
            Organisation.retired_at.is_(None),
        )
        .order_by(Region.name, Region.id, Organisation.name)
        .options(joinedload(Organisation.region))
    )


def create_schedule(session: Session, raw: Mapping[str, Any], *, viewer: Viewer, act: Act) -> BellSchedule:
    """Add a schedule to the school ``organisation_id``. Raises Invalid or Forbidden."""
    rest = dict(raw)
    school = _school(session, rest.pop(SCHOOL.name, None), viewer=viewer)
    return _add(session, school, read_bells(rest), act=act)


def copy_schedule(
    session: Session, source: BellSchedule, raw: Mapping[str, Any], *, viewer: Viewer, act: Act
) -> BellSchedule:
    """Give the school ``organisation_id`` the bells of ``source`` under another name, for other days.

    ``shift``: minutes by which all of them ring later. Raises Invalid or Forbidden.
    """
    rest = dict(raw)
    school = _school(session, rest.pop(SCHOOL.name, None), viewer=viewer)
    plan = read_copy(rest, weekdays=source.weekdays, lines=value_of(source).lines)
    return _add(session, school, plan, act=act)


def change_schedule(
    session: Session, schedule: BellSchedule, raw: Mapping[str, Any], *, version: int, act: Act
) -> BellSchedule:
    """Let the schedule be as ``raw`` says; its school stays. Raises Invalid or StaleEdit."""
    plan = read_bells(raw)
    require_version(schedule.version, version, title=schedule.name)
    before = schedule_facts(schedule)
    if schedule.retired_at is None:
        with _on_free_days(session, schedule.organisation_id, plan, beside=schedule.id):
            _write(session, schedule, plan)
    else:
        _write(session, schedule, plan)
    if schedule_facts(schedule) != before:
        _note(session, schedule, act=act, verb="change", before=before)
    return schedule


def retire_schedule(session: Session, schedule: BellSchedule, *, version: int, act: Act) -> BellSchedule:
    """Let it ring no more. Undone by ``restore_schedule``. Raises StaleEdit."""
    return _set_retired(session, schedule, act.at, version=version, act=act, verb="retire")


def restore_schedule(session: Session, schedule: BellSchedule, *, version: int, act: Act) -> BellSchedule:
    """Let it ring again. Raises StaleEdit, or Invalid when another has its days by now."""
    if schedule.retired_at is None:
        return _set_retired(session, schedule, None, version=version, act=act, verb="restore")
    with _on_free_days(session, schedule.organisation_id, plan_of(schedule), beside=schedule.id):
        return _set_retired(session, schedule, None, version=version, act=act, verb="restore")


def value_of(schedule: BellSchedule) -> Schedule:
    """The row as the calendar rules know it."""
    lines = (Line(period.kind, period.name, period.starts, period.ends) for period in schedule.periods)
    return Schedule(
        name=schedule.name,
        first_day=schedule.first_day,
        last_day=schedule.last_day,
        weekdays=weekdays_of(schedule.weekdays),
        lines=tuple(sorted(lines, key=lambda line: line.starts)),
    )


def plan_of(schedule: BellSchedule) -> BellPlan:
    """The row as a plan that leaves it as it is."""
    value = value_of(schedule)
    weekdays = tuple(Weekday(number) for number in schedule.weekdays.split(","))
    return BellPlan(value.name, value.first_day, value.last_day, weekdays, value.lines)


def gaps_of(found: Iterable[BellSchedule]) -> list[tuple[date, date]]:
    """Stretches (first, last day) between a school's live schedules in which a school day has none."""
    return _gaps(
        [
            (schedule.first_day, schedule.last_day, schedule.weekdays)
            for schedule in found
            if schedule.retired_at is None
        ]
    )


def school_gaps(session: Session, organisation_id: int) -> list[tuple[date, date]]:
    """``gaps_of`` the school's schedules, without their periods."""
    rows = session.execute(
        select(BellSchedule.first_day, BellSchedule.last_day, BellSchedule.weekdays).where(
            BellSchedule.organisation_id == organisation_id, BellSchedule.retired_at.is_(None)
        )
    )
    return _gaps([(first_day, last_day, weekdays) for first_day, last_day, weekdays in rows])


def schedule_facts(schedule: BellSchedule) -> dict[str, Any]:
    """Name, days and weekdays, the periods of each kind as lines, and whether it is retired."""
    value = value_of(schedule)
    lines = {
        kind.value: "、".join(line.words() for line in value.lines if line.kind is kind)
        for kind in PeriodKind
    }
    return {
        "name": schedule.name,
        "first_day": schedule.first_day,
        "last_day": schedule.last_day,
        "weekdays": schedule.weekdays,
        **lines,
        "retired": schedule.retired_at is not None,
    }


def _gaps(covered: Sequence[tuple[date, date | None, str]]) -> list[tuple[date, date]]:
    """Looked for on each school day of the week alone: a club on Saturdays fills no gap of the lessons."""
    found: list[Interval] = []
    for weekday in SCHOOL_DAYS:
        own = [Schedule("", first, last, frozenset(), ()) for first, last, on in covered if weekday in on]
        found += [(first.toordinal(), last.toordinal() + 1) for first, last in gaps(own)]
    return [(date.fromordinal(first), date.fromordinal(end - 1)) for first, end in merge(found)]


def _school(session: Session, raw: Any, *, viewer: Viewer) -> Organisation:
    """The school that ``raw`` names, live, seen by the viewer and open to them."""
    school_id = clean_fields((SCHOOL,), {SCHOOL.name: raw})[SCHOOL.name]
    school = session.get(Organisation, school_id)
    if school is None or not access.can_see_partnership(viewer, school.partnership_id):
        raise Invalid([Problem(SCHOOL.name, "reference.unknown")])
    access.require(access.can_edit_resources(viewer, school))
    if school.retired_at is not None:
        raise Invalid([Problem(SCHOOL.name, "reference.retired", {"name": school.name})])
    if school.kind is not OrganisationKind.SCHOOL:
        raise Invalid([Problem(SCHOOL.name, "bells.not_a_school", {"name": school.name})])
    return school


def _add(session: Session, school: Organisation, plan: BellPlan, *, act: Act) -> BellSchedule:
    schedule = BellSchedule(partnership_id=school.partnership_id, organisation_id=school.id)
    with _on_free_days(session, school.id, plan):
        session.add(schedule)
        _write(session, schedule, plan)
    _note(session, schedule, act=act, verb="create", before={})
    return schedule


@contextmanager
def _on_free_days(
    session: Session, organisation_id: int, plan: BellPlan, *, beside: int | None = None
) -> Iterator[None]:
    """Write in this block: whoever else has the days, or takes them meanwhile, is named by Invalid."""
    _require_free_days(session, organisation_id, plan, beside=beside)
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        _require_free_days(session, organisation_id, plan, beside=beside)
        raise


def _require_free_days(
    session: Session, organisation_id: int, plan: BellPlan, *, beside: int | None = None
) -> None:
    """Raise Invalid, naming the schedule and the days, when another one rings on a day of the plan."""
    lock_row(session, Organisation, organisation_id)
    meeting = or_(BellSchedule.last_day.is_(None), BellSchedule.last_day >= plan.first_day)
    query = select(BellSchedule).where(
        BellSchedule.organisation_id == organisation_id, BellSchedule.retired_at.is_(None), meeting
    )
    if plan.last_day is not None:
        query = query.where(BellSchedule.first_day <= plan.last_day)
    if beside is not None:
        query = query.where(BellSchedule.id != beside)
    for other in session.scalars(query.order_by(BellSchedule.first_day, BellSchedule.id)):
        shared = [weekday for weekday in plan.weekdays if weekday in other.weekdays.split(",")]
        if shared:
            raise Invalid([_overlap(plan, other, shared)])


def _overlap(plan: BellPlan, other: BellSchedule, shared: list[Weekday]) -> Problem:
    """The stretch that both cover; weekdays of it that do not come up in it are told all the same."""
    ends = [day for day in (plan.last_day, other.last_day) if day is not None]
    facts = {
        "name": other.name,
        "weekdays": shared,
        "first_day": max(plan.first_day, other.first_day),
        "last_day": min(ends, default=None),
    }
    return Problem("first_day", "bells.days_overlap" if ends else "bells.days_overlap_open", facts)


def _write(session: Session, schedule: BellSchedule, plan: BellPlan) -> None:
    """Write row and periods; the version rises even when only periods changed."""
    schedule.name = plan.name
    schedule.first_day, schedule.last_day = plan.first_day, plan.last_day
    schedule.weekdays = ",".join(plan.weekdays)
    schedule.periods.clear()  # before the new ones: a position is taken once
    flag_modified(schedule, "name")
    _flush(session, schedule)
    schedule.periods.extend(
        Period(position=position, kind=line.kind, name=line.name, starts=line.starts, ends=line.ends)
        for position, line in enumerate(plan.lines)
    )
    session.flush()


def _set_retired(
    session: Session, schedule: BellSchedule, at: datetime | None, *, version: int, act: Act, verb: str
) -> BellSchedule:
    require_version(schedule.version, version, title=schedule.name)
    before = schedule_facts(schedule)
    schedule.retired_at = at
    _flush(session, schedule)
    _note(session, schedule, act=act, verb=verb, before=before)
    return schedule


def _flush(session: Session, schedule: BellSchedule) -> None:
    read, title = schedule.version or 0, schedule.name  # after a failed flush nothing more can be read
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit(current=read + 1, given=read, title=title) from error


def _note(
    session: Session, schedule: BellSchedule, *, act: Act, verb: str, before: Mapping[str, Any]
) -> None:
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="bell_schedule",
        subject_id=schedule.id,
        partnership_id=schedule.partnership_id,
        before=before,
        after=schedule_facts(schedule),
    )
    session.flush()
