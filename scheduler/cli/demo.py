"""``tongtang demo``: an instance with sample data, ready to be clicked through."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler import clock, server
from scheduler.cli.instance import host_option, instance_option, opened, port_option, settings_of
from scheduler.cli.serve import run
from scheduler.cli.speech import SpokenCommand, language, option, tell
from scheduler.config import Settings
from scheduler.db import Database
from scheduler.demo import fill, is_empty
from scheduler.demo.sheet import NAME, move_sheet, read_sheet, remove_sheet, write_sheet
from scheduler.errors import Refused
from scheduler.wording import say

ROLES = {
    "administrator": "管理员",
    "coordinator": "协调员",
    "region_coordinator": "协调员（林西县）",
    "manager": "单位管理员（民族中学）",
    "viewer": "查看者",
}


@click.command("demo", cls=SpokenCommand, help="建立演示实例（示例数据），然后提供服务。")
@host_option
@port_option
@instance_option
@option("--reset", is_flag=True, help="先删除这个演示实例的数据，重新生成。")
@option("--no-serve", is_flag=True, help="只准备数据，不提供服务。")
def demo(host: str, port: int, instance: Path | None, reset: bool, no_serve: bool) -> None:
    with ExitStack() as stack:
        bound = None if no_serve else stack.enter_context(server.listen(host, port))
        settings = settings_of(instance, host=host, port=bound.getsockname()[1] if bound else port)
        database = stack.enter_context(opened(settings))
        stack.enter_context(server.sole_process(database))
        if reset:
            remove_demo(settings, database)
        sheet = prepare_demo(settings, database)
        show_sheet(settings, sheet)
        if bound:
            tell("按 Ctrl+C 停止。")
            run(settings, database, bound)


def prepare_demo(settings: Settings, database: Database) -> dict[str, Any]:
    """Migrate, fill what is empty, keep what is a demo; answers what stands in demo.json.

    Raises Refused for a database that somebody works with, or one of a newer schema.
    """
    if database.revision() not in (None, database.head()):
        server.require_current_schema(database)
    database.upgrade()
    with database.write() as session:
        if is_empty(session):
            sheet = fill(session, now=clock.now())
            # Before the commit: data without the sheet that opens it would be of no use to anybody.
            return write_sheet(settings.instance, sheet, base_url=settings.base_url)
    return move_sheet(settings.instance, _sheet_of(settings), base_url=settings.base_url)


def remove_demo(settings: Settings, database: Database) -> None:
    """Delete the demo's database and demo.json, and nothing else of the instance.

    Raises Refused when the instance is no demo, or its database stands elsewhere.
    """
    path = Path(database.url.database or "")
    if not database.is_sqlite or path.parent != settings.instance:
        raise Refused("demo.elsewhere", instance=str(settings.instance))
    if not path.exists():
        return
    _sheet_of(settings)
    database.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    remove_sheet(settings.instance)


def _sheet_of(settings: Settings) -> dict[str, Any]:
    sheet = read_sheet(settings.instance)
    if sheet is None:
        raise Refused("demo.not_a_demo", instance=str(settings.instance))
    return sheet


def show_sheet(settings: Settings, sheet: dict[str, Any]) -> None:
    """Print the address and the sign-ins."""
    tell("同堂演示：%(url)s", url=sheet["url"])
    table = Table(say(language(), "角色"), box=None, pad_edge=False)
    for heading in ("电子邮箱", "密码"):
        table.add_column(say(language(), heading), no_wrap=True)
    for account in sheet["accounts"]:
        role = Text(say(language(), ROLES[account["role"]]))
        table.add_row(role, Text(account["email"]), Text(account["password"]))
    Console().print(table)
    tell("订阅地址和接口令牌在 %(path)s 里。", path=str(settings.instance / NAME))
