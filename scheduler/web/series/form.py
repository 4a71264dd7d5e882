"""The form of a series: a booking without a day of its own, the rule of its days, what is decided of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from wtforms import Form, FormField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, NumberInput, TimeInput

from scheduler.domain.fields import Bad, Day
from scheduler.domain.series.rules import CLOCKS, MOST_OCCURRENCES, RULE_KEYS
from scheduler.models.weekdays import Weekday
from scheduler.web.bookings.form import BookingForm
from scheduler.web.forms import FieldList, choices_of, raw_of

SUGGEST = "suggest"
"""Beside the domain's choices for a day: book it when it was suggested."""


class DayForm(Form):
    """What is decided of one day. ``suggested``: "2018-12-06 10:00 11:20", or "" for no suggestion."""

    day = HiddenField()
    suggested = HiddenField()
    do = SelectField(_("怎么办"))
    date = StringField(_("日期"), widget=DateInput())
    starts = StringField(_("开始"), widget=TimeInput())
    ends = StringField(_("结束"), widget=TimeInput())
    override_reason = StringField(_("仍要安排的理由"))


class SeriesForm(BookingForm):
    """What is booked each time, and when. ``starts`` and ``ends`` are those of every day."""

    date = None
    override_reason = None
    version = None
    reach = None
    weekdays = SelectMultipleField(
        _("每周的哪几天"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    every = SelectField(_("隔几周"))
    term_id = SelectField(lazy_pgettext("one", "学期"))
    week_from = StringField(_("从第几周"), widget=NumberInput(min=1, max=60))
    week_to = StringField(_("到第几周"), widget=NumberInput(min=1, max=60))
    first_day = StringField(_("从哪一天"), widget=DateInput())
    last_day = StringField(_("到哪一天"), widget=DateInput())
    count = StringField(_("一共几次"), widget=NumberInput(min=1, max=MOST_OCCURRENCES))
    school_id = SelectField(_("按哪所学校的节次"))
    period = StringField(_("第几节"), widget=NumberInput(min=1, max=20))
    period_to = StringField(_("到第几节"), widget=NumberInput(min=1, max=20))
    decisions = FieldList(FormField(DayForm), max_entries=MOST_OCCURRENCES + 1)

    def offer_rule(self, *, terms: Sequence[SelectChoice], schools: Sequence[SelectChoice]) -> None:
        """Give the choices of the rule what can be chosen."""
        self.weekdays.choices = choices_of(Weekday)
        self.every.choices = [
            SelectChoice("1", _("每周")),
            SelectChoice("2", _("每两周")),
            SelectChoice("3", _("每三周")),
            SelectChoice("4", _("每四周")),
        ]
        self.term_id.choices, self.school_id.choices = terms, schools

    def begin_on(self, typed: str) -> None:
        """Let it begin on this day and be on its weekday; what is no day is left out."""
        try:
            day = Day(name="first_day", label="").clean(typed)
        except Bad:
            day = None
        self.first_day.data = day.isoformat() if day else ""
        self.weekdays.data = [str(day.isoweekday())] if day else []

    def raw_plan(self) -> dict[str, Any]:
        """What was typed of the booking."""
        raw = super().raw_plan()
        return {name: value for name, value in raw.items() if name not in (*RULE_KEYS, "decisions")}

    def raw_rule(self) -> dict[str, Any]:
        """What was typed of the rule: where a period is given, clock times do not count."""
        raw = raw_of(self)
        left_out = CLOCKS if raw["period"] else ("period_to", "school_id")
        names = (name for name in RULE_KEYS if name not in left_out)
        return {name: raw[name] for name in names if raw.get(name)}

    def raw_decisions(self) -> list[dict[str, Any]]:
        """What was decided, as the domain takes it."""
        return [_decision(row) for row in raw_of(self)["decisions"]]

    def decided(self) -> dict[str, Mapping[str, Any]]:
        """Day → what was typed of it."""
        return {row["day"]: row for row in raw_of(self)["decisions"]}

    def set_days(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Let the decisions be about these days."""
        while self.decisions.entries:
            self.decisions.pop_entry()
        for row in rows:
            self.decisions.append_entry(row)


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    """Only a day that is moved has a time; a suggestion is one that was offered."""
    decision = {"day": row["day"], "do": row["do"], "override_reason": row["override_reason"]}
    if row["do"] == SUGGEST:
        times = [*(row["suggested"] or "").split(" "), "", "", ""]
        return {**decision, "do": "move", **dict(zip(("date", "starts", "ends"), times, strict=False))}
    if row["do"] == "move":
        decision |= {name: row[name] for name in ("date", "starts", "ends")}
    return decision
