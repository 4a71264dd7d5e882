"""The verbs that make a series, and that add a day on which nothing is. All days are written, or none."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import audit, bookings
from scheduler.domain.act import Act
from scheduler.domain.availability import make_question
from scheduler.domain.casts import cast_plan
from scheduler.domain.holds import Span
from scheduler.domain.plans import (
    INSTANTS,
    LOCAL_TIME,
    BookingPlan,
    raw_of_plan,
    read_plan,
    segment_problems,
)
from scheduler.domain.series.blocked import blocked_day
from scheduler.domain.series.decisions import Decision, Do
from scheduler.domain.series.proposals import Asked, Proposal, propose, time_of_day
from scheduler.domain.series.rules import TIME_KEYS, SeriesRule, read_rule
from scheduler.domain.text_fields import is_printable
from scheduler.domain.turns import take_bookings, take_series
from scheduler.errors import BlockedDay, Invalid, NotFound, OnDay, Problem, Refused, SeriesBlocked
from scheduler.models.bookings import Booking, BookingState
from scheduler.models.places import Organisation
from scheduler.models.school_time import Term
from scheduler.models.series import Occurrence, Series

SOMEWHEN = {"starts_at": "2000-01-01T00:00+00:00", "ends_at": "2000-01-01T23:59+00:00"}
"""Stands for the time of a plan that has none: as long as a booking may be, so that its segments fit."""
BOOKED = Decision()
"""What holds for a day about which nothing is decided."""


def read_series_rule(session: Session, raw: Mapping[str, Any], *, partnership_id: int) -> SeriesRule:
    """Read a rule whose term and school are of the partnership and in use. Raises Invalid."""
    term = _of_partnership(session, Term, raw.get("term_id"), partnership_id)
    rule = read_rule(raw, term=term)
    school = _of_partnership(session, Organisation, rule.school_id, partnership_id)
    if rule.school_id and school is None:
        raise Invalid([Problem("school_id", "reference.unknown")])
    for field, row in (("term_id", term), ("school_id", school)):
        if row is not None and row.retired_at:
            raise Invalid([Problem(field, "reference.retired", {"name": row.name})])
    return rule


def read_series_plan(raw: Mapping[str, Any]) -> BookingPlan:
    """What is to be booked each time, without a time of its own: its span stands for any. Raises Invalid."""
    timeless = [name for name in (*LOCAL_TIME, *INSTANTS) if raw.get(name)]
    if timeless:
        raise Invalid([Problem(name, "field.unknown") for name in timeless])
    return read_plan({**raw, **SOMEWHEN}, zone="UTC")


def ask_series(
    session: Session, plan: BookingPlan, rule: SeriesRule, *, partnership_id: int, zone: str, act: Act
) -> Asked:
    """What the series asks for. Raises Invalid as ``book`` does for its plan."""
    cast = cast_plan(session, plan, partnership_id=partnership_id)
    question = make_question(
        cast.roles,
        kind=plan.kind,
        timing=plan.timing,
        site_ids=(site.organisation_id for site in cast.sites),
    )
    return Asked(question=question, rule=rule, partnership_id=partnership_id, zone=zone, now=act.at)


def require_segments(plan: BookingPlan, proposals: Sequence[Proposal]) -> None:
    """That the segments fit into the days' times. Raises Invalid at ``segments``."""
    for one in proposals:
        problems = segment_problems(plan.segments, one.span) if one.span else []
        if problems:
            raise Invalid(problems)


def book_series(
    session: Session,
    plan: BookingPlan,
    rule: SeriesRule,
    decisions: Mapping[date, Decision],
    *,
    rule_raw: Mapping[str, Any],
    partnership_id: int,
    zone: str,
    act: Act,
) -> Series:
    """Book every day of the rule as decided; the plan's own time does not matter.

    Raises Invalid for the plan, and SeriesBlocked naming every day that cannot be booked; nothing is then
    written.
    """
    asked = ask_series(session, plan, rule, partnership_id=partnership_id, zone=zone, act=act)
    proposals = propose(session, asked, suggest=False)
    decided = {one.day: decisions.get(one.day, BOOKED) for one in proposals}
    if all(decision.do is Do.SKIP for decision in decided.values()):
        raise Invalid([Problem("decisions", "series.nothing")])
    booked = _book_days(session, plan, proposals, decided, partnership_id=partnership_id, act=act)
    series = Series(
        public_id=secrets.token_hex(8),
        partnership_id=partnership_id,
        title=plan.title,
        rule=dict(rule_raw),
        plan=raw_of_plan(plan),
        created_at=act.at,
        occurrences=[_occurrence(one, booked.get(one.day)) for one in proposals],
    )
    session.add(series)
    session.flush()
    note_series(session, series, act=act, verb="book_series", days=list(decided))
    return series


def add_occurrence(
    session: Session,
    series: Series,
    day: date,
    *,
    zone: str,
    act: Act,
    span: Span | None = None,
    override_reason: str = "",
) -> Booking:
    """Book a day that the series skipped, or whose booking was cancelled, at ``span`` or the rule's time.

    The day stays what it is in the series; what was cancelled stays as it is, and history names it. Raises as
    ``book``, or Refused.
    """
    take_series(session, series)
    take_bookings(
        session, [one.booking_id for one in series.occurrences if one.day == day and one.booking_id]
    )
    occurrence = day_to_book(series, day)
    cancelled = occurrence.booking.public_id if occurrence.booking else ""
    wanted = span or rule_time(session, series, day, zone=zone, act=act)
    if wanted is None:
        raise Refused("series.no_time", day=OnDay(day))
    plan = replace(plan_of_series(series, wanted), override_reason=override_reason)
    booking = bookings.book(session, plan, partnership_id=series.partnership_id, act=act)
    occurrence.booking_id = booking.id
    occurrence.starts_at, occurrence.ends_at = wanted.starts_at, wanted.ends_at
    session.flush()
    session.expire(occurrence, ["booking"])
    verb, was = ("book_again", {"booking": cancelled}) if cancelled else ("add_occurrence", {})
    note_series(session, series, act=act, verb=verb, days=[day], was=was)
    return booking


def is_to_book(occurrence: Occurrence) -> bool:
    """Whether nothing takes place: the day was skipped, or its booking cancelled."""
    return occurrence.booking is None or occurrence.booking.state is BookingState.CANCELLED


def day_to_book(series: Series, day: date) -> Occurrence:
    """The day of the series on which nothing takes place. Raises NotFound, or Refused when something does."""
    occurrence = next((one for one in series.occurrences if one.day == day), None)
    if occurrence is None:
        raise NotFound("series.not_a_day_of_it")
    if not is_to_book(occurrence):
        raise Refused("series.not_skipped", day=OnDay(day))
    return occurrence


def get_series(session: Session, public_id: str) -> Series:
    """The series, or NotFound."""
    known = is_printable(public_id)
    series = session.scalar(select(Series).where(Series.public_id == public_id)) if known else None
    if series is None:
        raise NotFound("series.not_found")
    return series


def occurrence_of(session: Session, booking: Booking) -> Occurrence | None:
    """The booking's place in a series; None when it stands alone."""
    return session.scalar(select(Occurrence).where(Occurrence.booking_id == booking.id))


def plan_of_series(series: Series, span: Span) -> BookingPlan:
    """What the series books each time, at ``span``."""
    time = {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}
    return read_plan({**series.plan, **time}, zone="UTC")


def note_series(
    session: Session,
    series: Series,
    *,
    act: Act,
    verb: str,
    days: Sequence[date],
    was: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write into the history of the series what was done to which days; ``was``: what it replaced."""
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="series",
        subject_id=series.id,
        partnership_id=series.partnership_id,
        before=was,
        after={"title": series.title, "days": [day.isoformat() for day in days]},
    )
    session.flush()


def _book_days(
    session: Session,
    plan: BookingPlan,
    proposals: Sequence[Proposal],
    decided: Mapping[date, Decision],
    *,
    partnership_id: int,
    act: Act,
) -> dict[date, Booking]:
    """The bookings of the days that are not skipped. Raises SeriesBlocked."""
    plans: dict[date, BookingPlan] = {}
    blocked: dict[date, BlockedDay] = {}
    for one in proposals:
        decision = decided[one.day]
        span = decision.span or one.span
        if decision.do is Do.SKIP:
            continue
        if span is None:
            blocked[one.day] = BlockedDay(one.day, objections=one.answer.objections)
            continue
        reason = decision.override_reason or plan.override_reason
        plans[one.day] = replace(plan, span=span, override_reason=reason)
    made, faults = bookings.book_all(session, [*plans.values()], partnership_id=partnership_id, act=act)
    days = list(plans)
    blocked |= {days[index]: blocked_day(days[index], error) for index, error in faults.items()}
    if blocked:
        raise SeriesBlocked([blocked[day] for day in sorted(blocked)])
    return dict(zip(days, made, strict=True))


def _occurrence(one: Proposal, booking: Booking | None) -> Occurrence:
    """Where the rule has no time, what was decided is the series' own."""
    span = one.span or (Span(booking.starts_at, booking.ends_at) if booking else None)
    return Occurrence(
        day=one.day,
        starts_at=span.starts_at if span else None,
        ends_at=span.ends_at if span else None,
        booking=booking,
    )


def rule_time(session: Session, series: Series, day: date, *, zone: str, act: Act) -> Span | None:
    """When the rule of the series puts ``day``, as the bells are now; None without that period."""
    asked = ask_again(session, series, zone=zone, act=act)
    return time_of_day(session, asked, day)


def ask_again(session: Session, series: Series, *, zone: str, act: Act) -> Asked:
    """What the series asks for, as its rows are now. Raises Invalid when one of them was retired.

    Of its rule only the time of day is read: its days are what they are, and the term may be gone.
    """
    day = series.occurrences[0].day
    days = {"weekdays": [str(day.isoweekday())], "first_day": day.isoformat(), "last_day": day.isoformat()}
    rule = read_rule({**days, **{name: series.rule[name] for name in TIME_KEYS if name in series.rule}})
    plan = read_series_plan(series.plan)
    return ask_series(session, plan, rule, partnership_id=series.partnership_id, zone=zone, act=act)


def _of_partnership(session: Session, model: Any, row_id: Any, partnership_id: int) -> Any:
    """The row that the id names, if it is one of the partnership; None for anything else."""
    text = str(row_id or "")
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        return None
    row = session.get(model, int(text))
    return row if row is not None and row.partnership_id == partnership_id else None
