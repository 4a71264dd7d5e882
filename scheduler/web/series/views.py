"""Series: listed, asked for, looked at day by day, booked, and its skipped or cancelled days added."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.bookings import get_visible_booking
from scheduler.domain.fields import Bad, Day, clean_fields
from scheduler.domain.plans import MOVE_FIELDS, read_span
from scheduler.domain.series.booking import add_occurrence, ask_again, day_to_book, get_series, rule_time
from scheduler.domain.series.view import get_visible_series, require_adding
from scheduler.domain.times import local_day
from scheduler.errors import Clash, Invalid, NotFound, Objected, TongtangError
from scheduler.models.series import Series
from scheduler.web.bookings.alternatives import fill_time, ways_out
from scheduler.web.bookings.asked import Asked, span_of
from scheduler.web.bookings.desk import conflict_lines
from scheduler.web.bookings.values import time_values, values_of
from scheduler.web.bookings.views import MoveForm, first_values, partnership_to_book_in
from scheduler.web.door import act, viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.forms import put_problems, raw_of
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.web.series.desk import form_page, preview_page, save
from scheduler.web.series.form import SeriesForm
from scheduler.web.series.listing import series_list
from scheduler.web.series.page import series_page
from scheduler.wording import day_words

blueprint = Blueprint("series", __name__)


@blueprint.get("/series")
def index() -> str:
    """The list: those that run, those that ended, or all."""
    with edge.read() as session:
        partnership = partnership_of_page(session)
        may_book = partnership is not None and access.can_book(viewer(), partnership.id)
        page = series_list(session, partnership, now=clock.now())
        return render_template("series/index.html", may_book=may_book, **page)


@blueprint.get("/series/new")
def new() -> str:
    """The empty form; its address may fill it as that of a booking's, or like a booking that there is."""
    with edge.read() as session:
        partnership_id = partnership_to_book_in(session)
        like = request.args.get("like", "")
        values = _values_like(session, like) if like else first_values(session, partnership_id)
    if not like:  # whole minutes of a usual lesson would not fit into one period
        values["segments"] = [{"kind": row.get("kind")} for row in values["segments"]]
    form = SeriesForm(data={**values, "every": "1"})
    form.begin_on(values["date"])
    return form_page(form, partnership_id=partnership_id, is_filled=bool(like))


@blueprint.post("/series/new")
def preview() -> ResponseReturnValue:
    """Every day of what the form says; or the form: with one more row, or with what a booking's form says."""
    with edge.read() as session:
        partnership_id = partnership_to_book_in(session)
    form = SeriesForm()
    if form.add_row(request.form.get("add", "")):
        return form_page(form, partnership_id=partnership_id)
    if "repeat" in request.form:
        form.begin_on(request.form.get("date", ""))
        return form_page(form, partnership_id=partnership_id, is_filled=True)
    return preview_page(form, partnership_id=partnership_id)


@blueprint.post("/series/book")
def book() -> ResponseReturnValue:
    """Book the days as decided; or back to the form, or only a check."""
    with edge.read() as session:
        partnership_id = partnership_to_book_in(session)
    form = SeriesForm()
    if "back" in request.form:
        return form_page(form, partnership_id=partnership_id)
    return save(form, partnership_id=partnership_id, keep="check" not in request.form)


@blueprint.get("/series/<public_id>")
def show(public_id: str) -> str:
    """All days of a series, as far as the viewer sees them."""
    with edge.read() as session:
        series = get_visible_series(session, public_id, viewer=viewer())
        return render_template("series/show.html", **series_page(session, series, now=clock.now()))


@blueprint.get("/series/<public_id>/days/<day>")
def add(public_id: str, day: str) -> str:
    """When a day that was skipped or cancelled is to be booked after all."""
    with edge.read() as session:
        series, skipped = _skipped(session, public_id, day)
        form = MoveForm(data={"date": skipped.isoformat()})
        try:
            span = rule_time(session, series, skipped, zone=zone(), act=act())
        except Invalid as error:  # somebody or something of the series was retired since
            return _refused(session, series, skipped, form, error)
        values = time_values(span.starts_at, span.ends_at, zone()) if span else {}
        return _add_page(session, series, skipped, MoveForm(data={"date": form.date.data, **values}))


@blueprint.post("/series/<public_id>/days/<day>")
def add_now(public_id: str, day: str) -> ResponseReturnValue:
    """Book a day that was skipped or cancelled."""
    form = MoveForm()
    if request.form.keys() & {"slot", "find"}:
        with edge.read() as session:
            series, skipped = _skipped(session, public_id, day)
            said = fill_time(form, request.form["slot"]) if "slot" in request.form else ""
            told = _ways_out(session, series, form, None)
            return _add_page(session, series, skipped, form, said=said, **told)
    try:
        with edge.write() as session:
            series, skipped = _skipped(session, public_id, day)
            span = read_span(raw_of(form) | {"starts_at": "", "ends_at": ""}, zone=zone())
            why = clean_fields(MOVE_FIELDS, raw_of(form))
            booking = add_occurrence(session, series, skipped, span=span, zone=zone(), act=act(), **why)
            access.require(access.can_change_booking(viewer(), booking))
    except (Invalid, Clash, Objected) as error:
        with edge.read() as session:
            series, skipped = _skipped(session, public_id, day)
            return _refused(session, series, skipped, form, error), status_of(error)
    flash(_("已补上这一次。"), "success")
    return redirect(url_for("series.show", public_id=public_id), 303)


def _values_like(session: Session, public_id: str) -> dict[str, Any]:
    """A booking's values, from the week after it or after this one on. Raises NotFound."""
    booking = get_visible_booking(session, public_id, viewer=viewer())
    day, today = local_day(booking.starts_at, zone()), local_day(clock.now(), zone())
    weeks = max(1, -(-(today - day).days // 7))
    alone = {"follows": "", "override_reason": ""}
    return {**values_of(booking, zone()), **alone, "date": (day + timedelta(weeks=weeks)).isoformat()}


def _skipped(session: Session, public_id: str, day: str) -> tuple[Series, date]:
    """The series and its day, where the viewer may add it. Raises NotFound, Forbidden or Refused."""
    series = get_series(session, public_id)
    require_adding(session, series, viewer=viewer())
    try:
        skipped = Day(name="day", label="").clean(day)
    except Bad as bad:
        raise NotFound("series.not_a_day_of_it") from bad
    return series, day_to_book(series, skipped).day


def _add_page(session: Session, series: Series, day: date, form: MoveForm, **told: Any) -> str:
    words = day_words(day, language(), year=True)
    return render_template("series/add.html", series=series, day=words, form=form, **told)


def _refused(
    session: Session, series: Series, day: date, form: MoveForm, error: Invalid | Clash | Objected
) -> str:
    told = _ways_out(session, series, form, error)
    if isinstance(error, Invalid):
        put_problems(form, error.problems)
    else:
        conflicts = error.conflicts if isinstance(error, Clash) else ()
        told |= {"conflicts": conflict_lines(session, conflicts), "conflict_words": words_of(error)}
    return _add_page(session, series, day, form, **told)


def _ways_out(
    session: Session, series: Series, form: MoveForm, error: TongtangError | None
) -> dict[str, Any]:
    """Other times for the people of the series; none where one of them was retired since."""
    span = span_of(form)
    try:
        question = ask_again(session, series, zone=zone(), act=act()).question
    except Invalid:
        span = None
    asked = Asked(question, span, series.partnership_id) if span else None
    return ways_out(session, asked, error, find="find" in request.form)
