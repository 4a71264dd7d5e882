"""Problems of the domain, put where people typed: the one mapping from a path to a form's field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wtforms import Field, Form
from wtforms.fields import FieldList, FormField

from scheduler.errors import Problem
from scheduler.web.door import zone
from scheduler.web.locale import language
from scheduler.wording import explain


def put_problems(form: Form, problems: Iterable[Problem]) -> None:
    """Each problem's sentence to the errors of its field ("receiving.0.class_id" is receiving-0-class_id).

    A problem of a row stands at the row's first field; a problem of the whole, or of a field that the form
    does not have, at the head of the form.
    """
    fields = dict(_fields(form))
    for problem in problems:
        words = explain(problem, language(), zone=zone())
        field = fields.get(problem.field.replace(".", "-"))
        if field is None:
            form.form_errors.append(words)
        else:
            field.errors = [*field.errors, words]


def _fields(fields: Iterable[Field]) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if isinstance(field, FormField):
            yield field.name, next(iter(field.form))
            yield from _fields(field.form)
        elif isinstance(field, FieldList):
            yield from _fields(field)
        else:
            yield field.name, field
