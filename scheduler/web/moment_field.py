"""The control of a moment: a day and, if wanted, its time, sent under one name."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import StringField
from wtforms.widgets import html_params


class MomentWidget:
    """A date input, and a time input that may stay empty; both bear the field's name."""

    def __call__(self, field: StringField, **attributes: Any) -> Markup:
        """The two inputs; the label belongs to the first, the second says what it is."""
        day, _space, clock = (field.data or "").strip().partition(" ")
        common = {"name": field.name, **attributes}
        first = html_params(type="date", id=field.id, value=day, **common)
        words = _("%(what)s的钟点，可不填", what=field.label.text)
        second = html_params(type="time", id=f"{field.id}-time", value=clock, aria_label=words, **common)
        return Markup(f'<span class="d-flex gap-2"><input {first}><input {second}></span>')  # noqa: S704 - escaped


class MomentField(StringField):
    """ "2025-09-01 12:00" or "2025-09-01": what was sent, the day before its time."""

    widget = MomentWidget()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Join what the inputs sent; whoever sends one text may send it whole."""
        if valuelist:
            self.data = " ".join(text.strip() for text in valuelist[:2] if text.strip())
