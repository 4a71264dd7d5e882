"""The form by which the hit bookings are moved: a row for each, ticked or not, with its new time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.widgets import DateInput, TimeInput

from scheduler.domain.closures import MOST_HITS, Hit, Move, read_moves
from scheduler.domain.holds import Span
from scheduler.domain.plans import LOCAL_TIME, read_span
from scheduler.errors import Invalid, Problem
from scheduler.web.bookings.values import time_values
from scheduler.web.door import zone
from scheduler.web.forms import FieldList, put_problems
from scheduler.web.locale import language
from scheduler.wording import interval_words

OTHER = "other"
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) (\d{2}:\d{2})", re.ASCII)


class HitForm(Form):
    """One booking: whether it is moved, and to when."""

    booking = HiddenField()
    version = HiddenField()
    move = BooleanField(lazy_gettext("改到"))
    to = RadioField(lazy_gettext("新的时间"))
    date = StringField(lazy_gettext("日期"), widget=DateInput())
    starts = StringField(lazy_gettext("开始"), widget=TimeInput())
    ends = StringField(lazy_gettext("结束"), widget=TimeInput())
    override_reason = StringField(lazy_gettext("仍要安排的理由"))


class HitsForm(FlaskForm):
    """All of them."""

    hits = FieldList(FormField(HitForm), max_entries=MOST_HITS)

    def offer(self, hits: Sequence[Hit]) -> dict[str, Any]:
        """Give each row its choices; answers public id → row. What was chosen before is kept among them."""
        rows = {row.form.booking.data: row for row in self.hits}
        for hit in hits:
            row = rows.get(hit.booking.public_id)
            if row is not None:
                row.form.to.choices = _choices(hit.choices, row.form.to.data)
        return rows

    def moves(self) -> dict[str, Move]:
        """public id → where the ticked ones are put. Raises Invalid, the problems at their rows."""
        ticked = [(index, row.form) for index, row in enumerate(self.hits) if row.form.move.data]
        try:
            return read_moves({"moves": [_raw(row) for _index, row in ticked]}, zone=zone())
        except Invalid as error:
            raise Invalid([_at_row(problem, ticked) for problem in error.problems]) from error


def first_values(hits: Sequence[Hit]) -> dict[str, Any]:
    """Every hit, ticked where there is a time for it."""
    return {
        "hits": [
            {
                "booking": hit.booking.public_id,
                "version": str(hit.booking.version),
                "move": bool(hit.choices),
                "to": time_text(hit.choices[0]) if hit.choices else OTHER,
                **time_values(hit.booking.starts_at, hit.booking.ends_at, zone()),
            }
            for hit in hits
        ]
    }


def time_text(span: Span) -> str:
    """The value of a choice: 2018-12-07 09:00 10:20, on the viewer's clocks."""
    values = time_values(span.starts_at, span.ends_at, zone())
    return f"{values['date']} {values['starts']} {values['ends']}"


def put(form: HitsForm, error: Invalid) -> None:
    """Problems at their rows."""
    put_problems(form, error.problems)


def _choices(spans: Sequence[Span], chosen: str | None) -> list[SelectChoice]:
    offered = [(time_text(span), span) for span in spans]
    known = [text for text, _span_of in offered]
    if chosen and chosen not in (OTHER, *known) and _TIME.fullmatch(chosen):
        with contextlib.suppress(Invalid):
            offered.append((chosen, _read(chosen)))
    choices = [
        SelectChoice(text, interval_words(span.starts_at, span.ends_at, language(), zone()))
        for text, span in offered
    ]
    return [*choices, SelectChoice(OTHER, _("另选时间"))]


def _raw(row: Any) -> dict[str, Any]:
    """The row as the domain reads it."""
    known = {name: row[name].data for name in ("booking", "version", "override_reason")}
    if not row.to.data or row.to.data == OTHER:
        return known | {name: row[name].data for name in LOCAL_TIME}
    match = _TIME.fullmatch(row.to.data)
    return known | dict(zip(LOCAL_TIME, match.groups() if match else (row.to.data, "", ""), strict=True))


def _at_row(problem: Problem, ticked: Sequence[tuple[int, Any]]) -> Problem:
    """The problem at its field of the form; at the head where that is hidden."""
    _moves, _, path = problem.field.partition(".")
    number, _, name = path.partition(".")
    if not number or name not in (*LOCAL_TIME, "override_reason"):
        return replace(problem, field="moves")
    index, row = ticked[int(number)]
    chosen = name in LOCAL_TIME and row.to.data and row.to.data != OTHER
    return replace(problem, field=f"hits.{index}.{'to' if chosen else name}")


def _read(text: str) -> Span:
    """The time of a choice. Raises Invalid."""
    return read_span(dict(zip(LOCAL_TIME, text.split(" "), strict=True)), zone=zone())
