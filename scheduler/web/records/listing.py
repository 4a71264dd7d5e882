"""The list of records: tabs with their counts, search, a page at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler.domain import access
from scheduler.domain.queries import PAGE, count
from scheduler.domain.record_lists import RecordStage, records
from scheduler.domain.times import local_day
from scheduler.models.bookings import Booking
from scheduler.models.places import Partnership
from scheduler.models.records import Record, RecordState
from scheduler.web.addresses import page_argument, words_argument
from scheduler.web.bookings.page import when_words
from scheduler.web.calendar.agenda import agenda_line
from scheduler.web.door import viewer, zone


def list_page(session: Session, partnership: Partnership | None, *, now: datetime) -> dict[str, Any]:
    """Everything that templates/records/index.html needs."""
    words, stage = words_argument(), _stage_argument()
    known = {"now": now, "partnership_id": partnership.id if partnership else None, "words": words}
    query = records(viewer(), stage=stage, **known)
    counts = {each: count(session, records(viewer(), stage=each, **known)) for each in (None, *RecordStage)}
    page, pages = page_argument(counts[stage])
    found = session.execute(query.limit(PAGE).offset((page - 1) * PAGE)).unique().all()
    return {
        "rows": [_row(booking, record, now) for booking, record in found],
        "words": words,
        "stage": stage or "",
        "tabs": _tabs(stage, words, counts),
        "page": page,
        "pages": pages,
        "page_url": lambda number: _url(stage, words, page=number),
    }


def _stage_argument() -> RecordStage | None:
    given = request.args.get("stage", "")
    return RecordStage(given) if given in set(RecordStage) else None


def _tabs(stage: RecordStage | None, words: str, counts: dict[Any, int]) -> list[dict[str, Any]]:
    names = {
        None: _("全部记录"),
        RecordStage.DUE: _("待填写"),
        RecordStage.DRAFT: _("草稿"),
        RecordStage.FILED: _("已归档"),
    }
    return [
        {"label": name, "url": _url(each, words), "active": each is stage, "count": counts[each]}
        for each, name in names.items()
    ]


def _url(stage: RecordStage | None, words: str, **more: Any) -> str:
    return url_for("records.index", stage=stage or None, words=words or None, **more)


def _row(booking: Booking, record: Record | None, now: datetime) -> dict[str, Any]:
    state = "due" if record is None else record.state.value
    counted = record.attendances if record else []
    return {
        **agenda_line(booking),
        "url": url_for("records.edit", public_id=booking.public_id),
        "paper_url": url_for("records.paper", public_id=booking.public_id),
        "when": when_words(booking, local_day(now, zone())),
        "state": state,
        "filed": record is not None and record.state is RecordState.FILED,
        "may_write": access.can_write_record(viewer(), booking),
        "present": sum(row.present for row in counted) if counted else None,
        "expected": sum(row.expected for row in counted) if counted else None,
    }
