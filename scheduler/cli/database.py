"""``tongtang db``: the database's schema."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler import clock, server
from scheduler.cli.instance import instance_option, opened, settings_of
from scheduler.cli.speech import SpokenCommand, SpokenGroup, tell
from scheduler.domain.act import Act
from scheduler.domain.holiday_years import seed_all


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
        with database.write() as session:
            seed_all(session, act=Act(user_id=None, at=clock.now(), via="cli"))
        tell("数据库是 %(head)s 版，可以使用。", head=head)
