"""The form by which the hit bookings are moved: a row for each, ticked or not, with its new time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.widgets import DateInput, TimeInput

from scheduler.domain.closures import MOST_HITS, Hit, Move
from scheduler.domain.holds import Span
from scheduler.domain.plans import read_span
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
        moves: dict[str, Move] = {}
        problems: list[Problem] = []
        for index, row in enumerate(self.hits):
            if not row.form.move.data:
                continue
            try:
                span = _span(row.form)
            except Invalid as error:
                problems += [
                    Problem(f"hits.{index}.{one.field}", one.code, one.facts) for one in error.problems
                ]
                continue
            moves[row.form.booking.data or ""] = Move(
                span, _number(row.form.version.data), (row.form.override_reason.data or "").strip()
            )
        if problems:
            raise Invalid(problems)
        return moves


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


def _span(row: Any) -> Span:
    if row.to.data and row.to.data != OTHER:
        return _read(row.to.data)
    return read_span({name: row[name].data for name in ("date", "starts", "ends")}, zone=zone())


def _read(text: str) -> Span:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Invalid([Problem("to", "field.not_an_option")])
    return read_span(dict(zip(("date", "starts", "ends"), match.groups(), strict=True)), zone=zone())


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
