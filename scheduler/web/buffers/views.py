"""Buffers: read by everybody, set by coordinators of the whole partnership, one kind at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext as _p
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from scheduler import edge
from scheduler.domain import access, buffers
from scheduler.domain.buffers import Margin, default_margin, load_margins
from scheduler.errors import Invalid
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.models.places import Partnership
from scheduler.web.buffers.form import BufferForm, undo_fields, values_of
from scheduler.web.door import act, viewer
from scheduler.web.forms import put_problems
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.wording import label

blueprint = Blueprint("buffers", __name__, url_prefix="/buffers")
KIND = f"/<any({', '.join(BookingKind)}):kind>"
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """The kind that the address names, else lessons: the minutes of every role."""
    asked = request.args.get("kind")
    kind = BookingKind(asked) if asked in set(BookingKind) else BookingKind.LESSON
    with edge.read() as session:
        partnership = partnership_of_page(session)
        if partnership is None:
            return render_template("buffers/none.html")
        form = BufferForm(None, data=values_of(load_margins(session, partnership.id, kind)))
        return _page(session, partnership, kind, form)


@blueprint.post(KIND)
def save(kind: str) -> Answer:
    """Set all roles of the kind at once."""
    form, chosen = BufferForm(), BookingKind(kind)
    try:
        with edge.write() as session:
            partnership = _editable(session)
            before = load_margins(session, partnership.id, chosen)
            buffers.set_buffers(session, form.raw(chosen, before), partnership_id=partnership.id, act=act())
            after = load_margins(session, partnership.id, chosen)
    except Invalid as error:
        put_problems(form, error.problems)
        with edge.read() as session:
            return _page(session, _editable(session), chosen, form), 422
    return _saved(chosen, before, after)


@blueprint.post(f"{KIND}/reset")
def reset(kind: str) -> Response:
    """Let the default hold again, for one role or for all."""
    chosen, asked = BookingKind(kind), request.form.get("role")
    roles = [role for role in ParticipantRole if asked in (None, role.value)]
    with edge.write() as session:
        partnership = _editable(session)
        before = load_margins(session, partnership.id, chosen)
        for role in roles:
            buffers.reset_buffer(session, partnership_id=partnership.id, kind=chosen, role=role, act=act())
        after = load_margins(session, partnership.id, chosen)
    return _saved(chosen, before, after)


def _editable(session: Session) -> Partnership:
    """The partnership that the viewer works in; Forbidden unless its regions are theirs to keep."""
    partnership = partnership_of_page(session)
    access.require(partnership is not None and access.can_edit_regions(viewer(), partnership.id))
    assert partnership is not None
    return partnership


def _saved(
    kind: BookingKind, before: Mapping[ParticipantRole, Margin], after: Mapping[ParticipantRole, Margin]
) -> Response:
    """Back to the page, told what holds now, with the way back."""
    changed = {role: margin for role, margin in before.items() if margin != after[role]}
    if changed:
        text = _("已保存。以后新建的活动、改了时间或人员的活动按它占用，已有的不变。")
        undo = {"url": url_for("buffers.save", kind=kind), "fields": undo_fields(changed)}
        flash({"text": text, "action": _p("flash", "撤销"), **undo}, "undo")  # type: ignore[arg-type]
    else:
        flash(_("没有变化。"), "success")
    return redirect(url_for("buffers.index", kind=kind), 303)


def _page(session: Session, partnership: Partnership, kind: BookingKind, form: BufferForm) -> str:
    margins = load_margins(session, partnership.id, kind)
    form.name_roles()
    return render_template(
        "buffers/index.html",
        form=form,
        kind=kind,
        kind_name=label(language(), kind),
        tabs=[
            {
                "label": label(language(), one),
                "url": url_for("buffers.index", kind=one),
                "active": one is kind,
            }
            for one in BookingKind
        ],
        roles={role.value: _role(kind, role, margins[role]) for role in ParticipantRole},
        any_set=any(margin != default_margin(kind, role) for role, margin in margins.items()),
        may_edit=access.can_edit_regions(viewer(), partnership.id),
    )


def _role(kind: BookingKind, role: ParticipantRole, margin: Margin) -> dict[str, Any]:
    default = default_margin(kind, role)
    return {
        "name": label(language(), role),
        "margin": _margin_words(margin),
        "default": _margin_words(default),
        "is_set": margin != default,
    }


def _margin_words(margin: Margin) -> str:
    if margin == Margin():
        return _("不留")
    if not margin.after:
        return _("提前 %(before)s 分钟", before=margin.before)
    if not margin.before:
        return _("延后 %(after)s 分钟", after=margin.after)
    return _("提前 %(before)s、延后 %(after)s 分钟", before=margin.before, after=margin.after)
