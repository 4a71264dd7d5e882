"""The form of one kind's buffers: a line for each role; what equals the default is the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, StringField
from wtforms.widgets import NumberInput

from scheduler.domain.buffers import MOST_MINUTES, Margin, Margins, default_margin
from scheduler.errors import Invalid, Problem
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.web.forms import FieldList, raw_of
from scheduler.web.locale import language
from scheduler.wording import label

MINUTES = {"widget": NumberInput(min=0, max=MOST_MINUTES), "render_kw": {"inputmode": "numeric"}}


class MarginForm(Form):
    """Minutes of one role."""

    role = HiddenField(_("角色"))
    was = HiddenField()
    before = StringField(_("提前分钟"), **MINUTES)
    after = StringField(_("延后分钟"), **MINUTES)


class BufferForm(FlaskForm):
    """The roles of one kind."""

    margins = FieldList(FormField(MarginForm), max_entries=len(ParticipantRole) + 1)

    def name_roles(self) -> None:
        """Let every field, and what is said of it, name the role that it is of."""
        for row in self.margins:
            if row.form.role.data in set(ParticipantRole):
                role = label(language(), ParticipantRole(row.form.role.data))
                for control in (row.form.before, row.form.after):
                    control.label.text = f"{role} {control.label.text}"

    def raw(self, kind: BookingKind, now: Margins) -> dict[str, Any]:
        """What was typed, as the domain reads it; a row that was only read stays as it is ``now``.

        Raises Invalid for a row that somebody else changed meanwhile; sent once more, what was typed holds.
        """
        rows = raw_of(self)["margins"]
        problems = [told for index, row in enumerate(rows) if (told := _changed_meanwhile(index, row, now))]
        for problem in problems:
            row = self.margins[int(problem.field.split(".")[1])].form
            row.was.data = _text(now[ParticipantRole(row.role.data)])
        if problems:
            raise Invalid(problems)
        return {"kind": kind, "margins": [_or_default(kind, _as_it_is(row, now)) for row in rows]}


def values_of(margins: Margins) -> dict[str, Any]:
    """What stands in the form: the minutes that hold now."""
    return {
        "margins": [
            {"role": role.value, "was": _text(margins[role]), **_minutes(margins[role])}
            for role in ParticipantRole
        ]
    }


def undo_fields(before: Mapping[ParticipantRole, Margin]) -> dict[str, str]:
    """What is sent to have these minutes again."""
    fields = {}
    for index, (role, margin) in enumerate(before.items()):
        told = {"role": role.value, **_minutes(margin)}
        fields |= {f"margins-{index}-{name}": value for name, value in told.items()}
    return fields


def _minutes(margin: Margin) -> dict[str, str]:
    return {"before": str(margin.before), "after": str(margin.after)}


def _text(margin: Margin) -> str:
    return "+".join(_minutes(margin).values())


def _typed(row: Mapping[str, Any]) -> str:
    return "+".join((row[name] or "").strip() for name in ("before", "after"))


def _changed_meanwhile(index: int, row: Mapping[str, Any], now: Margins) -> Problem | None:
    """Of a row that was typed over: other minutes than those that were read hold by now."""
    if not row["was"] or row["role"] not in set(ParticipantRole) or _typed(row) == row["was"]:
        return None
    margin = now[ParticipantRole(row["role"])]
    if _text(margin) in (row["was"], _typed(row)):
        return None
    facts = {"before": margin.before, "after": margin.after}
    return Problem(f"margins.{index}.before", "buffers.changed_meanwhile", facts)


def _as_it_is(row: dict[str, Any], now: Margins) -> dict[str, Any]:
    """The row as the domain takes it."""
    taken = {name: row[name] for name in ("role", "before", "after")}
    if row["role"] in set(ParticipantRole) and _typed(row) == row["was"]:
        return taken | _minutes(now[ParticipantRole(row["role"])])
    return taken


def _or_default(kind: BookingKind, row: dict[str, Any]) -> dict[str, Any]:
    """The row, without minutes where they are those of the default: a later default then holds as well."""
    if row["role"] not in set(ParticipantRole):
        return row
    if _typed(row) == _text(default_margin(kind, ParticipantRole(row["role"]))):
        return {"role": row["role"]}
    return row
