"""Where a booking form is answered: one more row, a check, saved, or what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Field

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.bookings import booking_facts, get_booking
from scheduler.domain.casts import with_account
from scheduler.domain.plans import BookingPlan
from scheduler.domain.suitability import look_at_time
from scheduler.domain.times import local_day
from scheduler.errors import (
    Clash,
    Conflict,
    Forbidden,
    Invalid,
    Objected,
    SeriesBlocked,
    StaleEdit,
    TongtangError,
)
from scheduler.models.bookings import Booking
from scheduler.models.places import Organisation
from scheduler.models.resources import Resource
from scheduler.web.around_words import around_lines, objection_lines
from scheduler.web.bookings.alternatives import fill_stand_in, fill_time, ways_out
from scheduler.web.bookings.asked import Asked, asked_of
from scheduler.web.bookings.changes import Difference, differences, fact_lines, plan_facts
from scheduler.web.bookings.form import BookingForm
from scheduler.web.bookings.options import Options, load_options
from scheduler.web.bookings.reach import offer_reach
from scheduler.web.calendar.agenda import clock_words
from scheduler.web.door import viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.locale import language
from scheduler.wording import day_words, explain, moment_words

Verb = Callable[[Session, BookingPlan], Booking]
"""Books or changes: (session, plan) → booking."""
FILLS = frozenset({"slot", "instead", "find"})
"""Buttons that only fill the form or ask something of it."""
MOST_OF_A_DAY = 3
"""Conflicts of one day of a series that are told; of the others only how many."""


def answer(
    form: BookingForm, verb: Verb, *, partnership_id: int, booking_id: str = "", done: str
) -> ResponseReturnValue:
    """What a posted form leads to; ``done`` is said when it is saved."""
    if form.add_row(request.form.get("add", "")) or request.form.keys() & FILLS:
        return form_page(form, partnership_id=partnership_id, booking_id=booking_id)
    only_check = "check" in request.form
    try:
        saved_id, facts = _save(form, verb, keep=not only_check)
    except (Invalid, Clash, Objected, SeriesBlocked, StaleEdit, Forbidden) as error:
        page = form_page(form, partnership_id=partnership_id, booking_id=booking_id, error=error)
        return page, status_of(error)
    if only_check:
        return form_page(form, partnership_id=partnership_id, booking_id=booking_id, checked=facts)
    flash(done, "success")
    return redirect(url_for("bookings.show", public_id=saved_id), 303)


def form_page(
    form: BookingForm,
    *,
    partnership_id: int,
    booking_id: str = "",
    error: TongtangError | None = None,
    checked: Mapping[str, Any] | None = None,
) -> str:
    """The form with everything that was typed, and why it is shown again."""
    with edge.read() as session:
        booking = get_booking(session, booking_id) if booking_id else None
        options = load_options(
            session,
            viewer(),
            partnership_id=partnership_id,
            at=booking.starts_at if booking else clock.now(),
            booking=booking,
            follows=form.follows.data or "",
        )
        said = _fill(form, options)
        form.offer(options)
        reaches = offer_reach(session, form, booking) if booking else []
        asked = asked_of(form, options, partnership_id=partnership_id, booking=booking)
        conflicts = error.conflicts if isinstance(error, Clash) else ()
        stale = isinstance(error, StaleEdit) and booking is not None
        page = {
            "said": said,
            "conflicts": conflict_lines(session, conflicts, form.fields_of),
            "conflict_words": words_of(error) if error and (conflicts or isinstance(error, Objected)) else "",
            "differences": _compare(session, form, booking, options) if stale else None,
            "checked": fact_lines(checked, options.titles()) if checked else None,
            "known": known_lines(session, asked, options) if checked and asked else None,
            "reaches": reaches,
            "blocked": blocked_lines(session, error),
            **ways_out(session, asked, error, find="find" in request.form, desk=(form, options)),
        }
        put_error(form, error)
        return render_template("bookings/form.html", form=form, booking=booking, **page)


def known_lines(session: Session, asked: Asked, options: Options) -> dict[str, Any]:
    """What the calendars say around the time: {lines, notes, objections}."""
    around, said = look_at_time(
        session,
        asked.question,
        asked.span,
        partnership_id=asked.partnership_id,
        receiving=asked.receiving,
        zone=zone(),
    )
    return {
        "lines": around_lines(around, options.place_names()),
        "notes": objection_lines(one for one in said if not one.soft),
        "objections": objection_lines(one for one in said if one.soft),
    }


def conflict_lines(
    session: Session, conflicts: Sequence[Conflict], fields_of: Callable[[int], list[Field]] | None = None
) -> list[dict[str, Any]]:
    """The mappings that ui.conflict shows; a link only to what the viewer may see."""
    wanted = {conflict.booking_public_id for conflict in conflicts}
    query = select(Booking.public_id).where(Booking.public_id.in_(wanted), access.visible_bookings(viewer()))
    seen = set(session.scalars(query)) if wanted else set()
    units = _units(session, conflicts)
    return [
        {
            "who": " ".join(filter(None, (units.get(conflict.resource_id), conflict.resource_name))),
            "kind": conflict.resource_kind,
            "interval": _interval_of(conflict),
            "title": conflict.title,
            "until": _until(conflict),
            "url": url_for("bookings.show", public_id=conflict.booking_public_id)
            if conflict.booking_public_id in seen
            else None,
            "resource_id": conflict.resource_id,
            "field": next((field.id for field in fields_of(conflict.resource_id)), None)
            if fields_of
            else None,
        }
        for conflict in conflicts
    ]


def lines_by_day(session: Session, busy: Sequence[tuple[date, Conflict]]) -> dict[date, list[dict[str, Any]]]:
    """Day → its conflicts as lines, in the queries of one day."""
    told: dict[date, list[dict[str, Any]]] = {}
    for (day, _conflict), line in zip(
        busy, conflict_lines(session, [one for _day, one in busy]), strict=True
    ):
        told.setdefault(day, []).append(line)
    return told


def blocked_lines(session: Session, error: TongtangError | None) -> list[dict[str, Any]]:
    """Each day of a series on which the change fails: {day, conflicts, more, objections, problems}."""
    days = error.days if isinstance(error, SeriesBlocked) else ()
    told = lines_by_day(session, [(one.day, busy) for one in days for busy in one.conflicts[:MOST_OF_A_DAY]])
    return [
        {
            "day": day_words(one.day, language()),
            "conflicts": told.get(one.day, []),
            "more": max(0, len(one.conflicts) - MOST_OF_A_DAY),
            "objections": objection_lines(one.objections),
            "problems": [explain(problem, language(), zone=zone()) for problem in one.problems],
        }
        for one in days
    ]


def _units(session: Session, conflicts: Sequence[Conflict]) -> dict[int, str]:
    """Whose the classes and rooms are: several schools have a 七年级(1)班. People go by their names."""
    ids = [conflict.resource_id for conflict in conflicts if conflict.resource_kind in ("class", "room")]
    query = (
        select(Resource.id, Organisation.name)
        .join(Organisation, Organisation.id == Resource.organisation_id)
        .where(Resource.id.in_(ids))
    )
    return dict(session.execute(query).all()) if ids else {}


def _fill(form: BookingForm, options: Options) -> str:
    """Put what a button offers into the form; what to say of it."""
    if "slot" in request.form:
        return fill_time(form, request.form["slot"])
    if "instead" in request.form:
        return fill_stand_in(form, request.form["instead"], options)
    return ""


def _save(form: BookingForm, verb: Verb, *, keep: bool) -> tuple[str, dict[str, Any]]:
    """Public id and facts of the booking; without ``keep`` everything is tried and nothing is written."""
    plan = form.plan()
    with edge.write() as session:
        booking = verb(session, plan)
        access.require(access.can_change_booking(viewer(), booking))
        facts = booking_facts(booking)
        if not keep:
            session.rollback()
        return booking.public_id if keep else "", facts


def put_error(form: BookingForm, error: TongtangError | None) -> None:
    """What is wrong to the fields or to the head of the form; conflicts are told beside it."""
    if isinstance(error, Invalid):
        form.put(error.problems)
    elif isinstance(error, Forbidden):
        form.form_errors.append(
            _("您只能预约有本地区单位参加的活动。请在主讲单位或接收班级里选一个本地区的。")
        )


def _compare(session: Session, form: BookingForm, booking: Booking, options: Options) -> list[Difference]:
    """Typed against saved; the form is from now on about the saved version."""
    form.version.data = str(booking.version)
    typed = with_account(session, form.plan(), partnership_id=booking.partnership_id)
    return differences(plan_facts(typed, options), booking_facts(booking), options.titles())


def _interval_of(conflict: Conflict) -> str:
    day = day_words(local_day(conflict.starts_at, zone()), language())
    words = f"{day} {clock_words(conflict.starts_at, conflict.ends_at)}"
    minutes = conflict.before + conflict.after
    return _("%(interval)s（含准备 %(minutes)s 分钟）", interval=words, minutes=minutes) if minutes else words


def _until(conflict: Conflict) -> str:
    """The time of day, with the day where it is a later one."""
    same_day = conflict.ends_at - conflict.starts_at < timedelta(days=1) and local_day(
        conflict.starts_at, zone()
    ) == local_day(conflict.ends_at, zone())
    words = moment_words(conflict.ends_at, language(), zone())
    return words[-5:] if same_day else words
