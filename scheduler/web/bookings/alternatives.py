"""Other times and other people, as buttons that fill the very form: no JavaScript, nothing typed is lost."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.domain.availability import ask
from scheduler.domain.holds import Span
from scheduler.domain.plans import read_span
from scheduler.domain.slots.nearest import nearest_times, substitutes
from scheduler.domain.times import local_day
from scheduler.errors import Clash, Invalid, Objected, TongtangError
from scheduler.models.resources import Resource, ResourceKind, Room, SchoolClass
from scheduler.web.around_words import objection_lines
from scheduler.web.bookings.asked import Asked, id_of
from scheduler.web.bookings.form import BookingForm
from scheduler.web.bookings.options import Options
from scheduler.web.bookings.values import time_values
from scheduler.web.door import zone
from scheduler.web.locale import language
from scheduler.wording import interval_words
from scheduler.wording.moments import distance_words

FEW, MORE = 3, 6
"""Times offered below a clash, and when they are asked for."""
MOST_BUSY = 10
"""So many of the busy get stand-ins."""
REPLACED = frozenset({ResourceKind.PERSON, ResourceKind.ROOM, ResourceKind.ACCOUNT, ResourceKind.KIT})
"""A class is not replaced by another: they are other pupils."""
_SLOT = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) (\d{2}:\d{2})", re.ASCII)


def ways_out(
    session: Session,
    asked: Asked | None,
    error: TongtangError | None,
    *,
    find: bool,
    desk: tuple[BookingForm, Options] | None = None,
) -> dict[str, Any]:
    """What speaks against the time and what could be done: {objections, times, stand_ins, found}.

    ``find``: times are asked for, whether or not anything is wrong; ``desk``: the form whose people and
    rooms could be changed too.
    """
    refused = isinstance(error, Clash | Objected)
    told: dict[str, Any] = {
        "objections": objection_lines(error.objections) if isinstance(error, Clash | Objected) else [],
        "times": None,
        "stand_ins": {},
        "found": None,
    }
    if asked is None:
        return {
            **told,
            "found": {"times": [], "words": _("先选好参加的人或班级，并填好日期和时间。")} if find else None,
        }
    if refused:
        told["times"] = times_to_offer(session, asked, most=FEW)
        told["stand_ins"] = stand_ins(session, desk, asked, error) if desk else {}
    elif find:
        told["found"] = _found(session, asked)
    return told


def times_to_offer(session: Session, asked: Asked, *, most: int) -> list[dict[str, str]]:
    """The nearest times at which it could be booked: {value, words, relative}."""
    found = nearest_times(
        session,
        asked.question,
        asked.span,
        partnership_id=asked.partnership_id,
        zone=zone(),
        not_before=clock.now(),
        leave_out=asked.leave_out,
        most=most,
    )
    # A form says one date: what ends at midnight cannot be typed into it.
    return [_offered(one) for one in found if len(set(_days(one))) == 1]


def fill_time(form: Any, value: str) -> str:
    """Put an offered time into the form; what to say of it, "" for what was never offered."""
    match = _SLOT.fullmatch(value)
    values = dict(zip(("date", "starts", "ends"), match.groups(), strict=True)) if match else {}
    try:
        span = read_span(values, zone=zone())
    except Invalid:
        return ""
    for name, text in values.items():
        form[name].data = text
    words = interval_words(span.starts_at, span.ends_at, language(), zone())
    return _("时间已换成 %(time)s，还没有保存。", time=words)


def fill_stand_in(form: BookingForm, value: str, options: Options) -> str:
    """Put an offered stand-in ("people-0-person_id:17") into its field; what to say of it, or ""."""
    name, _colon, given = value.partition(":")
    field = next((field for field, _role in form.choosers() if field.name == name), None)
    resource = options.resources.get(id_of(given))
    if field is None or resource is None or resource.kind not in REPLACED:
        return ""
    field.data = str(resource.id)
    return _("已换成 %(name)s，还没有保存。", name=resource.name)


def stand_ins(
    session: Session, desk: tuple[BookingForm, Options], asked: Asked, error: TongtangError | None
) -> dict[int, list[dict[str, str]]]:
    """Busy resource id → buttons {value, words} of who could come instead, for the first of the busy."""
    form, options = desk
    kinds = {one.resource_id: one.kind for one in asked.question.wanted}
    busy = [one for one in _in_the_way(error) if kinds.get(one) in REPLACED][:MOST_BUSY]
    found = substitutes(
        session,
        asked.question,
        asked.span,
        busy,
        partnership_id=asked.partnership_id,
        leave_out=asked.leave_out,
    )
    seated = _seated(form, options)
    return {
        resource_id: [
            {"value": f"{field.name}:{row.id}", "words": row.name}
            for field in form.fields_of(resource_id)[:1]
            for row in rows
            if row.id in options.resources and _fits(row, seated.get(field.name))
        ]
        for resource_id, rows in found.items()
    }


def _found(session: Session, asked: Asked) -> dict[str, Any]:
    """Whether the time itself would do, and the nearest others."""
    answer = ask(
        session,
        asked.question,
        asked.span,
        partnership_id=asked.partnership_id,
        leave_out=asked.leave_out,
    )
    time = interval_words(asked.span.starts_at, asked.span.ends_at, language(), zone())
    words = (
        _("您填的 %(time)s，大家都有空。", time=time)
        if answer.is_free
        else _("您填的 %(time)s 不行，点“先看有没有冲突”看是谁。", time=time)
    )
    return {"times": times_to_offer(session, asked, most=MORE), "words": words}


def _in_the_way(error: TongtangError | None) -> list[int]:
    """Ids of the resources that are busy or that a rule keeps out, each once."""
    busy = [one.resource_id for one in error.conflicts] if isinstance(error, Clash) else []
    said = error.objections if isinstance(error, Clash | Objected) else ()
    kinds = set(ResourceKind)
    return list(dict.fromkeys(busy + [one.subject_id for one in said if one.subject_kind in kinds]))


def _seated(form: BookingForm, options: Options) -> dict[str, int]:
    """Name of a receiving room's field → pupils of the class that is to sit there."""
    found = {}
    for row in form.receiving:
        pupils = options.resources.get(id_of(row.form.class_id.data))
        if isinstance(pupils, SchoolClass):
            found[row.form.room_id.name] = pupils.head_count
    return found


def _fits(row: Resource, pupils: int | None) -> bool:
    return pupils is None or not isinstance(row, Room) or row.seats is None or pupils <= row.seats


def _offered(span: Span) -> dict[str, str]:
    values = time_values(span.starts_at, span.ends_at, zone())
    return {
        "value": f"{values['date']} {values['starts']} {values['ends']}",
        "words": interval_words(span.starts_at, span.ends_at, language(), zone()),
        "relative": distance_words(_days(span)[0], local_day(clock.now(), zone()), language()),
    }


def _days(span: Span) -> tuple[date, date]:
    return local_day(span.starts_at, zone()), local_day(span.ends_at, zone())
