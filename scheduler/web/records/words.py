"""A record in words: its classes, and two versions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from scheduler.domain.record_content import RecordContent
from scheduler.domain.records import record_facts
from scheduler.models.bookings import Booking, ParticipantRole, Side
from scheduler.models.records import IncidentKind, LinkTest, Record
from scheduler.models.resources import SchoolClass
from scheduler.web.bookings.changes import Difference
from scheduler.web.calendar.agenda import clock_words, site_name
from scheduler.web.door import zone
from scheduler.web.locale import joined, language
from scheduler.wording import label, moment_words


@dataclass(frozen=True)
class ClassWords:
    """A receiving class of a booking, as forms and pages name it."""

    class_id: int
    school: str
    name: str
    head_count: int
    assistants: str


def classes_of(booking: Booking) -> list[ClassWords]:
    """The receiving classes in the booking's order; schools by the name of its day."""
    rows = []
    for site in booking.sites:
        parts = [part for part in booking.participations if part.site_id == site.id]
        assistants = [part.resource.name for part in parts if part.role is ParticipantRole.ASSISTANT]
        rows += [
            ClassWords(
                part.resource_id,
                site_name(booking, site),
                part.resource.name,
                part.resource.head_count,
                joined(assistants),
            )
            for part in parts
            if site.side is Side.RECEIVING and isinstance(part.resource, SchoolClass)
        ]
    return rows


def differences(booking: Booking, typed: RecordContent, record: Record) -> list[Difference]:
    """What was typed against what is saved, where they differ."""
    mine, theirs = (
        _words(booking, facts) for facts in (_content_facts(booking, typed), record_facts(record))
    )
    return [Difference(name, mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]]


def span_words(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """10:04–11:31; with one end open while only the other is known."""
    if starts_at and ends_at:
        return clock_words(starts_at, ends_at)
    known = starts_at or ends_at
    if known is None:
        return ""
    clock = moment_words(known, language(), zone())[-5:]
    return f"{clock}–" if starts_at else f"–{clock}"


def _content_facts(booking: Booking, content: RecordContent) -> dict[str, Any]:
    """Typed content in the shape of record_facts."""
    segments = {segment.position: segment.id for segment in booking.segments}
    return {
        **content.values,
        "actual_starts_at": content.actual_starts_at,
        "actual_ends_at": content.actual_ends_at,
        "link_tested_at": content.link_tested_at,
        "attendances": [[row["class_id"], row["expected"], row["present"]] for row in content.attendances],
        "segments": [[segments[row["position"]], row["minutes"]] for row in content.segments],
        "questions": [[row["class_id"], row["question"], row["answer"]] for row in content.questions],
        "incidents": [
            [row["kind"].value, row["what"], row["handling"], row["minutes_lost"] or 0]
            for row in content.incidents
        ],
    }


def _words(booking: Booking, facts: Mapping[str, Any]) -> dict[str, str]:
    """Name → words of everything that a record says."""
    classes = {row.class_id: f"{row.school} {row.name}" for row in classes_of(booking)}
    segments = {segment.id: label(language(), segment.kind) for segment in booking.segments}
    tested = facts["link_tested_at"]
    questions = [[classes.get(key), *texts] for key, *texts in facts["questions"]]
    incidents = [
        [label(language(), IncidentKind(kind)), what, handling, _number(lost or None)]
        for kind, what, handling, lost in facts["incidents"]
    ]
    return {
        _("实际时间"): span_words(facts["actual_starts_at"], facts["actual_ends_at"]),
        _("实到／应到"): _lines(
            [classes.get(key), f"{there}/{all_}"] for key, all_, there in facts["attendances"]
        ),
        _("联调结果"): label(language(), LinkTest(facts["link_test"])),
        _("联调时间"): moment_words(tested, language(), zone()) if tested else "",
        _("设备与网络情况"): facts["equipment"],
        _("各环节实际分钟"): _lines([segments.get(key), str(minutes)] for key, minutes in facts["segments"]),
        _("问答总数"): _number(facts["questions_asked"]),
        _("问答"): _lines(questions),
        _("故障与处置"): _lines(incidents),
        _("手工作品件数"): _number(facts["works"]),
        _("效果"): facts["effect"],
        _("反思"): facts["reflection"],
    }


def _lines(rows: Iterable[Sequence[str | None]]) -> str:
    """A line for each row, of what there is in it."""
    return "\n".join(" · ".join(word for word in row if word) for row in rows)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
