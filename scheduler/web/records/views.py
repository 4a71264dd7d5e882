"""Records: what is still to be written, the form, the page of a filed one, the Word paper."""

from __future__ import annotations

import io
import re
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access, records
from scheduler.domain.bookings import get_visible_booking
from scheduler.domain.queries import whole_booking
from scheduler.domain.times import local_day
from scheduler.errors import Invalid, Refused, StaleEdit
from scheduler.models.bookings import Booking
from scheduler.models.records import Record, RecordState
from scheduler.papers.from_record import lesson_record_paper
from scheduler.papers.lesson_record import write_lesson_record
from scheduler.web.bookings.form import read_version
from scheduler.web.bookings.page import when_words
from scheduler.web.door import act, viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.forms import put_problems
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.web.records.form import RecordForm, values_of
from scheduler.web.records.listing import list_page
from scheduler.web.records.words import classes_of, differences, span_words
from scheduler.wording import label, moment_words

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NOT_IN_FILE_NAMES = re.compile(r'[\s/\\:*?"<>|\x00-\x1f]+')

blueprint = Blueprint("records", __name__)


@blueprint.get("/records")
def index() -> str:
    """What is due first, then drafts, then what is filed."""
    with edge.read() as session:
        partnership = partnership_of_page(session)
        return render_template("records/index.html", **list_page(session, partnership, now=clock.now()))


@blueprint.get("/bookings/<public_id>/record")
def edit(public_id: str) -> str:
    """The form, for who may write and while it is not filed; else the page to read."""
    with edge.read() as session:
        booking = _visible(session, public_id)
        record = records.get_record(session, booking)
        why_not = _why_not_writable(booking, record)
        if why_not is not None:
            return _page(booking, record, why_not)
        form = RecordForm(data=values_of(booking, record, classes_of(booking)))
        return _form_page(booking, record, form)


@blueprint.post("/bookings/<public_id>/record")
def save(public_id: str) -> ResponseReturnValue:
    """One more row, a saved draft, or the record filed."""
    form, filing = RecordForm(), "file" in request.form
    with edge.read() as session:
        booking = _writable(session, public_id)
        if form.add_row(request.form.get("add", "")):
            return _form_page(booking, records.get_record(session, booking), form)
    try:
        _save(public_id, form, filing=filing)
    except (Invalid, StaleEdit, Refused) as error:
        with edge.read() as session:
            booking = _writable(session, public_id)
            return _refused(booking, records.get_record(session, booking), form, error), status_of(error)
    flash(
        _("已归档。现在可以下载 Word 记录，打印签名盖章。") if "file" in request.form else _("草稿已保存。"),
        "success",
    )
    return redirect(url_for("records.edit", public_id=public_id), 303)


@blueprint.post("/bookings/<public_id>/record/reopen")
def reopen(public_id: str) -> ResponseReturnValue:
    """Take a filed record back to draft."""
    with edge.write() as session:
        booking = _writable(session, public_id)
        version = request.form.get("version", type=int) or 0
        records.reopen_record(session, booking, version=version, act=act())
    flash(_("已重新打开，改好后请再归档。"), "success")
    return redirect(url_for("records.edit", public_id=public_id), 303)


@blueprint.get("/bookings/<public_id>/record.docx")
def paper(public_id: str) -> ResponseReturnValue:
    """The Word record; before anything was entered, the form to fill in by hand."""
    with edge.read() as session:
        booking = _visible(session, public_id)
        content = lesson_record_paper(booking, records.get_record(session, booking), zone=zone())
    name = f"{content.date}_{_file_name(booking.title)}_远程互动教学活动记录.docx"
    document = io.BytesIO(write_lesson_record(content))
    return send_file(document, mimetype=WORD, as_attachment=True, download_name=name)


def _visible(session: Session, public_id: str) -> Booking:
    booking = get_visible_booking(session, public_id, viewer=viewer())
    session.get(Booking, booking.id, options=whole_booking(), populate_existing=True)
    return booking


def _writable(session: Session, public_id: str) -> Booking:
    booking = _visible(session, public_id)
    access.require(access.can_write_record(viewer(), booking))
    return booking


def _why_not_writable(booking: Booking, record: Record | None) -> str | None:
    """Why this viewer gets no form; "" for no reason but that it is filed; None when they do get it."""
    if record is not None and record.state is RecordState.FILED:
        return ""
    try:
        records.require_recordable(booking, at=clock.now())
    except Refused as refused:
        return words_of(refused)
    if not access.can_write_record(viewer(), booking):
        return _("您可以看这份记录；填写由协调员和参加单位的管理员来做。")
    return None


def _save(public_id: str, form: RecordForm, *, filing: bool) -> None:
    with edge.write() as session:
        booking = _writable(session, public_id)
        content = form.read(booking, classes_of(booking))
        record = records.save_record(session, booking, content, version=read_version(form), act=act())
        if filing:
            records.file_record(session, booking, version=record.version, act=act())


def _refused(
    booking: Booking, record: Record | None, form: RecordForm, error: Invalid | StaleEdit | Refused
) -> str:
    """The form with all that was typed, and what is wrong with it or what somebody else saved."""
    if isinstance(error, Invalid):
        put_problems(form, error.problems)
    elif isinstance(error, Refused) or record is None:
        form.form_errors.append(words_of(error))
    else:
        form.version.data = str(record.version)
        typed = form.read(booking, classes_of(booking))
        return _form_page(booking, record, form, differences=differences(booking, typed, record))
    return _form_page(booking, record, form)


def _form_page(booking: Booking, record: Record | None, form: RecordForm, **more: Any) -> str:
    classes = classes_of(booking)
    form.offer(classes)
    return render_template(
        "records/form.html",
        form=form,
        classes=classes,
        segments=booking.segments,
        **_head(booking, record),
        **more,
    )


def _page(booking: Booking, record: Record | None, why_not: str) -> str:
    counted = {row.class_id: row for row in record.attendances} if record else {}
    minutes = {row.segment_id: row.minutes for row in record.segment_minutes} if record else {}
    return render_template(
        "records/show.html",
        why_not=why_not,
        may_write=access.can_write_record(viewer(), booking),
        attendances=[(row, counted.get(row.class_id)) for row in classes_of(booking)],
        segments=[(segment, minutes.get(segment.id)) for segment in booking.segments],
        schools={row.class_id: row.school for row in classes_of(booking)},
        actual=span_words(record.actual_starts_at, record.actual_ends_at) if record else "",
        tested=_moment(record.link_tested_at) if record else "",
        filed_at=_moment(record.filed_at) if record else "",
        **_head(booking, record),
    )


def _head(booking: Booking, record: Record | None) -> dict[str, Any]:
    when = when_words(booking, local_day(clock.now(), zone()))
    return {"booking": booking, "record": record, "when": when, "label": partial(label, language())}


def _moment(instant: datetime | None) -> str:
    return moment_words(instant, language(), zone(), year=True) if instant else ""


def _file_name(title: str) -> str:
    """The title as part of a file name on any system."""
    return _NOT_IN_FILE_NAMES.sub("_", title).strip("._") or "活动"
