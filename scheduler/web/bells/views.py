"""Bell schedules: looked at by everybody, kept by those who keep the school's rooms and classes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from scheduler import edge
from scheduler.domain import access, bell_schedules, directory
from scheduler.domain.bell_plans import COPY_FIELDS, SCHEDULE_FIELDS
from scheduler.domain.fields import Bad, Field, Reference
from scheduler.domain.shelves import SHELVES
from scheduler.domain.text_fields import Text
from scheduler.errors import Invalid, NotFound, Problem, StaleEdit
from scheduler.models.places import Organisation, OrganisationKind
from scheduler.models.school_time import BellSchedule, PeriodKind
from scheduler.web.addresses import ID, id_argument
from scheduler.web.bells import page
from scheduler.web.bells.form import BellForm, lines_of, values_of
from scheduler.web.door import act, viewer
from scheduler.web.field_forms import make_form
from scheduler.web.field_words import differences, history_lines
from scheduler.web.forms import put_problems, raw_of
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language, name_of
from scheduler.wording import explain
from scheduler.wording.labels import LABELS

blueprint = Blueprint("bells", __name__, url_prefix="/bells")
SCHOOL = f"/schools/<{ID}:school_id>"
ONE = f"/<{ID}:schedule_id>"
SOURCE = Reference(name="source_id", label="复制哪一份", table="bell_schedule", required=True)
HISTORY: tuple[Field, ...] = (
    *SCHEDULE_FIELDS,
    *(Text(name=kind.value, label=LABELS["PeriodKind"][kind.value]) for kind in PeriodKind),
)
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """Every school with what is in effect today, and what is missing."""
    with edge.read() as session:
        partnership = partnership_of_page(session)
        facts = page.overview(session, partnership.id if partnership else None)
        return render_template("bells/index.html", **facts)


@blueprint.get(SCHOOL)
def school(school_id: int) -> str:
    """All schedules of a school as one timetable."""
    with edge.read() as session:
        return render_template("bells/school.html", **page.school_page(session, _seen(session, school_id)))


@blueprint.get(f"{SCHOOL}/new")
def new_form(school_id: int) -> str:
    """An empty table."""
    with edge.read() as session:
        return _form_page(_editable(session, school_id), BellForm(data=values_of(None)))


@blueprint.post(f"{SCHOOL}/new")
def create(school_id: int) -> Answer:
    """Add the schedule, or give the table one more row."""
    form = BellForm()
    with edge.read() as session:
        place = _editable(session, school_id)
        if "add" in request.form:
            form.add_row()
            return _form_page(place, form)
    try:
        with edge.write() as session:
            raw = {**form.raw(), "organisation_id": school_id}
            made = bell_schedules.create_schedule(session, raw, viewer=viewer(), act=act())
            _tell_saved(session, made)
    except Invalid as error:
        put_problems(form, form.at_typed_rows(error.problems))
        return _form_page(place, form), 422
    return redirect(url_for("bells.school", school_id=school_id), 303)


@blueprint.get(f"{SCHOOL}/copy")
def copy_form(school_id: int) -> str:
    """Which schedule to copy, its new name and days; ``source`` in the address is chosen already."""
    with edge.read() as session:
        place, source_id = _editable(session, school_id), id_argument("source")
        sources = _sources(session, place)
        name = next((one.name for one in sources if one.id == source_id), "")
        values = {SOURCE.name: str(source_id or ""), "name": name}
        return _copy_page(place, _copying(sources, values=values))


@blueprint.post(f"{SCHOOL}/copy")
def copy(school_id: int) -> Answer:
    """Copy it."""
    with edge.read() as session:
        place = _editable(session, school_id)
        form = _copying(_sources(session, place))
    try:
        with edge.write() as session:
            _tell_saved(session, _copy(session, place, raw_of(form)))
    except Invalid as error:
        put_problems(form, error.problems)
        return _copy_page(place, form), 422
    return redirect(url_for("bells.school", school_id=school_id), 303)


@blueprint.get(f"{ONE}/edit")
def edit_form(schedule_id: int) -> str:
    """The table as it stands."""
    with edge.read() as session:
        schedule = _own(session, schedule_id)
        return _edit_page(session, schedule, BellForm(data=values_of(schedule)))


@blueprint.post(f"{ONE}/edit")
def edit(schedule_id: int) -> Answer:
    """Change it; somebody else's change in between is shown beside what was typed."""
    form, version = BellForm(), request.form.get("version", 0, type=int)
    if "add" in request.form:
        form.add_row()
        with edge.read() as session:
            return _edit_page(session, _own(session, schedule_id), form)
    try:
        with edge.write() as session:
            schedule = _own(session, schedule_id)
            bell_schedules.change_schedule(session, schedule, form.raw(), version=version, act=act())
            _tell_saved(session, schedule)
            school_id = schedule.organisation_id
    except Invalid as error:
        put_problems(form, form.at_typed_rows(error.problems))
        with edge.read() as session:
            return _edit_page(session, _own(session, schedule_id), form), 422
    except StaleEdit:
        with edge.read() as session:
            return _stale_page(session, _own(session, schedule_id), form), 409
    return redirect(url_for("bells.school", school_id=school_id), 303)


@blueprint.post(f"{ONE}/retire")
def retire(schedule_id: int) -> Response:
    """Let it ring no more; one click brings it back."""
    with edge.write() as session:
        schedule = _own(session, schedule_id)
        if schedule.retired_at is None:
            bell_schedules.retire_schedule(session, schedule, version=schedule.version, act=act())
        name, school_id = schedule.name, schedule.organisation_id
    text = _("“%(name)s”已停用，不再按它核对时间。", name=name)
    again = url_for("bells.restore", schedule_id=schedule_id)
    flash({"text": text, "action": _("恢复"), "url": again}, "undo")  # type: ignore[arg-type]
    return redirect(url_for("bells.school", school_id=school_id), 303)


@blueprint.post(f"{ONE}/restore")
def restore(schedule_id: int) -> Response:
    """Bring it back, unless another one has its days by now."""
    try:
        with edge.write() as session:
            schedule = _own(session, schedule_id)
            school_id, name = schedule.organisation_id, schedule.name
            if schedule.retired_at is not None:
                bell_schedules.restore_schedule(session, schedule, version=schedule.version, act=act())
    except Invalid as error:
        flash(explain(error.problems[0], language()), "warning")
    else:
        flash(_("已恢复“%(name)s”。", name=name), "success")
    return redirect(url_for("bells.school", school_id=school_id), 303)


def _seen(session: Session, school_id: int) -> Organisation:
    """The school; NotFound for another partnership's, and for what is no school."""
    found: Organisation = directory.get_entry(session, SHELVES["organisations"], school_id)
    seen = access.can_see_partnership(viewer(), found.partnership_id)
    if not seen or found.kind is not OrganisationKind.SCHOOL:
        raise NotFound("directory.not_found")
    return found


def _editable(session: Session, school_id: int) -> Organisation:
    found = _seen(session, school_id)
    access.require(access.can_edit_resources(viewer(), found))
    return found


def _own(session: Session, schedule_id: int) -> BellSchedule:
    """The schedule; Forbidden when the viewer may look at it but not change it."""
    schedule = bell_schedules.get_schedule(session, schedule_id, viewer=viewer())
    access.require(access.can_edit_resources(viewer(), schedule.organisation))
    return schedule


def _sources(session: Session, place: Organisation) -> list[BellSchedule]:
    """What can be copied: the school's own first, then those of the others."""
    query = bell_schedules.schedules(viewer(), partnership_id=place.partnership_id)
    found = session.scalars(query).all()
    return sorted(found, key=lambda one: (one.organisation_id != place.id, one.organisation.name))


def _copying(sources: list[BellSchedule], *, values: dict[str, Any] | None = None) -> FlaskForm:
    choices = [
        SelectChoice(
            str(one.id),
            f"{one.name}（{page.days_words(one.first_day, one.last_day)}）",
            optgroup=name_of(one.organisation),
        )
        for one in sources
    ]
    return make_form((SOURCE, *COPY_FIELDS), options={SOURCE.name: choices}, values=values)


def _copy(session: Session, place: Organisation, raw: dict[str, Any]) -> BellSchedule:
    try:
        source_id = SOURCE.clean(raw.pop(SOURCE.name))
        source = bell_schedules.get_schedule(session, source_id, viewer=viewer())
    except Bad as bad:
        raise Invalid([Problem(SOURCE.name, bad.code, bad.facts)]) from bad
    except NotFound as error:
        raise Invalid([Problem(SOURCE.name, "reference.unknown")]) from error
    raw["organisation_id"] = place.id
    return bell_schedules.copy_schedule(session, source, raw, viewer=viewer(), act=act())


def _tell_saved(session: Session, schedule: BellSchedule) -> None:
    """That it is saved, and which days of the school have no bells."""
    flash(_("已保存“%(name)s”。", name=schedule.name), "success")
    for gap in bell_schedules.school_gaps(session, schedule.organisation_id):
        flash(_("%(days)s 没有作息时间表，这段时间不核对节次。", days=page.gap_words(gap)), "warning")


def _form_page(place: Organisation, form: BellForm) -> str:
    form.offer()
    return render_template("bells/form.html", school=place, form=form, schedule=None, history=[])


def _edit_page(session: Session, schedule: BellSchedule, form: BellForm, **more: Any) -> str:
    form.offer()
    history = history_lines(session, "bell_schedule", schedule.id, HISTORY)
    return render_template(
        "bells/form.html", school=schedule.organisation, form=form, schedule=schedule, history=history, **more
    )


def _stale_page(session: Session, schedule: BellSchedule, form: BellForm) -> str:
    """The form with what was typed, beside what was saved meanwhile."""
    saved, typed = values_of(schedule), form.raw()
    lines = differences(SCHEDULE_FIELDS, saved, typed)
    periods = lines_of(saved["periods"]), lines_of(typed["periods"])
    if periods[0] != periods[1]:
        lines.append({"label": _("节次"), "one": periods[0], "other": periods[1]})
    form.version.data = saved["version"]
    return _edit_page(session, schedule, form, stale=lines)


def _copy_page(place: Organisation, form: FlaskForm) -> str:
    return render_template("bells/copy.html", school=place, form=form)
