"""The booking form: its fields, what it offers, and how it is read into a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.widgets import DateInput, NumberInput, TimeInput, URLInput

from scheduler.domain.plans import (
    MOST_KITS,
    MOST_PEOPLE,
    MOST_SEGMENTS,
    MOST_SITES,
    THINGS,
    BookingPlan,
    read_plan,
)
from scheduler.errors import Problem
from scheduler.models.bookings import (
    BookingKind,
    CourseType,
    ParticipantRole,
    SegmentKind,
    Subject,
    Timing,
)
from scheduler.models.resources import ResourceKind
from scheduler.web.bookings.options import WHOLE_ORGANISATION, Options
from scheduler.web.door import zone
from scheduler.web.forms import FieldList, choices_of, put_problems, raw_of
from scheduler.web.locale import joined, language
from scheduler.wording import label

MOST_ROWS = {
    "receiving": MOST_SITES,
    "people": MOST_PEOPLE,
    "segments": MOST_SEGMENTS,
    "kits": MOST_KITS,
}
FILLED_BY = {
    "receiving": ("class_id", "room_id", "assistant_id"),
    "people": ("person_id",),
    "segments": ("minutes",),
    "kits": ("kit_id",),
}
"""A row with none of these says nothing and is left out."""


class HostForm(Form):
    """The end where the lesson is given."""

    organisation_id = SelectField(_("主讲单位"))
    room_id = SelectField(_("主讲场地"))


class ReceivingForm(Form):
    """One receiving class (or a whole organisation), where it sits and who assists."""

    class_id = SelectField(_("班级或单位"))
    room_id = SelectField(_("教室"))
    assistant_id = SelectField(_("辅助教师"))


class PersonForm(Form):
    """A person in a role."""

    role = SelectField(_("角色"))
    person_id = SelectField(_("人员"))


class SegmentForm(Form):
    """A part of the lesson."""

    kind = SelectField(_("环节"))
    minutes = StringField(_("计划分钟"), widget=NumberInput(min=1, max=1439))


class KitForm(Form):
    """Something that is used: a box of material, a line."""

    kit_id = SelectField(_("器材"))


class BookingForm(FlaskForm):
    """Everything a coordinator decides about a booking, in the order in which it is asked.

    Lists take one row more than a booking may have, so that the domain can say that there are too many.
    """

    kind = SelectField(_("类型"))
    title = StringField(_("课题"))
    subject = SelectField(_("学科"))
    course_type = SelectField(_("课型"))
    follows = SelectField(_("所属课程"))
    host = FormField(HostForm)
    receiving = FieldList(FormField(ReceivingForm), max_entries=MOST_ROWS["receiving"] + 1)
    people = FieldList(FormField(PersonForm), max_entries=MOST_ROWS["people"] + 1)
    kits = FieldList(FormField(KitForm), max_entries=MOST_ROWS["kits"] + 1)
    date = StringField(_("日期"), widget=DateInput())
    starts = StringField(_("开始"), widget=TimeInput())
    ends = StringField(_("结束"), widget=TimeInput())
    timing = SelectField(_("与上课时间的关系"))
    segments = FieldList(FormField(SegmentForm), max_entries=MOST_ROWS["segments"] + 1)
    account_id = SelectField(_("会议账号"))
    meeting_number = StringField(_("会议号"))
    passcode = StringField(_("入会密码"))
    join_url = StringField(_("入会链接"), widget=URLInput())
    note = TextAreaField(_("备注"))
    override_reason = StringField(_("仍要安排的理由"))
    version = HiddenField()
    reach = RadioField(_("改哪几次"), default="one")
    """How far the change reaches, where the booking is one of a series."""
    has_kits = False
    """Whether there is any kit to choose."""

    def offer(self, options: Options) -> None:
        """Give every choice what can be chosen."""
        self.kind.choices = choices_of(BookingKind)
        self.subject.choices = choices_of(Subject)
        self.course_type.choices = choices_of(CourseType)
        self.timing.choices = [SelectChoice("", by_kind_words()), *choices_of(Timing)]
        self.follows.choices = options.followed()
        self.host.form.organisation_id.choices = options.hosts()
        self.account_id.choices = options.of_kind(ResourceKind.ACCOUNT)
        rooms, people = options.of_kind(ResourceKind.ROOM), options.of_kind(ResourceKind.PERSON)
        self.host.form.room_id.choices = rooms
        receiving = options.receiving()
        for row in self.receiving:
            row.form.class_id.choices, row.form.room_id.choices = receiving, rooms
            row.form.assistant_id.choices = people
        roles = [role for role in ParticipantRole if role not in THINGS]
        for row in self.people:
            row.form.role.choices, row.form.person_id.choices = choices_of(roles), people
        for row in self.segments:
            row.form.kind.choices = choices_of(SegmentKind)
        kits = options.of_kind(ResourceKind.KIT)
        for row in self.kits:
            row.form.kit_id.choices = kits
        self.has_kits = len(kits) > 1 or bool(self.kits.entries)

    def add_row(self, name: str) -> bool:
        """Add an empty row to one of the lists; False where there is no such list."""
        if name not in MOST_ROWS:
            return False
        rows = self[name]
        if len(rows) < MOST_ROWS[name]:
            rows.append_entry()
        return True

    def put(self, problems: Sequence[Problem]) -> None:
        """Problems of the plan at the rows they were typed into: empty rows had been left out."""
        put_problems(self, [replace(problem, field=self._typed_at(problem.field)) for problem in problems])

    def plan(self) -> BookingPlan:
        """What was typed, as a plan; raises Invalid."""
        return read_plan(self.raw_plan(), zone=zone())

    def raw_plan(self) -> dict[str, Any]:
        """What was typed of the booking, as the domain takes it."""
        raw = {name: value for name, value in raw_of(self).items() if name not in ("version", "reach")}
        for name in MOST_ROWS:
            raw[name] = [_asked(raw[name][index]) for index in self._filled(name)]
        return raw

    def choosers(self) -> Iterator[tuple[SelectField, ParticipantRole]]:
        """Every field that chooses a resource, with the role that it gives."""
        yield self.host.form.room_id, ParticipantRole.ROOM
        for row in self.receiving:
            yield row.form.class_id, ParticipantRole.CLASS
            yield row.form.room_id, ParticipantRole.ROOM
            yield row.form.assistant_id, ParticipantRole.ASSISTANT
        for row in self.people:
            role = row.form.role.data
            yield row.form.person_id, ParticipantRole(role if role in set(ParticipantRole) else "attendee")
        yield self.account_id, ParticipantRole.ACCOUNT
        for row in self.kits:
            yield row.form.kit_id, ParticipantRole.KIT

    def fields_of(self, resource_id: int) -> list[SelectField]:
        """The fields in which this resource was chosen."""
        return [field for field, _role in self.choosers() if field.data == str(resource_id)]

    def segment_words(self) -> str:
        """The segments in one line: 导览 20、讲授 20."""
        names = {kind.value: label(language(), kind) for kind in SegmentKind}
        rows = [self.segments[index].form for index in self._filled("segments")]
        return joined([f"{names.get(row.kind.data, '')}\u00a0{row.minutes.data}" for row in rows])

    def _filled(self, name: str) -> list[int]:
        """Indices of the rows that say something."""
        return [
            index
            for index, row in enumerate(self[name])
            if any(row.form[field].data for field in FILLED_BY[name])
        ]

    def _typed_at(self, path: str) -> str:
        name, _dot, rest = path.partition(".")
        if name not in MOST_ROWS or not rest:
            return path
        index, _dot, field = rest.partition(".")
        field = "class_id" if name == "receiving" and field == "organisation_id" else field
        return f"{name}.{self._filled(name)[int(index)]}.{field}"


def by_kind_words() -> str:
    """What stands for a timing that is left to the kind of the booking."""
    return gettext("按类型：远程课在上课时段内，其他不限")


def read_version(form: FlaskForm) -> int:
    """The version of the booking that the form was made from; 0 (never current) for what is no number."""
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the domain takes it: a whole organisation stands for itself."""
    chosen = row.get("class_id") or ""
    if not chosen.startswith(WHOLE_ORGANISATION):
        return row
    return {**row, "class_id": "", "organisation_id": chosen.removeprefix(WHOLE_ORGANISATION)}
