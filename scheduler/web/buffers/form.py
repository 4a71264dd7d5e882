"""The form of one kind's buffers: a line for each role; what equals the default is the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, StringField
from wtforms.widgets import NumberInput

from scheduler.domain.buffers import MOST_MINUTES, Margin, Margins, default_margin
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.web.forms import FieldList, raw_of
from scheduler.web.locale import language
from scheduler.wording import label

MINUTES = {"widget": NumberInput(min=0, max=MOST_MINUTES), "render_kw": {"inputmode": "numeric"}}


class MarginForm(Form):
    """Minutes of one role."""

    role = HiddenField(_("角色"))
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

    def raw(self, kind: BookingKind) -> dict[str, Any]:
        """What was typed, as the domain reads it."""
        rows = raw_of(self)["margins"]
        return {"kind": kind, "margins": [_or_default(kind, row) for row in rows]}


def values_of(margins: Margins) -> dict[str, Any]:
    """What stands in the form: the minutes that hold now."""
    return {
        "margins": [
            {"role": role.value, "before": str(margins[role].before), "after": str(margins[role].after)}
            for role in ParticipantRole
        ]
    }


def undo_fields(before: Mapping[ParticipantRole, Margin]) -> dict[str, str]:
    """What is sent to have these minutes again."""
    fields = {}
    for index, (role, margin) in enumerate(before.items()):
        told = {"role": role.value, "before": str(margin.before), "after": str(margin.after)}
        fields |= {f"margins-{index}-{name}": value for name, value in told.items()}
    return fields


def _or_default(kind: BookingKind, row: dict[str, Any]) -> dict[str, Any]:
    """The row, without minutes where they are those of the default: a later default then holds as well."""
    if row["role"] not in set(ParticipantRole):
        return row
    default = default_margin(kind, ParticipantRole(row["role"]))
    typed = tuple((row[name] or "").strip() for name in ("before", "after"))
    if typed == (str(default.before), str(default.after)):
        return {"role": row["role"]}
    return row
