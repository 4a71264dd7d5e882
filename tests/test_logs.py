"""Logs tell what happened and where, and nothing that is secret or personal."""

from __future__ import annotations

import io
import logging
import re

import pytest
import structlog
from flask import Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduler import edge
from scheduler.logs import exception_facts, log_requests, set_up_logs
from scheduler.web.door import public
from tests.kept_logs import kept_logs
from tests.web.conftest import sign_in

SECRET = "kXb2-secret-token-q8"
EMAIL = "somebody@example.org"


@pytest.fixture
def logged(app: Flask) -> Flask:
    """The application with its request log, and two views that fail."""

    @public
    def crash(token: str) -> str:
        passcode = SECRET
        raise RuntimeError(f"{passcode} of {EMAIL} in {token}")

    @public
    def refuse() -> str:
        with edge.read() as session:
            session.execute(text("INSERT INTO user_account (email) VALUES (:email)"), {"email": EMAIL})
        return ""

    app.add_url_rule("/crash/<token>", view_func=crash)
    app.add_url_rule("/refuse", view_func=refuse)
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    log_requests(app)
    return app


def test_a_request_is_told_by_its_rule(logged: Flask) -> None:
    client = logged.test_client()
    with kept_logs() as logs:
        answer = client.get(f"/feeds/{SECRET}.ics?email={EMAIL}", headers={"User-Agent": "Agent/1.0"})
        (line,) = logs.lines
    assert answer.headers["X-Request-ID"] == line["request_id"]
    assert re.fullmatch(r"[0-9a-f]{16}", line["request_id"])
    assert line.keys() == {
        "event",
        "level",
        "logger",
        "timestamp",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
    }
    facts = {key: line[key] for key in ("event", "level", "method", "route", "status")}
    assert facts == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/feeds/<token>.ics",
        "status": 404,
    }


def test_signing_in_leaves_no_trace_of_who(logged: Flask) -> None:
    with kept_logs() as logs:
        sign_in(logged.test_client(), "coordinator")
        logged.test_client().post("/sign-in", data={"email": EMAIL, "password": SECRET})
    assert [(line["route"], line["status"]) for line in logs.lines] == [("/sign-in", 303), ("/sign-in", 422)]
    for word in ("coordinator", EMAIL, SECRET, "127.0.0.1"):
        assert word not in logs.getvalue()


def test_an_address_that_is_no_route_is_not_told(logged: Flask) -> None:
    with kept_logs() as logs:
        logged.test_client().get(f"/no-such-page/{SECRET}")
    assert [(line["route"], line["status"]) for line in logs.lines] == [("-", 404)]


def test_an_exception_is_told_by_type_and_frames(logged: Flask) -> None:
    with kept_logs() as logs:
        answer = logged.test_client().get(f"/crash/{SECRET}")
    assert answer.status_code == 500
    failed, finished = logs.lines
    assert (failed["event"], failed["level"], failed["route"]) == (
        "request_failed",
        "error",
        "/crash/<token>",
    )
    assert failed["request_id"] == finished["request_id"]
    (facts,) = failed["exception"]
    assert facts["type"] == "builtins.RuntimeError"
    assert re.fullmatch(r"tests/test_logs\.py:\d+ crash", facts["frames"][-1])
    assert SECRET not in logs.getvalue()
    assert EMAIL not in logs.getvalue()


def test_a_database_error_does_not_tell_its_values(logged: Flask) -> None:
    with kept_logs() as logs:
        assert logged.test_client().get("/refuse").status_code == 500
    assert logs.lines[0]["exception"][0]["type"] == "sqlalchemy.exc.IntegrityError"
    assert EMAIL not in logs.getvalue()


def test_stylesheets_do_not_fill_the_log(logged: Flask) -> None:
    with kept_logs() as logs, logged.test_client().get("/static/tongtang.css") as answer:
        assert answer.status_code == 200
    assert logs.getvalue() == ""


def test_what_libraries_log_is_told_without_values() -> None:
    with kept_logs() as logs:
        logging.getLogger("apscheduler.executors").error('Job "%s" raised', SECRET)
        logging.getLogger("waitress").error(f"Exception while serving /feeds/{SECRET}.ics")
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("waitress").exception("Exception while serving %s", SECRET)
    assert [line["event"] for line in logs.lines] == [
        'Job "%s" raised',
        "waitress: test_logs.test_what_libraries_log_is_told_without_values",
        "waitress: test_logs.test_what_libraries_log_is_told_without_values",
    ]
    assert logs.lines[2]["exception"][0]["type"] == "builtins.ValueError"
    assert SECRET not in logs.getvalue()


def test_causes_are_told_outermost_first() -> None:
    def fail() -> None:
        try:
            raise IntegrityError("INSERT", {"email": EMAIL}, ValueError(EMAIL))
        except IntegrityError as error:
            raise LookupError(EMAIL) from error

    with pytest.raises(LookupError) as caught:
        fail()
    facts = exception_facts(caught.value)
    assert [one["type"] for one in facts] == ["builtins.LookupError", "sqlalchemy.exc.IntegrityError"]


def test_a_terminal_gets_plain_lines() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    terminal = Terminal()
    set_up_logs(terminal)
    try:
        structlog.get_logger("tongtang.test").info("serving", port=8000)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    assert not terminal.getvalue().startswith("{")
    assert "serving" in terminal.getvalue()


def test_every_answer_has_an_id_of_its_own(logged: Flask) -> None:
    answers: list[Response] = [logged.test_client().get("/healthz") for _ in range(2)]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 2
