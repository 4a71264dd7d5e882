"""Forms made from the domain's field declarations: what is declared there is asked here, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, NumberInput, TimeInput

from scheduler.domain import fields as declared
from scheduler.domain.text_fields import Email, Phone, Text, Url, Zone
from scheduler.domain.time_fields import LocalMoment, Moment, TimeOfDay
from scheduler.web.forms import choices_of
from scheduler.web.locale import language
from scheduler.web.moment_field import MomentField
from scheduler.wording import say

Options = Mapping[str, Sequence[SelectChoice]]
"""Field name → the rows that a Reference may name."""

PLAIN: dict[type[declared.Field], type[Field]] = {
    Email: EmailField,
    Phone: TelField,
    Url: URLField,
}


def make_form(
    fields: Iterable[declared.Field],
    *,
    options: Options | None = None,
    values: Mapping[str, Any] | None = None,
    more: Mapping[str, Callable[[], Any]] | None = None,
    sent: bool = True,
) -> FlaskForm:
    """A form of ``fields`` and then ``more`` controls, filled with what was sent, else with ``values``.

    ``more`` makes its controls here, because controls stand in the order in which they were made.
    ``sent`` False: what was sent belongs to another form of the page.
    """
    fields = tuple(fields)
    controls = {field.name: _control(field, options or {}) for field in fields}
    data = {field.name: _typed(field, (values or {}).get(field.name)) for field in fields}
    controls |= {name: make() for name, make in (more or {}).items()}
    made = type("EntryForm", (FlaskForm,), controls)
    form = made(data=data) if sent else made(None, data=data)
    for field in fields:
        # An empty choice that has a meaning of its own is an answer, not a gap.
        form[field.name].flags.answered = bool(field.nothing or getattr(field, "default", None))
    return form


def _control(field: declared.Field, options: Options) -> Any:
    common: dict[str, Any] = {
        "label": say(language(), field.label),
        "description": say(language(), field.hint) if field.hint else "",
        "validators": [DataRequired()] if field.required else [],
    }
    match field:
        case declared.Choices():
            widgets = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}
            return SelectMultipleField(choices=choices_of(field.options), **widgets, **common)
        case declared.Choice():
            empty = [] if field.default else [_none(field)]
            return SelectField(choices=[*empty, *choices_of(field.options)], **common)
        case declared.Reference():
            return SelectField(choices=[_none(field), *options.get(field.name, ())], **common)
        case declared.Whole():
            common["render_kw"] = {"min": field.least, "max": field.most, "inputmode": "numeric"}
            return StringField(widget=NumberInput(), **common)
        case declared.Day():
            return StringField(widget=DateInput(), **common)
        case TimeOfDay():
            return StringField(widget=TimeInput(), **common)
        case Moment():
            return MomentField(**common)
        case Zone():
            return StringField(render_kw={"list": "zones", "autocomplete": "off"}, **common)
        case Text(multiline=True):
            return TextAreaField(**common)
    return PLAIN.get(type(field), StringField)(**common)


def _none(field: declared.Field) -> SelectChoice:
    if field.nothing:
        return SelectChoice("", say(language(), field.nothing))
    return SelectChoice("", _("请选择") if field.required else _("不填"))


def _typed(field: declared.Field, value: Any) -> Any:
    """A stored value as the field's control holds it."""
    if isinstance(field, declared.Choices):
        return [item for item in (value or "").split(",") if item]
    if isinstance(field, TimeOfDay) and isinstance(value, int):
        return f"{value // 60 % 24:02d}:{value % 60:02d}"
    if isinstance(value, LocalMoment):
        return str(value)
    return value.value if isinstance(value, StrEnum) else value
