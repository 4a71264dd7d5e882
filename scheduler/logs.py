"""Structured logs without secrets or personal data: JSON lines, or plain ones on a terminal.

A request is told by its route rule, never by its path (feed addresses are secrets), query, form or address.
An exception is told by its type and frames, never by its message (database errors carry the values).
"""

from __future__ import annotations

import logging
import secrets
import sys
import time
import traceback
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from flask import Flask, got_request_exception, request, request_started
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Event = MutableMapping[str, Any]
MOST_FRAMES = 40
ROOT = Path(__file__).parents[1]
REQUEST_ID, ROUTE = "tongtang.request_id", "tongtang.route"
"""Where the WSGI environment keeps them."""

log = structlog.get_logger("tongtang.http")


def set_up_logs(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Let everything that is logged in this process, by us or by libraries, go to ``stream`` (stderr)."""
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, tell_exception, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    plain = stream.isatty()
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[veil_foreign, *shared, tell_exception],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of every request that waits for a thread, however short.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def tell_exception(_logger: Any, _name: str, event: Event) -> Event:
    """Put an exception's type and frames in place of ``exc_info``."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = exception_facts(error)
    return event


def exception_facts(error: BaseException) -> list[dict[str, Any]]:
    """The exception and its causes, outermost first: type and "file:line function", no message, no values."""
    facts: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(facts) < 5:
        frames = traceback.extract_tb(current.__traceback__)[-MOST_FRAMES:]
        facts.append(
            {
                "type": f"{type(current).__module__}.{type(current).__qualname__}",
                "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        current = current.__cause__ or current.__context__
    return facts


def _short(filename: str) -> str:
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def veil_foreign(_logger: Any, _name: str, event: Event) -> Event:
    """A library's message without its values; waitress writes paths and addresses into the text itself."""
    record: logging.LogRecord = event["_record"]
    if record.name.startswith("waitress"):
        event["event"] = f"waitress: {record.module}.{record.funcName}"
    else:
        event["event"] = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    if record.exc_info:
        event["exc_info"] = record.exc_info
        # The formatter would add the traceback's text, message and all.
        record.exc_info, record.exc_text = None, None
    return event


def log_requests(app: Flask) -> None:
    """One line for each request and one for each unforeseen exception; answers carry the request's id."""
    # Flask's own line names the path.
    app.log_exception = lambda exc_info: None  # type: ignore[method-assign]
    request_started.connect(_note_route, app)
    got_request_exception.connect(_tell_failure, app)
    app.wsgi_app = RequestLog(app)  # type: ignore[method-assign]


class RequestLog:
    """Stands before everything else that answers, so that no request goes unseen."""

    def __init__(self, app: Flask) -> None:
        self._answer, self._urls = app.wsgi_app, app.url_map.bind("")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, then tell."""
        began = time.perf_counter()
        environ[REQUEST_ID] = secrets.token_hex(8)
        statuses = [0]

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, [*headers, ("X-Request-ID", environ[REQUEST_ID])], *exc_info)

        try:
            return self._answer(environ, start)
        finally:
            facts = {**self._facts(environ), "status": statuses[-1], "ms": _milliseconds_since(began)}
            quiet = facts["route"].startswith("/static/") and statuses[-1] < 400
            (log.debug if quiet else log.info)("request", **facts)

    def _facts(self, environ: WSGIEnvironment) -> dict[str, Any]:
        if ROUTE not in environ:
            # Answered before Flask looked at it.
            environ[ROUTE] = self._route(environ["PATH_INFO"], environ["REQUEST_METHOD"])
        return _request_facts(environ)

    def _route(self, path: str, method: str) -> str:
        try:
            return self._urls.match(path, method, return_rule=True)[0].rule
        except HTTPException:
            return "-"


def _milliseconds_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _note_route(_app: Flask, **_extra: Any) -> None:
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "-"


def _tell_failure(_app: Flask, exception: BaseException, **_extra: Any) -> None:
    log.error("request_failed", **_request_facts(request.environ), exc_info=exception)


def _request_facts(environ: WSGIEnvironment) -> dict[str, Any]:
    return {
        "request_id": environ.get(REQUEST_ID, "-"),
        "method": environ["REQUEST_METHOD"],
        "route": environ.get(ROUTE, "-"),
    }
