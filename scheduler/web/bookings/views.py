"""Bookings: list, make, look at, change, move, cancel."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, StringField
from wtforms.widgets import DateInput, TimeInput

from scheduler import clock, edge
from scheduler.domain import access, bookings
from scheduler.domain.fields import clean_fields
from scheduler.domain.plans import CANCEL_FIELDS, MOVE_FIELDS, read_span
from scheduler.domain.series.change import cancel_occurrences, change_occurrences
from scheduler.domain.times import local_day
from scheduler.errors import Clash, Invalid, Objected, Refused, StaleEdit, TongtangError
from scheduler.models.bookings import Booking, BookingKind, CancelReason
from scheduler.web.addresses import day_argument
from scheduler.web.bookings.alternatives import fill_time, ways_out
from scheduler.web.bookings.asked import asked_to_move, span_of
from scheduler.web.bookings.asked_values import asked_raw, values_asked
from scheduler.web.bookings.desk import answer, conflict_lines, form_page
from scheduler.web.bookings.form import BookingForm, read_version
from scheduler.web.bookings.listing import list_page
from scheduler.web.bookings.page import booking_page, tied_and_open, told_to, when_words
from scheduler.web.bookings.reach import offer_reach, place_in_series, read_reach, require_reached
from scheduler.web.bookings.values import fresh_values, values_after, values_of
from scheduler.web.door import act, viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.forms import choices_of, put_problems, raw_of
from scheduler.web.frame import partnership_of_page

blueprint = Blueprint("bookings", __name__)


class MoveForm(FlaskForm):
    """Another time for a booking."""

    date = StringField(lazy_gettext("日期"), widget=DateInput())
    starts = StringField(lazy_gettext("开始"), widget=TimeInput())
    ends = StringField(lazy_gettext("结束"), widget=TimeInput())
    override_reason = StringField(lazy_gettext("仍要安排的理由"))
    version = HiddenField()


class CancelForm(FlaskForm):
    """Why a booking is cancelled."""

    reason = RadioField(lazy_gettext("为什么取消"))
    words = StringField(lazy_gettext("说明"))
    version = HiddenField()
    reach = RadioField(lazy_gettext("取消哪几次"), default="one")


@blueprint.get("/bookings")
def index() -> str:
    """The list, with search, state and kind."""
    with edge.read() as session:
        partnership = partnership_of_page(session)
        may_book = partnership is not None and access.can_book(viewer(), partnership.id)
        page = list_page(session, partnership, now=clock.now())
        return render_template("bookings/index.html", may_book=may_book, **page)


@blueprint.get("/bookings/new")
def new() -> str:
    """The empty form: of a kind, on a day, or joint research after a lesson."""
    with edge.read() as session:
        partnership_id = partnership_to_book_in(session)
        values = first_values(session, partnership_id)
    return form_page(BookingForm(data=values), partnership_id=partnership_id)


@blueprint.post("/bookings/new")
def create() -> ResponseReturnValue:
    """Book what the form says."""
    with edge.read() as session:
        partnership_id = partnership_to_book_in(session)

    def verb(session: Session, plan: Any) -> Booking:
        return bookings.book(session, plan, partnership_id=partnership_id, act=act())

    return answer(BookingForm(), verb, partnership_id=partnership_id, done=_("已预约。"))


@blueprint.get("/bookings/<public_id>")
def show(public_id: str) -> str:
    """Everything about one booking."""
    with edge.read() as session:
        booking = _visible(session, public_id)
        return render_template("bookings/show.html", **booking_page(session, booking, now=clock.now()))


@blueprint.get("/bookings/<public_id>/edit")
def edit(public_id: str) -> str:
    """The form with the booking in it."""
    with edge.read() as session:
        booking = _to_change(session, public_id, "booking.not_changeable")
        form, partnership_id = BookingForm(data=values_of(booking, zone())), booking.partnership_id
    return form_page(form, partnership_id=partnership_id, booking_id=public_id)


@blueprint.post("/bookings/<public_id>/edit")
def change(public_id: str) -> ResponseReturnValue:
    """Let the booking be as the form says."""
    with edge.read() as session:
        partnership_id = _to_change(session, public_id, "booking.not_changeable").partnership_id
    form = BookingForm()

    def verb(session: Session, plan: Any) -> Booking:
        booking = _to_change(session, public_id, "booking.not_changeable")
        how = {"version": read_version(form), "zone": zone(), "act": act()}
        reach = read_reach(form)
        require_reached(session, booking, reach)
        change_occurrences(session, booking, plan, reach=reach, **how)
        require_reached(session, booking, reach)
        return booking

    return answer(form, verb, partnership_id=partnership_id, booking_id=public_id, done=_("已保存修改。"))


@blueprint.get("/bookings/<public_id>/move")
def move(public_id: str) -> str:
    """Only the time."""
    with edge.read() as session:
        booking = _to_change(session, public_id, "booking.not_movable")
        # A reason was given for the time that it has, not for another one.
        values = {**values_of(booking, zone()), "override_reason": ""}
        return _move_page(session, booking, MoveForm(data=values))


@blueprint.post("/bookings/<public_id>/move")
def move_to(public_id: str) -> ResponseReturnValue:
    """Give the booking another time."""
    form = MoveForm()
    if request.form.keys() & {"slot", "find"}:
        with edge.read() as session:
            return _filled_move(session, _to_change(session, public_id, "booking.not_movable"), form)
    try:
        with edge.write() as session:
            booking = _to_change(session, public_id, "booking.not_movable")
            span = read_span(raw_of(form), zone=zone())
            why = clean_fields(MOVE_FIELDS, raw_of(form))
            bookings.move_booking(session, booking, span=span, version=read_version(form), act=act(), **why)
            tied = tied_and_open(session, booking, _today())
    except (Invalid, Clash, Objected, StaleEdit) as error:
        with edge.read() as session:
            return _refused_move(session, _visible(session, public_id), form, error)
    flash(_moved_words(tied), "success")
    return redirect(url_for("bookings.show", public_id=public_id), 303)


@blueprint.get("/bookings/<public_id>/cancel")
def cancel(public_id: str) -> str:
    """Why, and who will see it."""
    with edge.read() as session:
        booking = _to_change(session, public_id, "booking.not_cancellable")
        return _cancel_page(session, booking, CancelForm(data={"version": str(booking.version)}))


@blueprint.post("/bookings/<public_id>/cancel")
def cancel_now(public_id: str) -> ResponseReturnValue:
    """Cancel, and free everyone."""
    form = CancelForm()
    try:
        with edge.write() as session:
            booking = _to_change(session, public_id, "booking.not_cancellable")
            why = clean_fields(CANCEL_FIELDS, raw_of(form))
            how = {"reach": read_reach(form), "version": read_version(form), "act": act()}
            require_reached(session, booking, how["reach"])
            cancelled = cancel_occurrences(session, booking, **why, **how)
    except (Invalid, StaleEdit) as error:
        with edge.read() as session:
            _put_error(form, error)
            booking = _visible(session, public_id)
            form.version.data = str(booking.version)
            return _cancel_page(session, booking, form), status_of(error)
    said = _("已取消系列里的 %(count)s 次，所有占用的时间都已让出。", count=len(cancelled))
    flash(said if len(cancelled) > 1 else _("已取消，所有占用的时间都已让出。"), "success")
    return redirect(url_for("bookings.show", public_id=public_id), 303)


def _today() -> date:
    return local_day(clock.now(), zone())


def partnership_to_book_in(session: Session) -> int:
    """The partnership of the page. Raises Forbidden."""
    partnership = partnership_of_page(session)
    access.require(partnership is not None and access.can_book(viewer(), partnership.id))
    assert partnership is not None
    return partnership.id


def first_values(session: Session, partnership_id: int) -> dict[str, Any]:
    """What the address asks of a new form."""
    follows = request.args.get("follows", "")
    if follows:
        return values_after(_visible(session, follows), zone())
    given = request.args.get("kind", "")
    kind = BookingKind(given) if given in set(BookingKind) else BookingKind.LESSON
    starts, ends = (request.args.get(name, "") for name in ("starts", "ends"))
    fresh = fresh_values(kind, day_argument(_next_workday(_today())), starts, ends)
    return {**fresh, **values_asked(session, asked_raw(), partnership_id=partnership_id)}


def _next_workday(day: date) -> date:
    """The next Monday to Friday after ``day``."""
    return day + timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))


def _visible(session: Session, public_id: str) -> Booking:
    return bookings.get_visible_booking(session, public_id, viewer=viewer())


def _to_change(session: Session, public_id: str, code: str) -> Booking:
    """The booking, when the viewer may change it and it can still be changed; ``code`` tells the refusal."""
    booking = _visible(session, public_id)
    access.require(access.can_change_booking(viewer(), booking))
    if booking.state not in bookings.OPEN:
        raise Refused(code, title=booking.title, state=booking.state)
    return booking


def _move_page(session: Session, booking: Booking, form: MoveForm, **told: Any) -> str:
    told |= {
        "now": when_words(booking, _today()),
        "tied": tied_and_open(session, booking, _today()),
        "series": place_in_series(session, booking),
    }
    return render_template("bookings/move.html", booking=booking, form=form, **told)


def _moved_words(tied: list[dict[str, Any]]) -> dict[str, Any]:
    """That it is done; what is tied to it has not moved, and where to move that."""
    left = [_("“%(title)s”还在 %(time)s。", title=row["title"], time=row["interval"]) for row in tied]
    links = [{"label": _("改%(kind)s的时间", kind=row["kind_label"]), "url": row["move_url"]} for row in tied]
    return {"text": " ".join([_("已改时间，日历订阅会显示新的时间。"), *left]), "links": links}


def _filled_move(session: Session, booking: Booking, form: MoveForm) -> str:
    """The page with an offered time in it, or with times that could be taken."""
    said = fill_time(form, request.form["slot"]) if "slot" in request.form else ""
    return _move_page(session, booking, form, said=said, **_ways_out(session, booking, form, None))


def _refused_move(
    session: Session, booking: Booking, form: MoveForm, error: Invalid | Clash | Objected | StaleEdit
) -> ResponseReturnValue:
    told = _ways_out(session, booking, form, error)
    if isinstance(error, Clash | Objected):
        conflicts = error.conflicts if isinstance(error, Clash) else ()
        told |= {"conflicts": conflict_lines(session, conflicts), "conflict_words": words_of(error)}
    else:
        _put_error(form, error)
        form.version.data = str(booking.version)
    return _move_page(session, booking, form, **told), status_of(error)


def _ways_out(
    session: Session, booking: Booking, form: MoveForm, error: TongtangError | None
) -> dict[str, Any]:
    span = span_of(form)
    asked = asked_to_move(session, booking, span) if span else None
    return ways_out(session, asked, error, find="find" in request.form)


def _cancel_page(session: Session, booking: Booking, form: CancelForm) -> str:
    reaches = offer_reach(session, form, booking)
    form.reason.choices = choices_of(CancelReason)
    return render_template(
        "bookings/cancel.html",
        booking=booking,
        form=form,
        now=when_words(booking, _today()),
        told=told_to(booking),
        reaches=reaches,
    )


def _put_error(form: FlaskForm, error: Invalid | StaleEdit) -> None:
    if isinstance(error, Invalid):
        put_problems(form, error.problems)
    else:
        form.form_errors.append(words_of(error))
