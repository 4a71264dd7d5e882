"""The directory: what every shelf holds, looked up and kept by those who may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from scheduler import edge
from scheduler.domain import access, directory
from scheduler.domain.shelves import SHELVES, Shelf
from scheduler.errors import Invalid, StaleEdit
from scheduler.web.addresses import ID
from scheduler.web.directory import lists, pages
from scheduler.web.directory.choices import resource_fields
from scheduler.web.directory.entry_forms import (
    changes_form,
    chosen_parent,
    fixed_place,
    is_offered,
    new_entry_form,
    own_fields,
)
from scheduler.web.directory.pages import may_edit, parent_of
from scheduler.web.directory.shelf_pages import PARENT_SHELF, SHELF_PAGES
from scheduler.web.door import act, viewer, zone
from scheduler.web.field_forms import Options, make_form
from scheduler.web.field_words import differences
from scheduler.web.forms import put_problems, raw_of
from scheduler.web.locale import language
from scheduler.wording import explain

blueprint = Blueprint("directory", __name__, url_prefix="/directory")
SHELF = f"/<any({', '.join(SHELVES)}):key>"
ENTRY = f"{SHELF}/<{ID}:entry_id>"
ORGANISATION = f"/organisations/<{ID}:entry_id>"
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """Every shelf with its count, and the organisations by region."""
    with edge.read() as session:
        return render_template("directory/index.html", **lists.overview(session))


@blueprint.get(SHELF)
def shelf(key: str) -> str:
    """One shelf: searched, narrowed, in pages."""
    with edge.read() as session:
        return render_template("directory/shelf.html", **lists.shelf_list(session, SHELVES[key]))


@blueprint.get(ENTRY)
def entry(key: str, entry_id: int) -> str:
    """One entry: its facts, what is coming up with it, what belongs to it, what happened to it."""
    shelf = SHELVES[key]
    with edge.read() as session:
        found = _seen(session, shelf, entry_id)
        return _entry_page(session, shelf, found, pages.former_name_form())


@blueprint.get(f"{SHELF}/new")
def new_form(key: str) -> str:
    """A form for a new entry; the address may name what it belongs to. Where the entry can refer to what
    its organisation has, the organisation is asked for first.
    """
    shelf = SHELVES[key]
    with edge.read() as session:
        options = lists.require_new(session, shelf)
        parent = chosen_parent(shelf, options)
        if resource_fields(shelf) and options[shelf.parent] and not is_offered(shelf, options, parent):
            return _place_page(shelf, options)
        values = {**directory.DEFAULTS, **({shelf.parent: str(parent)} if parent else {})}
        form = new_entry_form(session, shelf, options, parent, values=values)
        return _new_page(shelf, form)


@blueprint.post(f"{SHELF}/new")
def create(key: str) -> Answer:
    """Add it; then show it, or ask for the next one."""
    shelf = SHELVES[key]
    with edge.read() as session:
        options = lists.require_new(session, shelf)
        parent = request.form.get(shelf.parent, None, type=int) if shelf.parent else None
        form = new_entry_form(session, shelf, options, parent)
    try:
        with edge.write() as session:
            made = directory.create_entry(session, shelf, raw_of(form), viewer=viewer(), act=act())
    except Invalid as error:
        put_problems(form, error.problems)
        return _new_page(shelf, form), 422
    flash(_("已新建“%(name)s”。", name=made.name), "success")
    if "again" in request.form:
        belongs = {shelf.parent: getattr(made, shelf.parent)} if shelf.parent else {}
        return redirect(url_for("directory.new_form", key=key, **belongs), 303)
    return redirect(_saved_url(shelf, made.id), 303)


@blueprint.get(f"{ENTRY}/edit")
def edit_form(key: str, entry_id: int) -> str:
    """The entry as it stands, to be changed."""
    shelf = SHELVES[key]
    with edge.read() as session:
        found = _editable(session, shelf, entry_id)
        form = changes_form(session, shelf, found, values=pages.typed_values(shelf, found))
        return _edit_page(shelf, found, form, version=found.version)


@blueprint.post(f"{ENTRY}/edit")
def edit(key: str, entry_id: int) -> Answer:
    """Change it; somebody else's change in between is shown beside what was typed."""
    shelf, version = SHELVES[key], request.form.get("version", 0, type=int)
    with edge.read() as session:
        form = changes_form(session, shelf, _editable(session, shelf, entry_id))
    try:
        with edge.write() as session:
            found = _editable(session, shelf, entry_id)
            directory.change_entry(session, shelf, found, raw_of(form), version=version, act=act())
    except Invalid as error:
        put_problems(form, error.problems)
        return _edit_again(shelf, entry_id, form, version=version), 422
    except StaleEdit:
        return _edit_again(shelf, entry_id, form, version=None), 409
    flash(_("已保存“%(name)s”。", name=found.name), "success")
    return redirect(_saved_url(shelf, entry_id), 303)


@blueprint.post(f"{ENTRY}/retire")
def retire(key: str, entry_id: int) -> Response:
    """Take it out of every choice; one click brings it back."""
    name = _set_retired(key, entry_id, retired=True)
    again = url_for("directory.restore", key=key, entry_id=entry_id)
    if SHELF_PAGES[key].is_time:
        text = _("“%(name)s”已撤销，不再算数。", name=name)
    else:
        text = _("“%(name)s”已停用：不再出现在选择里，已有的活动不变。", name=name)
    flash({"text": text, "action": _("恢复"), "url": again}, "undo")  # type: ignore[arg-type]
    return redirect(url_for("directory.entry", key=key, entry_id=entry_id), 303)


@blueprint.post(f"{ENTRY}/restore")
def restore(key: str, entry_id: int) -> Response:
    """Bring it back; said why, where something else took its place meanwhile."""
    try:
        flash(_("已恢复“%(name)s”。", name=_set_retired(key, entry_id, retired=False)), "success")
    except Invalid as error:
        for problem in error.problems:
            flash(explain(problem, language(), zone=zone()), "danger")
    return redirect(url_for("directory.entry", key=key, entry_id=entry_id), 303)


@blueprint.post(f"{ORGANISATION}/former-names")
def add_former_name(entry_id: int) -> Answer:
    """Note the name that an organisation bore until a day."""
    shelf, form = SHELVES["organisations"], pages.former_name_form()
    try:
        with edge.write() as session:
            directory.add_former_name(session, _editable(session, shelf, entry_id), raw_of(form), act=act())
    except Invalid as error:
        put_problems(form, error.problems)
        with edge.read() as session:
            return _entry_page(session, shelf, _seen(session, shelf, entry_id), form), 422
    flash(_("已登记曾用名。那天以前的活动按曾用名显示。"), "success")
    return redirect(url_for("directory.entry", key=shelf.key, entry_id=entry_id), 303)


@blueprint.post(f"{ORGANISATION}/former-names/<{ID}:former_id>/remove")
def remove_former_name(entry_id: int, former_id: int) -> Response:
    """Take back a former name that was entered by mistake."""
    shelf = SHELVES["organisations"]
    with edge.write() as session:
        directory.remove_former_name(session, _editable(session, shelf, entry_id), former_id, act=act())
    flash(_("已删除曾用名。"), "success")
    return redirect(url_for("directory.entry", key=shelf.key, entry_id=entry_id), 303)


def _seen(session: Session, shelf: Shelf, entry_id: int) -> Any:
    """The entry; NotFound when it is another partnership's."""
    found = directory.get_entry(session, shelf, entry_id)
    seen = access.can_see_partnership(viewer(), directory.partnership_of(found))
    access.require(seen, visible=seen)
    return found


def _editable(session: Session, shelf: Shelf, entry_id: int) -> Any:
    """The entry; Forbidden when the viewer may look at it but not change it."""
    found = _seen(session, shelf, entry_id)
    access.require(may_edit(shelf, found))
    return found


def _set_retired(key: str, entry_id: int, *, retired: bool) -> str:
    """Answers the name. The entry may have changed since the page was made: retiring loses nothing."""
    shelf = SHELVES[key]
    verb = directory.retire_entry if retired else directory.restore_entry
    with edge.write() as session:
        found = _editable(session, shelf, entry_id)
        if bool(found.retired_at) != retired:
            verb(session, shelf, found, version=found.version, act=act())
        return str(found.name)


def _saved_url(shelf: Shelf, entry_id: int) -> str:
    """Where a saved entry is shown: where what it means is told, if there is such a page."""
    after = SHELF_PAGES[shelf.key].after
    if after in current_app.view_functions:
        return url_for(after, **{f"{shelf.model.__tablename__}_id": entry_id})
    return url_for("directory.entry", key=shelf.key, entry_id=entry_id)


def _place_page(shelf: Shelf, options: Options) -> str:
    """The first of two steps: whose."""
    wanted = [field for field in shelf.fields if field.name == shelf.parent]
    return render_template(
        "directory/place.html",
        key=shelf.key,
        page=SHELF_PAGES[shelf.key],
        form=make_form(wanted, options=options),
    )


def _entry_page(session: Session, shelf: Shelf, found: Any, form: FlaskForm) -> str:
    facts = pages.entry_facts(session, shelf, found)
    return render_template("directory/entry.html", former_name_form=form, **facts)


def _new_page(shelf: Shelf, form: FlaskForm) -> str:
    return render_template(
        "directory/new.html",
        key=shelf.key,
        page=SHELF_PAGES[shelf.key],
        form=form,
        parent_page=SHELF_PAGES[PARENT_SHELF[shelf.key]] if shelf.parent else None,
        parent_key=PARENT_SHELF.get(shelf.key),
        place=fixed_place(shelf, form),
        place_field=shelf.parent,
        without_parent=bool(shelf.parent) and len(list(form[shelf.parent].iter_choices())) < 2,
    )


def _edit_page(shelf: Shelf, found: Any, form: FlaskForm, *, version: int, stale: Any = None) -> str:
    return render_template(
        "directory/edit.html",
        key=shelf.key,
        page=SHELF_PAGES[shelf.key],
        found=found,
        parent=parent_of(found),
        form=form,
        version=version,
        stale=stale,
    )


def _edit_again(shelf: Shelf, entry_id: int, form: FlaskForm, *, version: int | None) -> str:
    """The form with what was typed; without a ``version``, beside what was saved meanwhile."""
    with edge.read() as session:
        found = _seen(session, shelf, entry_id)
        if version is not None:
            return _edit_page(shelf, found, form, version=version)
        saved = {field.name: getattr(found, field.name) for field in own_fields(shelf)}
        names = {
            value: words
            for field in resource_fields(shelf)
            for value, words, *_more in form[field.name].iter_choices()
        }
        reading = replace(pages.reading_of(shelf, found), names=names)
        stale = differences(own_fields(shelf), saved, raw_of(form), reading)
        return _edit_page(shelf, found, form, version=found.version, stale=stale)
