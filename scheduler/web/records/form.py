"""The record form: its fields, what stands in it at first, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.widgets import DateInput, NumberInput, TimeInput

from scheduler.domain.fields import Bad, Day
from scheduler.domain.record_content import MOST_ROWS, RecordContent, read_record
from scheduler.domain.times import local_instant, read_clock
from scheduler.errors import Invalid, Problem
from scheduler.models.bookings import Booking
from scheduler.models.records import Attendance, Incident, IncidentKind, LinkTest, Question, Record
from scheduler.web.door import zone
from scheduler.web.forms import FieldList, choices_of, raw_of
from scheduler.web.records.words import ClassWords

GROWING = ("questions", "incidents")
"""Lists that one may add rows to; the others have a row for each class and segment."""
ROWS = ("attendances", "segments", *GROWING)
PLAIN = ("equipment", "works", "questions_asked", "effect", "reflection")


class AttendanceForm(Form):
    """Head counts of one receiving class."""

    class_id = HiddenField(_("班级"))
    expected = StringField(_("应到"), widget=NumberInput(min=0, max=1000))
    present = StringField(_("实到"), widget=NumberInput(min=0, max=1000))


class SegmentForm(Form):
    """How long one planned segment took."""

    position = HiddenField(_("环节"))
    minutes = StringField(_("实际分钟"), widget=NumberInput(min=0, max=1439))


class QuestionForm(Form):
    """A question of a class and its answer."""

    class_id = SelectField(_("提问班级"))
    question = TextAreaField(_("问题"))
    answer = TextAreaField(_("解答"))


class IncidentForm(Form):
    """Something that went wrong."""

    kind = SelectField(_("故障类型"))
    what = TextAreaField(_("故障情况"))
    handling = TextAreaField(_("处置"))
    minutes_lost = StringField(_("耽误分钟"), widget=NumberInput(min=0, max=1439))


class RecordForm(FlaskForm):
    """What is entered after the lesson, in the order of the paper."""

    actual_starts = StringField(_("实际开始"), widget=TimeInput())
    actual_ends = StringField(_("实际结束"), widget=TimeInput())
    attendances = FieldList(FormField(AttendanceForm), max_entries=MOST_ROWS + 1)
    link_test = SelectField(_("联调结果"))
    link_tested_on = StringField(_("联调日期"), widget=DateInput())
    link_tested = StringField(_("联调时间"), widget=TimeInput())
    equipment = TextAreaField(_("设备与网络情况"))
    segments = FieldList(FormField(SegmentForm), max_entries=MOST_ROWS + 1)
    questions_asked = StringField(_("问答总数"), widget=NumberInput(min=0, max=10_000))
    questions = FieldList(FormField(QuestionForm), max_entries=MOST_ROWS + 1)
    incidents = FieldList(FormField(IncidentForm), max_entries=MOST_ROWS + 1)
    works = StringField(_("手工作品件数"), widget=NumberInput(min=0, max=10_000))
    effect = TextAreaField(_("效果"))
    reflection = TextAreaField(_("反思"))
    version = HiddenField()

    def offer(self, classes: Sequence[ClassWords]) -> None:
        """Give every choice what can be chosen."""
        self.link_test.choices = choices_of(LinkTest)
        asking = [SelectChoice("", gettext("没有记下"))]
        asking += [SelectChoice(str(row.class_id), f"{row.school} {row.name}") for row in classes]
        for row in self.questions:
            row.form.class_id.choices = asking
        kinds = [SelectChoice("", gettext("请选择")), *choices_of(IncidentKind)]
        for row in self.incidents:
            row.form.kind.choices = kinds

    def add_row(self, name: str) -> bool:
        """Add an empty row to one of the lists that grow; False where there is no such list."""
        if name not in GROWING:
            return False
        if len(self[name]) < MOST_ROWS:
            self[name].append_entry()
        return True

    def read(self, booking: Booking, classes: Sequence[ClassWords]) -> RecordContent:
        """What was typed, without the rows that say nothing. Raises Invalid at the fields typed into."""
        raw, problems = raw_of(self), []
        del raw["version"]
        kept = {name: _said(raw[name], _UNSAID[name](classes)) for name in ROWS}
        for name in ROWS:
            raw[name] = [raw[name][index] for index in kept[name]]
        try:
            raw["link_tested"] = _link_tested(raw.pop("link_tested_on"), raw["link_tested"])
        except Invalid as error:
            raw["link_tested"] = ""
            problems += error.problems
        try:
            content = read_record(raw, booking, zone=zone())
        except Invalid as error:
            problems += [replace(problem, field=_typed_at(problem.field, kept)) for problem in error.problems]
        if problems:
            raise Invalid(problems)
        return content


def values_of(booking: Booking, record: Record | None, classes: Sequence[ClassWords]) -> dict[str, Any]:
    """What stands in the form at first: what was saved, else what is known from the booking."""
    if record is None:
        return {
            "version": "0",
            "link_test": LinkTest.NOT_DONE.value,
            "attendances": [_counts(row, None) for row in classes],
            "segments": [{"position": segment.position} for segment in booking.segments],
            **{name: [{}] for name in GROWING},
        }
    counted = {row.class_id: row for row in record.attendances}
    minutes = {row.segment_id: row.minutes for row in record.segment_minutes}
    return {
        **{name: getattr(record, name) for name in PLAIN},
        "version": str(record.version),
        "actual_starts": _clock(record.actual_starts_at),
        "actual_ends": _clock(record.actual_ends_at),
        "link_test": record.link_test.value,
        "link_tested_on": _day(record.link_tested_at),
        "link_tested": _clock(record.link_tested_at),
        "attendances": [_counts(row, counted.get(row.class_id)) for row in classes],
        "segments": [{"position": row.position, "minutes": minutes.get(row.id)} for row in booking.segments],
        "questions": [*map(_question, record.questions), {}],
        "incidents": [*map(_incident, record.incidents), {}],
    }


def _counts(row: ClassWords, counted: Attendance | None) -> dict[str, Any]:
    if counted is None:
        return {"class_id": row.class_id, "expected": row.head_count}
    return {"class_id": row.class_id, "expected": counted.expected, "present": counted.present}


def _question(row: Question) -> dict[str, Any]:
    return {"class_id": str(row.class_id or ""), "question": row.question, "answer": row.answer}


def _incident(row: Incident) -> dict[str, Any]:
    lost = row.minutes_lost or None
    return {"kind": row.kind.value, "what": row.what, "handling": row.handling, "minutes_lost": lost}


def _unsaid_attendance(classes: Sequence[ClassWords]) -> Any:
    """A class whose pupils were not counted: the head count alone says nothing new."""
    known = {str(row.class_id): str(row.head_count) for row in classes}
    return lambda row: not row["present"] and row["expected"] in ("", known.get(row["class_id"]))


_UNSAID = {
    "attendances": _unsaid_attendance,
    "segments": lambda _classes: lambda row: not row["minutes"],
    "questions": lambda _classes: lambda row: not (row["question"].strip() or row["answer"].strip()),
    "incidents": lambda _classes: lambda row: not any((value or "").strip() for value in row.values()),
}


def _said(rows: Sequence[dict[str, Any]], is_unsaid: Any) -> list[int]:
    """Indices of the rows that say something."""
    return [index for index, row in enumerate(rows) if not is_unsaid(row)]


def _typed_at(path: str, kept: dict[str, list[int]]) -> str:
    """The path among the rows that were typed; those that said nothing had been left out."""
    name, _dot, rest = path.partition(".")
    index, _dot, field = rest.partition(".")
    return f"{name}.{kept[name][int(index)]}.{field}" if name in kept and index.isdecimal() else path


def _link_tested(day: str, clock: str) -> str:
    """As read_record takes it: a clock time of the booking's day, or an instant. Raises Invalid."""
    if not day:
        return clock
    if not clock:
        raise Invalid([Problem("link_tested", "field.required")])
    try:
        tested_on = Day(name="link_tested_on", label="").read(day)
    except Bad as bad:
        raise Invalid([Problem("link_tested_on", bad.code, bad.facts)]) from bad
    try:
        return local_instant(tested_on, read_clock(clock), zone()).isoformat()
    except Bad as bad:
        raise Invalid([Problem("link_tested", bad.code, bad.facts)]) from bad


def _clock(instant: datetime | None) -> str:
    return instant.astimezone(ZoneInfo(zone())).strftime("%H:%M") if instant else ""


def _day(instant: datetime | None) -> str:
    return instant.astimezone(ZoneInfo(zone())).date().isoformat() if instant else ""
