"""Where the form of a series is answered: the form again, every day before any is booked, or booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.plans import BookingPlan
from scheduler.domain.series.booking import (
    ask_series,
    book_series,
    read_series_plan,
    read_series_rule,
    require_segments,
)
from scheduler.domain.series.decisions import read_decisions
from scheduler.domain.series.proposals import Proposal, propose
from scheduler.domain.series.rules import SeriesRule, days_of
from scheduler.errors import Forbidden, Invalid, Problem, SeriesBlocked, TongtangError
from scheduler.models.places import OrganisationKind
from scheduler.models.school_time import Term
from scheduler.models.series import Series
from scheduler.web.bookings.desk import put_error
from scheduler.web.bookings.options import Options, load_options
from scheduler.web.door import act, viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.locale import language, name_of
from scheduler.web.series.form import SeriesForm
from scheduler.web.series.preview import preview
from scheduler.wording import label


@dataclass(frozen=True)
class Draft:
    """What the form says: what is booked each time, when, and every day with its outlook."""

    plan: BookingPlan
    rule: SeriesRule
    proposals: Sequence[Proposal]


def form_page(
    form: SeriesForm, *, partnership_id: int, error: TongtangError | None = None, is_filled: bool = False
) -> str:
    """The form with everything that was typed, and why it is shown again; ``is_filled``: from a booking."""
    with edge.read() as session:
        options = load_options(
            session,
            viewer(),
            partnership_id=partnership_id,
            at=clock.now(),
            follows=form.follows.data or "",
        )
        form.offer(options)
        form.offer_rule(terms=_terms(session, partnership_id), schools=_schools(options))
        put_error(form, error)
        kept = _typed(only="decisions-")
        return render_template("series/form.html", form=form, kept=kept, is_filled=is_filled)


def preview_page(
    form: SeriesForm,
    *,
    partnership_id: int,
    error: TongtangError | None = None,
    checked: bool = False,
) -> ResponseReturnValue:
    """Every day of the rule; the form again where it cannot be read. Nothing is written."""
    blocked = {one.day: one for one in error.days} if isinstance(error, SeriesBlocked) else {}
    with edge.read() as session:
        try:
            draft = read_draft(session, form, partnership_id=partnership_id)
        except Invalid as invalid:
            return form_page(form, partnership_id=partnership_id, error=invalid), status_of(invalid)
        page = preview(session, form, draft.proposals, rule=draft.rule, blocked=blocked)
        if isinstance(error, Invalid):
            form.put(error.problems)
        text = render_template(
            "series/preview.html",
            form=form,
            draft=draft,
            hidden=_typed(leave_out="decisions-"),
            words=words_of(error) if isinstance(error, SeriesBlocked) else "",
            checked=checked,
            **page,
        )
    return text, status_of(error) if error else 200


def save(form: SeriesForm, *, partnership_id: int, keep: bool) -> ResponseReturnValue:
    """Book every day as decided, or say of each what is in its way; without ``keep`` only try."""
    try:
        public_id = _book(form, partnership_id=partnership_id, keep=keep)
    except (SeriesBlocked, Invalid) as error:
        return preview_page(form, partnership_id=partnership_id, error=error)
    except Forbidden as error:
        return form_page(form, partnership_id=partnership_id, error=error), status_of(error)
    if not keep:
        return preview_page(form, partnership_id=partnership_id, checked=True)
    flash(_("系列已预约。"), "success")
    return redirect(url_for("series.show", public_id=public_id), 303)


def read_draft(session: Session, form: SeriesForm, *, partnership_id: int) -> Draft:
    """Read what is booked and when; what is wrong with either is told together. Raises Invalid."""
    plan, rule = _read(session, form, partnership_id)
    asked = ask_series(session, plan, rule, partnership_id=partnership_id, zone=zone(), act=act())
    proposals = propose(session, asked)
    require_segments(plan, proposals)
    return Draft(plan, rule, proposals)


def _book(form: SeriesForm, *, partnership_id: int, keep: bool) -> str:
    with edge.write() as session:
        plan, rule = _read(session, form, partnership_id)
        decisions = read_decisions(form.raw_decisions(), days=days_of(rule), zone=zone())
        series = book_series(
            session,
            plan,
            rule,
            decisions,
            rule_raw=form.raw_rule(),
            partnership_id=partnership_id,
            zone=zone(),
            act=act(),
        )
        _require_ours(series)
        if not keep:
            session.rollback()
        return series.public_id if keep else ""


def _require_ours(series: Series) -> None:
    """Every booking has the same places: whoever may change one may change all."""
    booked = [one.booking for one in series.occurrences if one.booking is not None]
    access.require(access.can_change_booking(viewer(), booked[0]))


def _read(session: Session, form: SeriesForm, partnership_id: int) -> tuple[BookingPlan, SeriesRule]:
    problems: list[Problem] = []
    plan = rule = None
    try:
        plan = read_series_plan(form.raw_plan())
    except Invalid as error:
        problems += error.problems
    try:
        rule = read_series_rule(session, form.raw_rule(), partnership_id=partnership_id)
    except Invalid as error:
        problems += error.problems
    if plan is None or rule is None:
        raise Invalid(problems)
    return plan, rule


def _terms(session: Session, partnership_id: int) -> list[SelectChoice]:
    rows = session.scalars(
        select(Term)
        .where(Term.partnership_id == partnership_id, Term.retired_at.is_(None))
        .order_by(Term.first_day.desc(), Term.id)
    )
    words = (
        (row, _("%(name)s（%(first)s 至 %(last)s）", name=row.name, first=row.first_day, last=row.last_day))
        for row in rows
    )
    named = [
        SelectChoice(str(row.id), f"{name_of(row.region)} {label(language(), row.stage)} {told}")
        for row, told in words
    ]
    return [SelectChoice("", _("不按学期，填起止日期")), *named]


def _schools(options: Options) -> list[SelectChoice]:
    schools = (row for row in options.organisations.values() if row.kind is OrganisationKind.SCHOOL)
    rows = [SelectChoice(str(row.id), name_of(row)) for row in schools]
    return [SelectChoice("", _("请选择")), *rows]


def _typed(*, only: str = "", leave_out: str = "\0") -> Iterable[tuple[str, str]]:
    """What was sent, to travel along in hidden fields."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name.startswith(only) and not name.startswith(leave_out) and name not in ("csrf_token", "add")
    ]
