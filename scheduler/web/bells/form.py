"""The form of a bell schedule: what stands in it at first, and how its rows are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TimeInput

from scheduler.domain.bell_plans import MOST_PERIODS, SCHOOL_DAYS
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.fields import Bad
from scheduler.domain.time_fields import TimeOfDay
from scheduler.errors import Problem
from scheduler.models.school_time import BellSchedule, PeriodKind
from scheduler.models.weekdays import Weekday
from scheduler.web.forms import FieldList, choices_of, raw_of

EMPTY_ROWS = 8
"""Rows of a new schedule: most schools have about as many periods."""
TYPED = ("name", "starts", "ends")


class PeriodForm(Form):
    """One line of the timetable."""

    kind = SelectField(_("节次类型"))
    name = StringField(_("节次名称"))
    starts = StringField(_("开始"), widget=TimeInput())
    ends = StringField(_("结束"), widget=TimeInput())


class BellForm(FlaskForm):
    """A schedule with its periods."""

    name = StringField(_("名称"), description=_("例如 夏季作息"))
    first_day = StringField(_("从哪一天起"), widget=DateInput())
    last_day = StringField(_("到哪一天"), widget=DateInput(), description=_("不填就一直有效。"))
    weekdays = SelectMultipleField(
        _("星期几"),
        description=_("不选就是周一到周五。"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    periods = FieldList(FormField(PeriodForm), max_entries=MOST_PERIODS + 1)
    version = HiddenField()

    def offer(self) -> None:
        """Give every choice what can be chosen."""
        self.weekdays.choices = choices_of(Weekday)
        for row in self.periods:
            row.form.kind.choices = choices_of(PeriodKind)

    def add_row(self) -> None:
        """One more empty row, as far as a schedule has room."""
        if len(self.periods) < MOST_PERIODS:
            self.periods.append_entry({"kind": PeriodKind.LESSON.value})

    def raw(self) -> dict[str, Any]:
        """What was typed, as the domain reads it; rows without a word are left out."""
        raw = raw_of(self)
        del raw["version"]
        return {**raw, "periods": [raw["periods"][index] for index in self._said()]}

    def at_typed_rows(self, problems: Sequence[Problem]) -> list[Problem]:
        """The problems of ``raw``, at the rows of the form."""
        said = self._said()
        return [replace(problem, field=_typed_at(problem.field, said)) for problem in problems]

    def _said(self) -> list[int]:
        rows = raw_of(self)["periods"]
        return [n for n, row in enumerate(rows) if any((row[name] or "").strip() for name in TYPED)]


def values_of(schedule: BellSchedule | None) -> dict[str, Any]:
    """What stands in the form at first."""
    if schedule is None:
        rows = [{"kind": PeriodKind.LESSON.value}] * EMPTY_ROWS
        return {"version": "0", "weekdays": list(SCHOOL_DAYS), "periods": rows}
    return {
        "version": str(schedule.version),
        "name": schedule.name,
        "first_day": schedule.first_day.isoformat(),
        "last_day": schedule.last_day.isoformat() if schedule.last_day else "",
        "weekdays": schedule.weekdays.split(","),
        "periods": [
            {
                "kind": period.kind.value,
                "name": period.name,
                "starts": _clock(period.starts),
                "ends": _clock(period.ends),
            }
            for period in schedule.periods
        ],
    }


def lines_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Typed or stored rows as text, one a line."""
    return "\n".join(
        f"{row['name']} {_plain(row['starts'], ends=False)}–{_plain(row['ends'], ends=True)}" for row in rows
    )


def _clock(minutes: int) -> str:
    """As a time control holds it; midnight at the end is 00:00."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _plain(typed: Any, *, ends: bool) -> str:
    try:
        return clock_words(TimeOfDay(name="", label="", ends=ends).read(typed))
    except Bad:
        return str(typed or "")


def _typed_at(path: str, said: Sequence[int]) -> str:
    name, _dot, rest = path.partition(".")
    index, _dot, field = rest.partition(".")
    return f"periods.{said[int(index)]}.{field}" if name == "periods" and index.isdecimal() else path
