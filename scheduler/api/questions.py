"""The query string: filters and pages of a list, refused when they are misspelt or make no sense."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from sqlalchemy import Select
from sqlalchemy.orm import Session

from scheduler.api.bearer import zone
from scheduler.domain.fields import Choice, Day, Field, Several, Whole, clean_fields
from scheduler.domain.queries import PAGE, count
from scheduler.domain.times import day_span, read_instant
from scheduler.errors import Invalid, Problem

MOST_ROWS = 200


class YesNo(StrEnum):
    """A condition in a query string."""

    TRUE = "true"
    FALSE = "false"


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """An ISO 8601 instant with an offset, or a date: its first midnight in the caller's zone."""

    def read(self, raw: Any) -> datetime:
        """The instant, UTC."""
        if isinstance(raw, str) and len(raw.strip()) == len("2018-12-06"):
            day: date = Day(name=self.name, label=self.label).read(raw)
            return day_span(day, zone())[0]
        return read_instant(raw)


class InvalidQuery(Invalid):
    """Parameters that cannot be taken."""


PAGING: tuple[Field, ...] = (
    Whole(name="page", label="第几页", least=1, most=1_000_000),
    Whole(name="per_page", label="每页行数", least=1, most=MOST_ROWS),
)


def yes_no(name: str, label: str) -> Choice:
    """A parameter that is "true" or "false"."""
    return Choice(name=name, label=label, options=YesNo)


def asked(fields: Collection[Field]) -> dict[str, Any]:
    """The parameters' values. Raises InvalidQuery for unknown or unfit ones, and for repeated ones that are
    not several values.
    """
    with of_query():
        return clean_fields(fields, given(fields), strict=True)


def given(fields: Collection[Field]) -> dict[str, Any]:
    """The parameters as they stand in the address; several values may be repeated or separated by commas."""
    lists = {field.name for field in fields if isinstance(field, Several)}
    twice = [name for name, values in request.args.lists() if len(values) > 1 and name not in lists]
    if twice:
        raise InvalidQuery([Problem(name, "field.repeated") for name in twice])
    return {name: ",".join(values) if name in lists else values[0] for name, values in request.args.lists()}


@contextmanager
def of_query(**renamed: str) -> Iterator[None]:
    """What is invalid inside is so because of a parameter; ``renamed``: field → the parameter's name."""
    try:
        yield
    except Invalid as error:
        problems = [replace(one, field=renamed.get(one.field, one.field)) for one in error.problems]
        raise InvalidQuery(problems) from error


def listed(
    session: Session, query: Select[Any], wanted: dict[str, Any], show: Callable[[Any], Any]
) -> Response:
    """One page of a list, with links to its neighbours (RFC 8288), relative to this address."""
    return listed_together(session, query, wanted, lambda rows: [show(row) for row in rows])


def listed_together(
    session: Session,
    query: Select[Any],
    wanted: dict[str, Any],
    show: Callable[[Sequence[Any]], Sequence[Any]],
) -> Response:
    """As ``listed``, of rows that are shown together: what is told of all of them is read once."""
    page, per_page = wanted["page"] or 1, wanted["per_page"] or PAGE
    total = count(session, query)
    rows = session.scalars(query.limit(per_page).offset((page - 1) * per_page)).unique().all()
    pages = max(1, -(-total // per_page))
    links = _links(page, pages)
    answer = jsonify(
        items=show(rows),
        page=page,
        per_page=per_page,
        total=total,
        next=links.get("next"),
    )
    if links:
        answer.headers["Link"] = ", ".join(f'<{target}>; rel="{name}"' for name, target in links.items())
    return answer


def _links(page: int, pages: int) -> dict[str, str]:
    numbers = {
        "first": 1,
        "prev": page - 1 if 1 < page <= pages else None,
        "next": page + 1 if page < pages else None,
        "last": pages,
    }
    return {name: _address(number) for name, number in numbers.items() if number}


def _address(page: int) -> str:
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page}, errors='replace')}"
