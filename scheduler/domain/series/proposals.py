"""Every day of a series, checked before any is written: fine, in whose way, or without that period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from scheduler.domain.availability import Answer, interval_of, spans_of
from scheduler.domain.buffers import load_margins
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.local_time import DAY, day_interval
from scheduler.domain.calendars.rules import Question, objections, rules_for
from scheduler.domain.calendars.values import Calendars
from scheduler.domain.claims import Board
from scheduler.domain.fields import Bad
from scheduler.domain.holds import Held, Span, held_between
from scheduler.domain.intervals import Interval
from scheduler.domain.series.rules import SeriesRule, days_of, time_on
from scheduler.domain.slots.surroundings import Sought, read_surroundings
from scheduler.domain.times import local_instant
from scheduler.errors import Objection, OnDay

MOST_SUGGESTIONS = 20
"""Days for which another time is looked for; the others are told without."""


FREE = Answer()


class Outlook(StrEnum):
    """What is to be expected of a day."""

    FINE = "fine"
    CLASH = "clash"
    OBJECTED = "objected"
    NO_TIME = "no_time"
    """The school has no such period on this day, or the clocks skip that time."""
    OVER = "over"


@dataclass(frozen=True)
class Proposal:
    """One day of the series. ``span`` None: no such period; ``suggestion``: the nearest time that works."""

    day: date
    span: Span | None
    outlook: Outlook
    answer: Answer = FREE
    suggestion: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a series asks for: who and what each time, by which rule, in which zone."""

    question: Question
    rule: SeriesRule
    partnership_id: int
    zone: str
    now: datetime


def propose(session: Session, asked: Asked, *, suggest: bool = True) -> list[Proposal]:
    """Every day with its outlook; the number of queries does not grow with the days."""
    days = days_of(asked.rule)
    whole = _whole(asked, days)
    calendars = _calendars(session, asked, whole)
    times = {day: planned_time(asked, calendars, day) for day in days}
    proposals = check_days(session, asked, calendars, times, whole)
    return _with_suggestions(session, asked, proposals) if suggest else proposals


def planned_time(asked: Asked, calendars: Calendars, day: date) -> Span | None:
    """When the rule puts the booking of ``day``."""
    school = calendars.places.get(asked.rule.school_id or 0)
    return time_on(asked.rule, day, zone=asked.zone, school=school)


def time_of_day(session: Session, asked: Asked, day: date) -> Span | None:
    """When the rule puts the booking of ``day``, as the bells are now."""
    return planned_time(asked, _calendars(session, asked, _whole(asked, [day])), day)


def check_days(
    session: Session,
    asked: Asked,
    calendars: Calendars,
    times: Mapping[date, Span | None],
    whole: Interval,
) -> list[Proposal]:
    """The outlook of each day at its time."""
    rules = rules_for(asked.question, calendars, whole)
    margins = load_margins(session, asked.partnership_id, asked.question.kind)
    board = Board(_held(session, asked, times.values()))
    proposals = []
    for day, span in times.items():
        if span is None:
            said = _why_no_time(asked, calendars, day)
            proposals.append(Proposal(day, None, Outlook.NO_TIME, Answer(objections=(said,))))
            continue
        busy = board.in_the_way(spans_of(asked.question, span, margins))
        said_all = objections(rules, interval_of(span))
        answer = Answer(
            tuple(busy),
            tuple(one for one in said_all if one.soft),
            tuple(one for one in said_all if not one.soft),
        )
        proposals.append(Proposal(day, span, _outlook(answer, span, asked.now), answer))
    return proposals


def _outlook(answer: Answer, span: Span, now: datetime) -> Outlook:
    if answer.conflicts:
        return Outlook.CLASH
    if answer.objections:
        return Outlook.OBJECTED
    return Outlook.OVER if span.starts_at <= now else Outlook.FINE


def _with_suggestions(session: Session, asked: Asked, proposals: Sequence[Proposal]) -> list[Proposal]:
    """What clashes or has no period gets the nearest time that works and that no other day takes."""
    sought = _sought(asked, proposals)
    if not sought:
        return list(proposals)
    around = read_surroundings(
        session,
        sought.values(),
        partnership_id=asked.partnership_id,
        zone=asked.zone,
        not_before=asked.now,
    )
    margins = around.margins[asked.question.kind]
    taken = [spans_of(asked.question, one.span, margins) for one in proposals if one.span is not None]
    suggested: dict[date, Span] = {}
    for day, one in sought.items():
        for found in around.nearest_times(one, taken=taken, most=1):
            taken.append(spans_of(asked.question, found, margins))
            suggested[day] = found
    return [replace(one, suggestion=suggested.get(one.day)) for one in proposals]


def _sought(asked: Asked, proposals: Sequence[Proposal]) -> dict[date, Sought]:
    """The first days that need another time: near which."""
    times = {
        one.day: _usual_time(asked, proposals, one)
        for one in proposals
        if one.outlook not in (Outlook.FINE, Outlook.OVER)
    }
    sought = {day: Sought(asked.question, near) for day, near in times.items() if near is not None}
    return dict(list(sought.items())[:MOST_SUGGESTIONS])


def _usual_time(asked: Asked, proposals: Sequence[Proposal], one: Proposal) -> Span | None:
    """The day's own time; where it has none, that of another day of the series, on this day."""
    if one.span is not None:
        return one.span
    other = next((proposal for proposal in proposals if proposal.span is not None), None)
    if other is None or other.span is None:
        return None
    shift = timedelta(days=(one.day - other.day).days)
    return Span(other.span.starts_at + shift, other.span.ends_at + shift)


def _why_no_time(asked: Asked, calendars: Calendars, day: date) -> Objection:
    if asked.rule.period is None:
        return _skipped_by_clocks(asked, day)
    place = calendars.places[asked.rule.school_id or 0]
    facts = {"name": place.name, "day": OnDay(day), "period": asked.rule.period_to or asked.rule.period}
    holiday = calendars.holidays.day_off(day)
    if holiday and place.day_off(day):
        return Objection("holiday.off", "organisation", place.id, {**facts, "holiday": holiday})
    return Objection("series.no_period", "organisation", place.id, facts)


def _skipped_by_clocks(asked: Asked, day: date) -> Objection:
    """The first of the rule's clock times that does not come on this day."""
    try:
        for clock in (asked.rule.starts, asked.rule.ends):
            local_instant(day, clock or time(), asked.zone)
    except Bad as bad:
        return Objection(bad.code, "partnership", 0, bad.facts)
    raise AssertionError(day)


def _whole(asked: Asked, days: Sequence[date]) -> Interval:
    """All days of the series, with one on either side."""
    return day_interval(days[0] - DAY, asked.zone)[0], day_interval(days[-1] + DAY, asked.zone)[1]


def _calendars(session: Session, asked: Asked, whole: Interval) -> Calendars:
    school = {asked.rule.school_id} if asked.rule.school_id else set()
    return load_calendars(
        session, asked.question.place_ids | school, whole, partnership_id=asked.partnership_id
    )


def _held(session: Session, asked: Asked, spans: Iterable[Span | None]) -> list[Held]:
    known = [span for span in spans if span is not None]
    if not known:
        return []
    first, last = min(span.starts_at for span in known), max(span.ends_at for span in known)
    return held_between(session, asked.question.resource_ids, Span(first - DAY, last + DAY))
