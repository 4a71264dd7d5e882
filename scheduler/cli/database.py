"""``tongtang db``: the database's schema."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler import server
from scheduler.cli.instance import instance_option, opened, settings_of
from scheduler.cli.speech import SpokenCommand, SpokenGroup, tell


@click.group("db", cls=SpokenGroup, help="管理数据库。")
def db() -> None:
    """A group: each command below."""


@db.command("upgrade", cls=SpokenCommand, help="建立数据库，或升级到程序的版本。")
@instance_option
def upgrade(instance: Path | None) -> None:
    with opened(settings_of(instance)) as database, server.sole_process(database):
        revision, head = database.revision(), database.head()
        if revision is not None and revision > (head or ""):
            server.require_current_schema(database)
        database.upgrade()
        tell("数据库是 %(head)s 版，可以使用。", head=head)
