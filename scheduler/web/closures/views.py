"""What a closure hits, and moving it: entering the closure never fails, this comes after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access, closures
from scheduler.domain.closures import Hit
from scheduler.domain.times import local_day
from scheduler.errors import Forbidden, Invalid, MovesBlocked
from scheduler.models.openings import Closure
from scheduler.web.addresses import ID
from scheduler.web.around_words import objection_lines
from scheduler.web.bookings.page import when_words
from scheduler.web.calendar.agenda import agenda_line
from scheduler.web.closures.form import HitsForm, first_values, put
from scheduler.web.door import act, viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.locale import language, name_of
from scheduler.wording import conflict_words, label
from scheduler.wording.moments import stretch_words

blueprint = Blueprint("closures", __name__)


@blueprint.get(f"/closures/<{ID}:closure_id>/hits")
def hits(closure_id: int) -> str:
    """What the closure hits, each with new times."""
    with edge.read() as session:
        closure = closures.get_closure(session, closure_id, viewer=viewer())
        found = _hits(session, closure)
        form = HitsForm(data=first_values(found))
        return _page(session, closure, found, form)


@blueprint.post(f"/closures/<{ID}:closure_id>/hits")
def move(closure_id: int) -> ResponseReturnValue:
    """Move what is ticked, all or none."""
    form = HitsForm()
    try:
        with edge.write() as session:
            closure = closures.get_closure(session, closure_id, viewer=viewer())
            moved = closures.move_hits(session, closure, form.moves(), viewer=viewer(), act=act())
    except (Invalid, MovesBlocked, Forbidden) as error:
        with edge.read() as session:
            closure = closures.get_closure(session, closure_id, viewer=viewer())
            return _page(session, closure, _hits(session, closure), form, error), status_of(error)
    words = ngettext("已改 %(num)s 场活动的时间。", "已改 %(num)s 场活动的时间。", len(moved))
    flash(words, "success")
    return redirect(url_for("closures.hits", closure_id=closure_id), 303)


def _hits(session: Session, closure: Closure) -> list[Hit]:
    return closures.hits(session, closure, viewer=viewer(), zone=zone(), now=clock.now())


def _page(
    session: Session,
    closure: Closure,
    found: list[Hit],
    form: HitsForm,
    error: Invalid | MovesBlocked | Forbidden | None = None,
) -> str:
    rows = form.offer(found)
    if isinstance(error, Invalid):
        put(form, error)
    elif error is not None:
        form.form_errors.append(words_of(error))
    blocked = _blocked(error)
    today = local_day(clock.now(), zone())
    return render_template(
        "closures/hits.html",
        closure=closure,
        facts=_facts(closure),
        form=form,
        lines=[
            {
                **agenda_line(hit.booking),
                "id": hit.booking.public_id,
                "when": when_words(hit.booking, today),
                "row": rows.get(hit.booking.public_id),
                "may_move": access.can_change_booking(viewer(), hit.booking),
                "blocked": blocked.get(hit.booking.public_id, []),
            }
            for hit in found
        ],
        more=closures.count_hits(session, closure, viewer=viewer(), now=clock.now()) - len(found),
        may_move=any(access.can_change_booking(viewer(), hit.booking) for hit in found),
    )


def _facts(closure: Closure) -> list[tuple[str, Any]]:
    return [
        (_("单位"), name_of(closure.organisation)),
        (_("只停用"), closure.resource.name if closure.resource else None),
        (_("原因"), _("%(kind)s：%(name)s", kind=label(language(), closure.kind), name=closure.name)),
        (_("时间"), stretch_words(closure.starts_at, closure.ends_at, language(), zone())),
        (_("备注"), closure.note),
    ]


def _blocked(error: Exception | None) -> dict[str, list[str]]:
    """public id → why it cannot be where it was put."""
    if not isinstance(error, MovesBlocked):
        return {}
    return {
        one.booking_public_id: [
            *(conflict_words(conflict, language(), zone=zone()) for conflict in one.conflicts),
            *(line["sentence"] for line in objection_lines(one.objections)),
            *([_("别人刚改过这场活动，请看它现在的时间。")] if one.code else []),
        ]
        for one in error.moves
    }
