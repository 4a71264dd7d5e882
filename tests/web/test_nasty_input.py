"""Whatever a signed-in browser sends, in whichever field or argument: an answer below 500."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler import clock
from tests.web.booking_forms import book_lesson, lesson_form
from tests.web.conftest import sign_in
from tests.world import World

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

NASTY = (
    str(2**70),
    "-1",
    "²",
    "２",
    "\x00",
    "\ud800",
    "x" * 10_001,
    "9999-12-31",
    "0001-01-01",
    "24:00",
    "nan",
    "9" * 5000,
    "region-" + "9" * 30,
    "//evil.invalid",
)
ARGUMENTS = (
    *("page", "words", "q", "day", "kind", "state", "stage", "span", "scope", "target", "follows", "next"),
    *("partnership_id", "region_id", "organisation_id", "resource_id", "person_id"),
)
ENDS_SOMETHING = re.compile(r"/(sign-out|end|cancel|retire|disable|revoke)$")
"""Forms that are left alone: after them there would be nothing to send the others to."""


class Forms(HTMLParser):
    """The POST forms of a page (address → field → value), and its links."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.append(str(given["href"]).partition("#")[0])
        if tag == "form":
            posts = (given.get("method") or "").lower() == "post"
            self._fields = self.forms.setdefault(given.get("action") or "", {}) if posts else None
        if (
            self._fields is not None
            and tag in ("input", "select", "textarea", "button")
            and given.get("name")
        ):
            self._fields[str(given["name"])] = given.get("value") or ""


def shape(address: str) -> str:
    """The address without ids and values: pages of one shape are one page."""
    return re.sub(r"=[^&]*", "=", re.sub(r"[0-9a-f]{16}|\d+", "N", address))


def crawl(client: FlaskClient, first: list[str]) -> tuple[list[str], dict[str, dict[str, str]]]:
    """A page of every shape that links lead to, and every form on them."""
    pages: dict[str, str] = {}
    forms: dict[str, tuple[str, dict[str, str]]] = {}
    waiting = list(first)
    while waiting:
        address = waiting.pop(0)
        if shape(address) in pages:
            continue
        pages[shape(address)] = address
        answer = client.get(address)
        assert answer.status_code < 400, address
        if answer.mimetype != "text/html":
            continue
        page = Forms()
        page.feed(answer.text)
        waiting += page.links
        for action, fields in page.forms.items():
            forms.setdefault(shape(action or address), (action or address, fields))
    return sorted({address.partition("?")[0] for address in pages.values()}), dict(forms.values())


@pytest.fixture
def pages_and_forms(app: Flask, client: FlaskClient, world: World) -> Iterator[Any]:
    """The coordinator's browser after the lesson, with all that it can reach."""
    sign_in(client, "coordinator")
    lessons = [book_lesson(client, world), book_lesson(client, world, date="2018-12-20")]
    with clock.frozen(clock.now() + timedelta(days=5)):
        first = ["/", "/calendar", *(f"/bookings/{lesson}" for lesson in lessons)]
        yield client, *crawl(client, [*first, f"/bookings/{lessons[0]}/record"])


def test_no_argument_of_an_address_fails_a_page(pages_and_forms: Any) -> None:
    client, pages, _forms = pages_and_forms
    assert len(pages) > 20
    for number, address in enumerate(pages):
        for value in NASTY[number % 2 :: 2]:
            answer = client.get(address, query_string=dict.fromkeys(ARGUMENTS, _sendable(value)))
            assert answer.status_code < 500, (address, value[:40])


def test_no_field_of_a_form_fails_a_page(pages_and_forms: Any) -> None:
    client, _pages, forms = pages_and_forms
    sent = {action: fields for action, fields in forms.items() if not ENDS_SOMETHING.search(action)}
    assert len(sent) > 10
    for action, fields in sent.items():
        for value in NASTY:
            answer = client.post(action, data=dict.fromkeys(fields, _sendable(value)))
            assert answer.status_code < 500, (action, value[:40])
        for name, typed in _misnamed(fields).items():
            answer = client.post(action, data={**fields, name: typed})
            assert answer.status_code < 500, (action, name)


def test_each_field_of_a_good_lesson_can_be_nasty(coordinator: FlaskClient, world: World) -> None:
    lesson = lesson_form(world)
    for name in lesson:
        for value in NASTY[:9]:
            answer = coordinator.post("/bookings/new", data={**lesson, name: _sendable(value), "check": "1"})
            assert answer.status_code < 500, (name, value[:40])


def test_a_record_takes_rows_by_number_and_no_more_than_it_may_have(
    coordinator: FlaskClient, world: World
) -> None:
    address = f"/bookings/{book_lesson(coordinator, world, date='2018-11-29')}/record"
    answer = coordinator.post(address, data={"version": "0", "questions-²-question": "几号？"})
    assert answer.status_code == 303
    many = {f"questions-{n}-question": "几号？" for n in range(1000)}
    assert coordinator.post(address, data={"version": "1", **many}).status_code == 422


def test_a_form_takes_neither_files_nor_json(coordinator: FlaskClient, world: World) -> None:
    address = f"/bookings/{book_lesson(coordinator, world, date='2018-11-29')}/record"
    for sent in ({"json": [1]}, {"json": {"effect": 1}}, {"data": {"effect": (io.BytesIO(b"x"), "x.txt")}}):
        assert coordinator.post(address, **sent).status_code == 400


def _sendable(value: str) -> bytes | str:
    """Lone surrogates travel as the octets that a careless program makes of them."""
    return value.encode(errors="surrogatepass") if "\ud800" in value else value


def _misnamed(fields: dict[str, str]) -> dict[str, str]:
    """Names of rows that no page makes."""
    names = [re.sub(r"-\d+-", f"-{index}-", name) for name in fields for index in ("²", "１", "9" * 12, "x")]
    return {name: "1" for name in names if name not in fields}
