"""Importing a year: pasted lines, what is wrong with which, and what they would change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext, pgettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField

from scheduler.domain.fields import Bad
from scheduler.domain.holiday_lines import MOST_CHARACTERS, Pasted, read_lines, write_lines
from scheduler.domain.holiday_years import is_imported, read_year
from scheduler.domain.text_fields import Text
from scheduler.errors import Invalid, Problem
from scheduler.models.holidays import DayKind, HolidayYear
from scheduler.web.door import zone
from scheduler.web.forms import put_problems
from scheduler.web.holidays.page import named
from scheduler.web.locale import language
from scheduler.wording import day_words, explain, label
from scheduler.wording.names import holiday_kept

MOST_TOLD = 20
"""Bad lines that are told one by one."""
PASTED = Text(
    name="lines", label="每天一行", longest=MOST_CHARACTERS, multiline=True, free=False, required=True
)

Days = dict[date, tuple[DayKind, str]]


class ImportForm(FlaskForm):
    """A year as somebody imports it."""

    source = StringField(_("来源"), description=_("谁从哪里导入，例如 区教委转发的通知"))
    notice = StringField(_("通知"), description=_("公布它的通知，知道就写"))
    lines = TextAreaField(_("每天一行"))
    version = HiddenField()

    def read_version(self) -> int:
        """The version that was read; 0, that of no published year, for what is no number."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

    def raw(self, year: int) -> dict[str, Any]:
        """What was typed, as ``import_year`` takes it. Raises Invalid, with the errors put at the fields."""
        pasted = self._pasted(year)
        days = [{**row, "name": holiday_kept(row["name"])} for row in pasted.rows]
        raw = {"source": self.source.data, "notice": self.notice.data, "days": days}
        wrong = dict(pasted.bad)
        try:
            read_year(raw, year=year)
        except Invalid as error:
            rest = [problem for problem in error.problems if not problem.field.startswith("days.")]
            put_problems(self, [p for p in rest if p.field != "days"])
            wrong |= {_line_of(p, pasted): p for p in error.problems if p.field.startswith("days.")}
            if not wrong:
                self._tell(p for p in rest if p.field == "days")
        if wrong:
            self._tell_lines(wrong)
        if self.errors:
            raise Invalid([Problem("", "input.invalid", {"count": 1})])
        return raw

    def _pasted(self, year: int) -> Pasted:
        try:
            PASTED.clean(self.lines.data)
        except Bad as bad:
            self._tell([Problem("lines", bad.code, bad.facts)])
            raise Invalid([Problem("lines", bad.code, bad.facts)]) from bad
        return read_lines(self.lines.data, year=year)

    def _tell(self, problems: Iterable[Problem]) -> None:
        words = [explain(problem, language(), zone=zone()) for problem in problems]
        self.lines.errors = [*self.lines.errors, *words]

    def _tell_lines(self, wrong: dict[int, Problem]) -> None:
        told = sorted(wrong.items())
        words = [
            gettext("第 %(line)s 行：%(why)s", line=line, why=explain(problem, language(), zone=zone()))
            for line, problem in told[:MOST_TOLD]
        ]
        if len(told) > MOST_TOLD:
            words.append(gettext("还有 %(count)s 行不对。", count=len(told) - MOST_TOLD))
        self.lines.errors = [*self.lines.errors, *words]


@dataclass
class Change:
    """What an import would do to a year, each day in words."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    counts: tuple[int, int] = (0, 0)
    """Days off and make-up days afterwards."""


def values_of(row: HolidayYear | None) -> dict[str, Any]:
    """What stands in the form at first: the year as it is, to be corrected."""
    if row is None:
        return {"version": "0"}
    return {
        "version": str(row.version),
        "source": row.source if is_imported(row) else "",
        "notice": row.notice,
        "lines": lines_of(row),
    }


def lines_of(row: HolidayYear) -> str:
    """The year's days as they are pasted, in the viewer's language as far as that can be read back."""
    written = {
        DayKind.HOLIDAY: pgettext("pasted line", "放假"),
        DayKind.WORKDAY: pgettext("pasted line", "调休上班"),
    }
    return write_lines(((day.day, day.kind, named(day.name)) for day in row.days), written)


def change_by(row: HolidayYear | None, raw: dict[str, Any], year: int) -> Change:
    """What importing ``raw`` (which is valid) would change in the year as it stands."""
    before: Days = {day.day: (day.kind, day.name) for day in row.days} if row else {}
    days = read_year(raw, year=year)["days"]
    after: Days = {one["day"]: (one["kind"], one["name"]) for one in days}
    kinds = [kind for kind, _name in after.values()]
    return Change(
        added=[_words(day, after[day]) for day in sorted(after.keys() - before.keys())],
        removed=[_words(day, before[day]) for day in sorted(before.keys() - after.keys())],
        changed=[
            f"{_words(day, before[day])} → {label(language(), after[day][0])} {named(after[day][1])}"
            for day in sorted(after.keys() & before.keys())
            if after[day] != before[day]
        ],
        counts=(kinds.count(DayKind.HOLIDAY), kinds.count(DayKind.WORKDAY)),
    )


def _words(day: date, told: tuple[DayKind, str]) -> str:
    return f"{day_words(day, language())} {label(language(), told[0])} {named(told[1])}"


def _line_of(problem: Problem, pasted: Pasted) -> int:
    """The line of the text that a problem of a row is about."""
    return pasted.numbers[int(problem.field.split(".")[1])]
