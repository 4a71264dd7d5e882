"""``tongtang serve``: the product, until SIGTERM or SIGINT."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from scheduler import server
from scheduler.app import create_app
from scheduler.cli.instance import (
    host_option,
    instance_option,
    opened_current,
    port_option,
    settings_of,
)
from scheduler.cli.speech import SpokenCommand, tell
from scheduler.config import Settings
from scheduler.db import Database
from scheduler.jobs import running_jobs
from scheduler.logs import log_requests, set_up_logs


@click.command("serve", cls=SpokenCommand, help="提供服务，直到按 Ctrl+C 或收到停止信号。")
@host_option
@port_option
@instance_option
def serve(host: str, port: int, instance: Path | None) -> None:
    with server.listen(host, port) as bound:
        settings = settings_of(instance, host=host, port=bound.getsockname()[1])
        with opened_current(settings) as database, server.sole_process(database):
            tell("同堂已在 %(url)s 运行，按 Ctrl+C 停止。", url=settings.base_url)
            run(settings, database, bound)


def run(settings: Settings, database: Database, bound: socket.socket) -> None:
    """Serve with logs and jobs until a signal."""
    set_up_logs()
    app = create_app(settings, database)
    log_requests(app)
    with running_jobs(database):
        server.serve(app, bound, settings)
