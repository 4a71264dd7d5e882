"""The record of a booking: read, write, file, reopen, and its Word document."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, caller, viewer
from scheduler.api.bodies import json_object, refuse_unknown
from scheduler.api.booking_bodies import Clock
from scheduler.api.bookings import visible_booking
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, File, Operation, operation
from scheduler.api.shapes.records import RecordShape
from scheduler.api.shapes.values import maybe_moment, moment
from scheduler.api.versions import VERSION, VERSION_BODY, etag, showing_current, take_version
from scheduler.domain import access, record_content, records
from scheduler.errors import NotFound
from scheduler.models.bookings import Booking
from scheduler.models.records import Record
from scheduler.papers.from_record import lesson_record_paper
from scheduler.papers.lesson_record import write_lesson_record

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_TIMES = (
    Clock(name="actual_starts", label="实际开始"),
    Clock(name="actual_ends", label="实际结束"),
    Clock(name="link_tested", label="联调时间"),
)
RECORD = Body(
    "RecordContent",
    (*record_content.RECORD_FIELDS, *_TIMES, VERSION),
    rows={name: (fields, record_content.MOST_ROWS) for name, fields in record_content.ROWS.items()},
)


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/bookings/<booking:public_id>/record", read_record, "GET"),
        ("/bookings/<booking:public_id>/record", write_record, "PUT"),
        ("/bookings/<booking:public_id>/record/file", file_record, "POST"),
        ("/bookings/<booking:public_id>/record/reopen", reopen_record, "POST"),
        ("/bookings/<booking:public_id>/record.docx", read_paper, "GET"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(Operation(summary="读取活动记录", tag="records", answers={200: RecordShape}))
def read_record(public_id: str) -> ResponseReturnValue:
    """What happened in the booking; 404 while nothing was entered."""
    with edge.read() as session:
        booking = visible_booking(session, public_id)
        return _answer(booking, existing_record(session, booking)).response()


@operation(
    Operation(
        summary="写入活动记录",
        tag="records",
        body=RECORD,
        answers={200: RecordShape, 201: RecordShape},
        fails=(403, 409),
        versioned=True,
    )
)
def write_record(public_id: str) -> ResponseReturnValue:
    """Write the draft as a whole; what is left out is emptied. The first one is version 0.

    Times are clock times of the booking's own day in the caller's zone, or instants with an offset.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        booking = _writable(session, public_id)
        version = take_version(raw, _version(session, booking))
        content = record_content.read_record(raw, booking, zone=caller().zone)
        record = records.save_record(session, booking, content, version=version, act=act())
        return _answer(booking, record, 200 if version else 201)

    with showing_current(lambda session: _current(session, public_id)):
        return changed(work)


@operation(
    Operation(
        summary="归档活动记录",
        tag="records",
        body=VERSION_BODY,
        answers={200: RecordShape},
        fails=(403, 409),
        versioned=True,
    )
)
def file_record(public_id: str) -> ResponseReturnValue:
    """File the record; every class needs its attendance. The booking is then recorded."""
    return _step(public_id, records.file_record)


@operation(
    Operation(
        summary="重新打开活动记录",
        tag="records",
        body=VERSION_BODY,
        answers={200: RecordShape},
        fails=(403, 409),
        versioned=True,
    )
)
def reopen_record(public_id: str) -> ResponseReturnValue:
    """Take a filed record back to draft, to correct it."""
    return _step(public_id, records.reopen_record)


@operation(Operation(summary="下载活动记录文档", tag="records", answers={200: File(WORD)}))
def read_paper(public_id: str) -> ResponseReturnValue:
    """The record as a Word document, in Chinese; before anything was entered, the form to fill in by hand."""
    with edge.read() as session:
        booking = visible_booking(session, public_id)
        paper = lesson_record_paper(booking, records.get_record(session, booking), zone=caller().zone)
    name = f"{paper.date}_{public_id}.docx"
    document = io.BytesIO(write_lesson_record(paper))
    return send_file(document, mimetype=WORD, as_attachment=True, download_name=name)


def _step(public_id: str, verb: Any) -> ResponseReturnValue:
    raw = json_object()

    def work(session: Session) -> Answer:
        booking = _writable(session, public_id)
        version = take_version(raw, _version(session, booking))
        refuse_unknown(raw)
        return _answer(booking, verb(session, booking, version=version, act=act()))

    with showing_current(lambda session: _current(session, public_id)):
        return changed(work)


def existing_record(session: Session, booking: Booking) -> Record:
    """The booking's record. Raises NotFound."""
    record = records.get_record(session, booking)
    if record is None:
        raise NotFound("record.missing", title=booking.title)
    return record


def show_record(booking: Booking, record: Record) -> RecordShape:
    """The record; its content has the names by which it is written."""
    return {
        "booking": booking.public_id,
        "state": record.state,
        "actual_starts": maybe_moment(record.actual_starts_at),
        "actual_ends": maybe_moment(record.actual_ends_at),
        "link_test": record.link_test,
        "link_tested": maybe_moment(record.link_tested_at),
        "equipment": record.equipment,
        "works": record.works,
        "questions_asked": record.questions_asked,
        "effect": record.effect,
        "reflection": record.reflection,
        "attendances": [
            {"class_id": row.class_id, "expected": row.expected, "present": row.present}
            for row in record.attendances
        ],
        "segments": [
            {"position": row.segment.position, "minutes": row.minutes} for row in record.segment_minutes
        ],
        "questions": [
            {"class_id": row.class_id, "question": row.question, "answer": row.answer}
            for row in record.questions
        ],
        "incidents": [
            {
                "kind": row.kind,
                "what": row.what,
                "handling": row.handling,
                "minutes_lost": row.minutes_lost,
            }
            for row in record.incidents
        ],
        "filed_at": maybe_moment(record.filed_at),
        "revised_at": moment(record.revised_at),
        "version": record.version,
    }


def _writable(session: Session, public_id: str) -> Booking:
    booking = visible_booking(session, public_id)
    access.require(access.can_write_record(viewer(), booking))
    return booking


def _version(session: Session, booking: Booking) -> int:
    record = records.get_record(session, booking)
    return record.version if record else 0


def _current(session: Session, public_id: str) -> tuple[int, Any]:
    booking = visible_booking(session, public_id)
    record = records.get_record(session, booking)
    return (record.version, show_record(booking, record)) if record else (0, None)


def _answer(booking: Booking, record: Record, status: int = 200) -> Answer:
    location = f"/api/v1/bookings/{booking.public_id}/record" if status == 201 else ""
    return Answer(dict(show_record(booking, record)), status, location, etag(record.version))
