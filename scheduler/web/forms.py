"""Between a page's form and the domain: what was typed as raw input, and problems back at their fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from wtforms import Field, Form, fields
from wtforms.fields import FormField, SelectChoice

from scheduler.errors import Problem
from scheduler.web.door import zone
from scheduler.web.locale import language
from scheduler.wording import explain, label

NOT_INPUT = ("CSRFTokenField", "SubmitField")


class FieldList(fields.FieldList):
    """Rows of a form. A name whose index is no plain number ("rows-²-x") is no row; WTForms would fail."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            index = name.removeprefix(f"{prefix}-").partition("-")[0]
            if name.startswith(f"{prefix}-") and index.isascii() and index.isdecimal() and len(index) < 7:
                yield int(index)


def raw_of(form: Form) -> dict[str, Any]:
    """The form as the domain's raw mapping: nested forms are mappings, field lists are lists."""
    return {field.short_name: _raw(field) for field in form if field.type not in NOT_INPUT}


def put_problems(form: Form, problems: Iterable[Problem]) -> None:
    """Each problem's sentence to the errors of its field ("receiving.0.class_id" is receiving-0-class_id).

    A problem of the whole, of a whole list, or of a field that the form does not have, stands at the
    head of the form (a list's also at the list).
    """
    for problem in problems:
        words = explain(problem, language(), zone=zone())
        field = _field_at(form, problem.field)
        if field is not None:
            field.errors = [*field.errors, words]
        if field is None or isinstance(field, fields.FieldList):
            form.form_errors.append(words)


def choices_of(members: Iterable[StrEnum]) -> list[SelectChoice]:
    """Members of an enumeration, by their names in the viewer's language."""
    return [SelectChoice(member.value, label(language(), member)) for member in members]


def _raw(field: Field) -> Any:
    if isinstance(field, FormField):
        return raw_of(field.form)
    if isinstance(field, fields.FieldList):
        return [_raw(entry) for entry in field.entries]
    return field.data


def _field_at(form: Form, path: str) -> Field | None:
    """The field that a dotted path leads to; None where the form has no such field."""
    here: Any = form
    for step in path.split("."):
        if isinstance(here, FormField):
            here = here.form
        if isinstance(here, fields.FieldList):
            inside = dict(enumerate(here.entries))
            here = inside.get(int(step)) if step.isdecimal() else None
        elif isinstance(here, Form):
            here = here._fields.get(step)
        else:
            return None
    return None if isinstance(here, FormField | Form) else here
