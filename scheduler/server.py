"""Serving: one process, one listening socket, and an end that lets running requests finish.

waitress dies at once on SIGTERM and throws away the answers that its main loop has not sent yet; so the loop
here goes on after the signal, without accepting, until nothing is left to send or the patience is used up.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import structlog
import waitress
from filelock import FileLock, Timeout
from flask import Flask

from scheduler.config import Settings
from scheduler.db import Database
from scheduler.errors import Refused

PATIENCE = 20.0
"""Seconds that running requests may take to end after a signal to stop."""
TICK = 1.0
"""Seconds after which the loop looks at its state even when no socket moves."""
STOPPING = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger("tongtang.server")


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address (port 0: any free one). Raises Refused when that cannot be had."""
    address = f"{host}:{port}"
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, OverflowError, UnicodeError) as error:
        raise Refused("server.cannot_listen", address=address, why=_why(error)) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
        # Linux lets two sockets bind with SO_REUSEADDR until one of them listens.
        bound.listen(1)
    except (OSError, OverflowError) as error:
        bound.close()
        raise Refused("server.cannot_listen", address=address, why=_why(error)) from error
    return bound


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def sole_process(database: Database) -> Iterator[None]:
    """Raises Refused while another process serves the same SQLite file; PostgreSQL takes any number."""
    if not database.is_sqlite:
        yield
        return
    path = f"{database.url.database}.serving"
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise Refused("server.already_running", database=str(database.url.database)) from error
    try:
        yield
    finally:
        lock.release()


def require_current_schema(database: Database) -> None:
    """Raises Refused unless the schema is exactly the one that this code knows."""
    revision, head = database.revision(), database.head()
    if revision is None:
        raise Refused("database.not_migrated")
    # Revisions are numbered "0001", "0002", …: their order is that of their texts.
    if revision != head:
        code = "database.newer" if revision > (head or "") else "database.outdated"
        raise Refused(code, revision=revision, head=head)


def serve(app: Flask, bound: socket.socket, settings: Settings, *, patience: float = PATIENCE) -> None:
    """Answer requests until SIGTERM or SIGINT, then end gracefully. A second signal ends at once."""
    server = Server(app, bound, settings, patience=patience)
    with _signals(server.stop):
        log.info("serving", port=bound.getsockname()[1], threads=settings.threads)
        server.run()
    log.info("stopped")


class Server:
    """waitress with an end of its own."""

    def __init__(self, app: Flask, bound: socket.socket, settings: Settings, *, patience: float) -> None:
        self._patience = patience
        self._deadline: float | None = None
        self._map: dict[int, Any] = {}
        self._waitress: Any = waitress.create_server(
            app, map=self._map, sockets=[bound], **_adjustments(settings)
        )

    def run(self) -> None:
        """Serve until ``stop`` was called and all is sent, or the patience ran out."""
        accepting = True
        while not self._is_over():
            if self._deadline is not None and accepting:
                accepting = self._stop_accepting()
            self._waitress.asyncore.loop(timeout=TICK, use_poll=True, map=self._map, count=1)
        if accepting:
            self._stop_accepting()
        self._waitress.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        for channel in list(self._waitress.active_channels.values()):
            channel.handle_close()
        self._waitress.trigger.close()

    def stop(self) -> None:
        """Begin the end; called again, end at once. Safe in a signal handler."""
        self._deadline = 0.0 if self._deadline is not None else time.monotonic() + self._patience
        self._waitress.pull_trigger()

    def _is_over(self) -> bool:
        if self._deadline is None:
            return False
        return time.monotonic() >= self._deadline or not self._has_work()

    def _has_work(self) -> bool:
        channels = list(self._waitress.active_channels.values())
        return any(channel.requests or channel.request or channel.total_outbufs_len for channel in channels)

    def _stop_accepting(self) -> bool:
        log.info("stopping", patience_s=self._patience)
        # dispatcher.close() would close the trigger too, by which workers tell of answers to be sent.
        self._waitress.del_channel(self._map)
        self._waitress.socket.close()
        return False


def _adjustments(settings: Settings) -> dict[str, Any]:
    """How waitress is set: forwarded headers count only from the proxy that the settings name."""
    proxy: dict[str, Any] = {}
    if settings.trusted_proxy:
        proxy = {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        }
    return {
        "threads": settings.threads,
        "ident": None,
        "connection_limit": 1000,
        "clear_untrusted_proxy_headers": True,
        # A body somewhat over the limit reaches the application, which explains; a huge one is not read.
        "max_request_body_size": 2 * settings.max_body + 1_048_576,
        **proxy,
    }


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
