"""Series as lists show them: how many of their days are over, which comes next, who takes part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from scheduler.domain.access import Viewer, visible_bookings
from scheduler.domain.queries import contains, whole_booking
from scheduler.domain.series.rules import SeriesRule, rule_of_day
from scheduler.models.bookings import Booking, BookingState, Site
from scheduler.models.places import Organisation
from scheduler.models.series import Occurrence, Series


class Stage(StrEnum):
    """Whether days of a series are still to come."""

    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class SeriesFilter:
    """Narrows a list of series; None does not narrow."""

    stage: Stage | None = None
    partnership_id: int | None = None
    organisation_id: int | None = None
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class SeriesSummary:
    """A series as the viewer sees it, its days from ``first_day`` to ``last_day``.

    ``booked``: its bookings, of which ``over`` and ``cancelled``; ``skipped``: days without one. ``shown`` is
    the booking that comes next, or the last of a series that is over: its sites are those of the series.
    ``school`` is the one whose periods its rule follows.
    """

    series: Series
    rule: SeriesRule
    school: Organisation | None
    first_day: date
    last_day: date
    booked: int
    over: int
    cancelled: int
    skipped: int
    shown: Booking
    is_running: bool


def visible_series(viewer: Viewer, wanted: SeriesFilter, *, now: datetime) -> Select[Series]:
    """Series of which the viewer sees a booking: those that run by their next one, then the latest ended."""
    figures = _figures(viewer, now)
    query = (
        select(Series)
        .join(figures, figures.c.series_id == Series.id)
        .where(*_conditions(viewer, wanted, figures))
    )
    ended = case((figures.c.next_at.is_(None), 1), else_=0)
    return query.order_by(ended, figures.c.next_at, figures.c.last_at.desc(), Series.id)


def summaries(
    session: Session, viewer: Viewer, series: Sequence[Series], *, now: datetime
) -> list[SeriesSummary]:
    """What is told of each, in their order, in a fixed number of queries."""
    ids = [one.id for one in series]
    figures = _figures(viewer, now)
    told = {
        row.series_id: row for row in session.execute(select(figures).where(figures.c.series_id.in_(ids)))
    }
    shown = _shown(session, viewer, figures, ids)
    rules = {one.id: rule_of_day(one.rule, told[one.id].first_day) for one in series}
    wanted = {rule.school_id for rule in rules.values()}
    schools = {
        row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    }
    return [
        _summary(one, rules[one.id], told[one.id], shown[one.id], schools.get(rules[one.id].school_id or 0))
        for one in series
    ]


def _summary(
    series: Series, rule: SeriesRule, told: Row[Any], shown: Booking, school: Organisation | None
) -> SeriesSummary:
    return SeriesSummary(
        series=series,
        rule=rule,
        school=school,
        first_day=told.first_day,
        last_day=told.last_day,
        booked=told.booked,
        over=told.over,
        cancelled=told.cancelled,
        skipped=told.skipped,
        shown=shown,
        is_running=told.next_at is not None,
    )


def _figures(viewer: Viewer, now: datetime) -> Subquery:
    """One row for each series of which the viewer sees a booking, counted over what they see."""
    kept = Booking.state != BookingState.CANCELLED
    to_come = and_(kept, Booking.ends_at > now)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    return (
        select(
            Occurrence.series_id,
            func.min(Occurrence.day).label("first_day"),
            func.max(Occurrence.day).label("last_day"),
            func.count(Booking.id).label("booked"),
            number(and_(kept, Booking.ends_at <= now)).label("over"),
            number(Booking.state == BookingState.CANCELLED).label("cancelled"),
            number(Occurrence.booking_id.is_(None)).label("skipped"),
            func.min(case((to_come, Booking.starts_at))).label("next_at"),
            func.max(Booking.starts_at).label("last_at"),
            func.coalesce(
                func.min(case((to_come, Booking.starts_at))),
                func.max(case((kept, Booking.starts_at))),
                func.max(Booking.starts_at),
            ).label("shown_at"),
        )
        .outerjoin(Booking, Booking.id == Occurrence.booking_id)
        .where(or_(Occurrence.booking_id.is_(None), visible_bookings(viewer)))
        .group_by(Occurrence.series_id)
        .having(func.count(Booking.id) > 0)
        .subquery()
    )


def _shown(session: Session, viewer: Viewer, figures: Subquery, ids: Collection[int]) -> dict[int, Booking]:
    """Series id → the booking by which it is shown; of several at one time one that takes place."""
    query = (
        select(Occurrence.series_id, Booking)
        .join(Booking, Booking.id == Occurrence.booking_id)
        .join(figures, figures.c.series_id == Occurrence.series_id)
        .where(
            Occurrence.series_id.in_(ids),
            Booking.starts_at == figures.c.shown_at,
            visible_bookings(viewer),
        )
        .order_by(case((Booking.state == BookingState.CANCELLED, 0), else_=1), Booking.id)
        .options(*whole_booking())
    )
    return dict(session.execute(query).all())


def _conditions(viewer: Viewer, wanted: SeriesFilter, figures: Subquery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stage is Stage.RUNNING:
        conditions.append(figures.c.next_at.is_not(None))
    if wanted.stage is Stage.ENDED:
        conditions.append(figures.c.next_at.is_(None))
    if wanted.partnership_id is not None:
        conditions.append(Series.partnership_id == wanted.partnership_id)
    if wanted.organisation_id is not None:
        conditions.append(Series.id.in_(_with_site(viewer, wanted.organisation_id)))
    if wanted.words:
        conditions.append(contains(Series.title, wanted.words))
    return conditions


def _with_site(viewer: Viewer, organisation_id: int) -> Select[Any]:
    """Ids of series of which a booking that the viewer sees has the organisation as a site."""
    site = aliased(Site)
    return (
        select(Occurrence.series_id)
        .join(Booking, Booking.id == Occurrence.booking_id)
        .join(site, site.booking_id == Booking.id)
        .where(site.organisation_id == organisation_id, visible_bookings(viewer))
    )
