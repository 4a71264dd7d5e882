"""Which version a change is made to: ``version`` in the body or If-Match; and telling both when it is old."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bodies import Malformed
from scheduler.api.operations import Body
from scheduler.domain.fields import Whole, clean_fields
from scheduler.errors import Invalid, Problem, StaleEdit

VERSION = Whole(name="version", label="版本", most=2**31 - 1)
VERSION_BODY = Body("Version", (VERSION,))
_TAG = re.compile(r'\s*"([0-9]{1,9})"\s*')


class StaleShown(StaleEdit):
    """A stale edit, with what stands there now."""

    def __init__(self, *, current: int, given: int, representation: Any) -> None:
        super().__init__(current=current, given=given)
        self.representation = representation


def take_version(raw: dict[str, Any], current: int) -> int:
    """The version that the caller read, taken out of the body. ``current`` answers ``If-Match: *``.

    Raises Invalid when there is none, or when body and header name two; Malformed for a header that
    is no ETag of ours. The first request for a thing that is not there yet gives 0.
    """
    in_body: int | None = clean_fields((VERSION,), {"version": raw.pop("version", None)})["version"]
    named = {version for version in (in_body, _if_match(current)) if version is not None}
    if len(named) != 1:
        raise Invalid([Problem("version", "version.two" if named else "field.required")])
    return named.pop()


def etag(version: int) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


@contextmanager
def showing_current(show: Callable[[Session], tuple[int, Any]]) -> Iterator[None]:
    """Add to a StaleEdit what stands there now: ``show`` reads (version, representation) anew."""
    try:
        yield
    except StaleEdit as stale:
        with edge.read() as session:
            current, representation = show(session)
        raise StaleShown(
            current=current, given=stale.facts["given"], representation=representation
        ) from stale


def _if_match(current: int) -> int | None:
    header = request.headers.get("If-Match")
    if header is None:
        return None
    if header.strip() == "*":
        return current
    match = _TAG.fullmatch(header)
    if match is None:
        raise Malformed("version.not_a_tag")
    return int(match[1])
