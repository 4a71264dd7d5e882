"""Holidays: read by everybody, imported by coordinators of the whole partnership."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext as _p
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from scheduler import edge
from scheduler.domain import access, holiday_years
from scheduler.errors import Invalid, NotFound, StaleEdit
from scheduler.models.places import Partnership
from scheduler.web.door import act, viewer
from scheduler.web.frame import partnership_of_page
from scheduler.web.holidays import page
from scheduler.web.holidays.form import Change, ImportForm, change_by, lines_of, values_of

blueprint = Blueprint("holidays", __name__, url_prefix="/holidays")
YEAR = f"/<int(min={holiday_years.FIRST_YEAR}, max={holiday_years.LAST_YEAR}):year>"
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """This year."""
    return year(page.this_year())


@blueprint.get(YEAR)
def year(year: int) -> str:
    """A year by holiday and as a picture; what is not published says so."""
    with edge.read() as session:
        partnership = partnership_of_page(session)
        if partnership is None:
            return render_template("holidays/none.html")
        return render_template("holidays/year.html", **page.year_page(session, partnership, year))


@blueprint.get(f"{YEAR}/import")
def import_form(year: int) -> str:
    """The year as it stands, as lines to be corrected or pasted over."""
    with edge.read() as session:
        row = holiday_years.find_year(session, _editable(session).id, year)
        return _form_page(session, year, ImportForm(data=values_of(row)))


@blueprint.post(f"{YEAR}/import")
def bring(year: int) -> Answer:
    """Show what it would change, or import it."""
    form = ImportForm()
    with edge.read() as session:
        partnership = _editable(session)
        before = holiday_years.find_year(session, partnership.id, year)
        try:
            raw = form.raw(year)
        except Invalid:
            return _form_page(session, year, form), 422
        if "preview" in request.form:
            return _form_page(session, year, form, change=change_by(before, raw, year))
    try:
        with edge.write() as session:
            made = holiday_years.import_year(
                session, raw, year=year, partnership_id=partnership.id, version=form.read_version(), act=act()
            )
            version = made.version
    except StaleEdit as stale:
        form.version.data = str(stale.facts["current"])
        with edge.read() as session:
            now = holiday_years.find_year(session, partnership.id, year)
            change = change_by(now, raw, year)
            return _form_page(session, year, form, change=change, stale=True), 409
    _tell_imported(year, version, undoable=before is None or not holiday_years.is_imported(before))
    return redirect(url_for("holidays.year", year=year), 303)


@blueprint.post(f"{YEAR}/forget")
def forget(year: int) -> Answer:
    """Take an import back. What it said stands in the form, ready to be imported again.

    What somebody else has imported since the page was read is left alone, and looked at first.
    """
    try:
        with edge.write() as session:
            partnership = _editable(session)
            row = holiday_years.find_year(session, partnership.id, year)
            if row is None:
                raise NotFound("holidays.not_published", year=str(year))
            values = {"source": row.source, "notice": row.notice, "lines": lines_of(row)}
            version = request.form.get("version", row.version, type=int)
            left = holiday_years.forget_year(
                session, year=year, partnership_id=partnership.id, version=version, act=act()
            )
    except StaleEdit:
        flash(_("别人刚导入了 %(year)s 年的另一份，没有撤销。请看现在的内容。", year=year), "warning")
        return redirect(url_for("holidays.year", year=year), 303)
    form = ImportForm(None, data={**values, "version": str(left.version if left else 0)})
    with edge.read() as session:
        return _form_page(session, year, form, forgotten=(left is not None and "package") or "nothing")


def _editable(session: Session) -> Partnership:
    """The partnership that the viewer works in; Forbidden unless its regions are theirs to keep."""
    partnership = partnership_of_page(session)
    access.require(partnership is not None and access.can_edit_regions(viewer(), partnership.id))
    assert partnership is not None
    return partnership


def _tell_imported(year: int, version: int, *, undoable: bool) -> None:
    text = _("已导入 %(year)s 年的节假日。", year=year)
    if undoable:
        undo = {"url": url_for("holidays.forget", year=year), "fields": {"version": version}}
        flash({"text": text, "action": _p("flash", "撤销"), **undo}, "undo")  # type: ignore[arg-type]
    else:
        flash(text, "success")


def _form_page(
    session: Session, year: int, form: ImportForm, *, change: Change | None = None, **more: Any
) -> str:
    partnership = partnership_of_page(session)
    assert partnership is not None
    row = holiday_years.find_year(session, partnership.id, year)
    return render_template(
        "holidays/import.html",
        year=year,
        form=form,
        change=change,
        row=row,
        imported=row is not None and holiday_years.is_imported(row),
        **more,
    )
