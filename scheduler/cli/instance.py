"""What the commands share: the instance's settings, its database, and the address to serve at."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import make_url

from scheduler.cli.speech import option
from scheduler.config import Settings, load_settings
from scheduler.db import Database
from scheduler.errors import Refused
from scheduler.server import require_current_schema

HOST, PORT = "127.0.0.1", 8000
NUMBERS = ("TONGTANG_MAX_BODY", "TONGTANG_THREADS")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, never bound unasked

instance_option = option(
    "--instance",
    type=click.Path(file_okay=False, path_type=Path),
    help="实例文件夹；不写时按 TONGTANG_INSTANCE，默认 instance。",
)
host_option = option("--host", default=HOST, help="监听的地址；默认只有本机能访问。")
port_option = option("--port", type=click.IntRange(0, 65535), default=PORT, help="端口；默认 8000。")


def settings_of(instance: Path | None, *, host: str = HOST, port: int = PORT) -> Settings:
    """The instance's settings; links follow TONGTANG_BASE_URL, else the address that is served at."""
    for name in NUMBERS:
        value = os.environ.get(name)
        if value and not (value.isascii() and value.isdigit() and int(value) > 0):
            raise Refused("setting.not_a_number", name=name)
    base_url = None if os.environ.get("TONGTANG_BASE_URL") else f"http://{address_words(host, port)}"
    try:
        return load_settings(instance=instance, base_url=base_url)
    except OSError as error:
        folder = instance or os.environ.get("TONGTANG_INSTANCE", "instance")
        raise Refused("instance.not_usable", instance=str(folder), why=error.strerror) from error


def address_words(host: str, port: int) -> str:
    """host:port as it stands in a URL; where all addresses are served, the machine's own on its network."""
    name = own_address() if host in EVERYWHERE else host
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def own_address() -> str:
    """The address by which others on the network reach this machine, loopback without a network."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            # Asks the routing table only: a datagram socket sends nothing on connect (RFC 5737 address).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return HOST
        return str(probe.getsockname()[0])


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The instance's database, closed on leaving."""
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def opened_current(settings: Settings) -> Iterator[Database]:
    """As ``opened``; raises Refused unless the schema is this code's. Makes no file where there is none."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise Refused("database.not_migrated")
    with opened(settings) as database:
        require_current_schema(database)
        yield database
