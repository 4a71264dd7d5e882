"""Series: listed, looked at day by day or booked, read, and a skipped or cancelled day added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.api.bearer import act, caller, viewer
from scheduler.api.bodies import json_object, refuse_unknown
from scheduler.api.booking_bodies import (
    NEW_SERIES,
    OCCURRENCE,
    OCCURRENCE_FIELDS,
    SERIES_EXTRAS,
    SERIES_FILTERS,
    TIME,
)
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Listed, Operation, operation
from scheduler.api.partnerships import take_partnership
from scheduler.api.questions import asked, listed_together
from scheduler.api.shapes.series import (
    OccurrenceShape,
    ProposalShape,
    ProposalsShape,
    SeriesShape,
    SeriesSummaryShape,
)
from scheduler.api.shapes.values import maybe_moment, moment
from scheduler.api.show_hurdles import show_conflict, show_objection
from scheduler.api.show_series import show_summary
from scheduler.domain import access
from scheduler.domain.fields import clean_fields
from scheduler.domain.holds import Span
from scheduler.domain.plans import BookingPlan, read_span
from scheduler.domain.series import booking as series_verbs
from scheduler.domain.series.decisions import read_decisions
from scheduler.domain.series.listing import SeriesFilter, summaries, visible_series
from scheduler.domain.series.proposals import Proposal, propose
from scheduler.domain.series.rules import SeriesRule, days_of
from scheduler.domain.series.view import get_visible_series, require_adding, visible_bookings_of
from scheduler.errors import Invalid, Problem
from scheduler.models.series import Occurrence, Series


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/series", list_series, "GET"),
        ("/series", book_series, "POST"),
        ("/series/<booking:public_id>", read_series, "GET"),
        ("/series/<booking:public_id>/occurrences", add_occurrence, "POST"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(
    Operation(
        summary="列出系列",
        tag="series",
        query=SERIES_FILTERS,
        answers={200: Listed(SeriesSummaryShape)},
    )
)
def list_series() -> ResponseReturnValue:
    """Series of which the caller sees a booking: those that run, by their next one; then those that ended."""
    wanted = asked(SERIES_FILTERS)
    chosen = SeriesFilter(
        stage=wanted["stage"],
        partnership_id=wanted["partnership_id"],
        organisation_id=wanted["organisation_id"],
        words=wanted["q"],
    )
    now = clock.now()

    def show(session: Session, rows: Sequence[Series]) -> list[SeriesSummaryShape]:
        return [show_summary(one) for one in summaries(session, viewer(), rows, now=now)]

    with edge.read() as session:
        query = visible_series(viewer(), chosen, now=now)
        return listed_together(session, query, wanted, partial(show, session))


@operation(
    Operation(
        summary="预约系列",
        tag="series",
        body=NEW_SERIES,
        answers={200: ProposalsShape, 201: SeriesShape},
        fails=(403, 409),
    )
)
def book_series() -> ResponseReturnValue:
    """Book every day of ``rule`` as decided, all or none (201); ``days`` of a problem names every day that
    does not work (409). With ``dry_run`` nothing is written, and each day is told with its outlook, what is
    in its way and another time (200). Clock times are those of the caller's zone; a period follows the bells
    of each day. A day without a decision is booked.
    """
    raw = json_object()
    extras = {field.name: raw.pop(field.name, None) for field in SERIES_EXTRAS}
    if clean_fields(SERIES_EXTRAS, extras)["dry_run"]:
        with edge.read() as session:
            return jsonify(_look(session, raw))

    def work(session: Session) -> Answer:
        given = dict(raw)
        partnership_id = take_partnership(session, given)
        access.require(access.can_book(viewer(), partnership_id))
        plan, rule, decisions = _read(session, given, partnership_id)
        series = series_verbs.book_series(
            session,
            plan,
            rule,
            read_decisions(decisions, days=days_of(rule), zone=caller().zone),
            rule_raw=raw["rule"],
            partnership_id=partnership_id,
            zone=caller().zone,
            act=act(),
        )
        require_adding(session, series, viewer=viewer())
        return _answer(session, series, 201)

    return changed(work)


@operation(Operation(summary="读取系列", tag="series", answers={200: SeriesShape}))
def read_series(public_id: str) -> ResponseReturnValue:
    """The days of a series; a booking that the caller may not see is left out with its day."""
    with edge.read() as session:
        return _answer(session, get_visible_series(session, public_id, viewer=viewer())).response()


@operation(
    Operation(
        summary="补上系列里跳过或取消的一天",
        tag="series",
        body=OCCURRENCE,
        answers={201: SeriesShape},
        fails=(403, 409),
    )
)
def add_occurrence(public_id: str) -> ResponseReturnValue:
    """Book a day that was skipped or whose booking was cancelled: at the time that is given, else at the
    rule's. A cancelled booking stays as it is; the day has a new one.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        series = get_visible_series(session, public_id, viewer=viewer())
        require_adding(session, series, viewer=viewer())
        refuse_unknown(raw, known=[field.name for field in (*OCCURRENCE_FIELDS, *TIME)])
        wanted = clean_fields(OCCURRENCE_FIELDS, raw)
        timed = any(raw.get(field.name) for field in TIME)
        span = read_span(raw, zone=caller().zone) if timed else None
        why = {"override_reason": wanted["override_reason"]}
        added = series_verbs.add_occurrence(
            session, series, wanted["day"], span=span, zone=caller().zone, act=act(), **why
        )
        access.require(access.can_change_booking(viewer(), added))
        return _answer(session, series, 201)

    return changed(work)


def _look(session: Session, raw: dict[str, Any]) -> ProposalsShape:
    partnership_id = take_partnership(session, raw)
    access.require(access.can_book(viewer(), partnership_id))
    plan, rule, decisions = _read(session, raw, partnership_id)
    read_decisions(decisions, days=days_of(rule), zone=caller().zone)
    asked = series_verbs.ask_series(
        session, plan, rule, partnership_id=partnership_id, zone=caller().zone, act=act()
    )
    proposals = propose(session, asked)
    series_verbs.require_segments(plan, proposals)
    return {"days": [_proposal(one) for one in proposals]}


def _read(
    session: Session, raw: Mapping[str, Any], partnership_id: int
) -> tuple[BookingPlan, SeriesRule, Any]:
    """Plan, rule and the raw decisions; what is wrong with plan and rule is told together."""
    rest = {name: value for name, value in raw.items() if name not in ("rule", "decisions")}
    problems: list[Problem] = []
    plan = rule = None
    try:
        plan = series_verbs.read_series_plan(rest)
    except Invalid as error:
        problems += error.problems
    try:
        rule = _read_rule(session, raw.get("rule"), partnership_id)
    except Invalid as error:
        problems += error.problems
    if plan is None or rule is None:
        raise Invalid(problems)
    return plan, rule, raw.get("decisions")


def _read_rule(session: Session, raw: Any, partnership_id: int) -> SeriesRule:
    if not isinstance(raw, Mapping):
        raise Invalid([Problem("rule", "field.required" if raw is None else "field.not_an_object")])
    try:
        return series_verbs.read_series_rule(session, raw, partnership_id=partnership_id)
    except Invalid as error:
        raise Invalid(
            [Problem(f"rule.{one.field}", one.code, one.facts) for one in error.problems]
        ) from error


def _answer(session: Session, series: Series, status: int = 200) -> Answer:
    seen = visible_bookings_of(session, series, viewer=viewer())
    shown = [one for one in series.occurrences if one.booking_id is None or one.booking_id in seen]
    body: SeriesShape = {
        "id": series.public_id,
        "partnership_id": series.partnership_id,
        "title": series.title,
        "occurrences": [_occurrence(one) for one in shown],
    }
    location = f"/api/v1/series/{series.public_id}" if status == 201 else ""
    return Answer(dict(body), status, location)


def _occurrence(one: Occurrence) -> OccurrenceShape:
    return {
        "day": one.day.isoformat(),
        "planned_starts_at": maybe_moment(one.starts_at),
        "planned_ends_at": maybe_moment(one.ends_at),
        "booking": one.booking.public_id if one.booking else None,
        "state": one.booking.state if one.booking else None,
        "starts_at": moment(one.booking.starts_at) if one.booking else None,
        "ends_at": moment(one.booking.ends_at) if one.booking else None,
    }


def _proposal(one: Proposal) -> ProposalShape:
    return {
        "day": one.day.isoformat(),
        "outlook": one.outlook,
        "time": _interval(one.span),
        "suggestion": _interval(one.suggestion),
        "conflicts": [show_conflict(conflict) for conflict in one.answer.conflicts],
        "objections": [show_objection(objection) for objection in one.answer.objections],
        "notes": [show_objection(note) for note in one.answer.notes],
    }


def _interval(span: Span | None) -> Any:
    if span is None:
        return None
    return {"starts_at": moment(span.starts_at), "ends_at": moment(span.ends_at)}
