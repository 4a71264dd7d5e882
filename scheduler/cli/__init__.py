"""The ``tongtang`` command. One file a command; what goes wrong is told in a sentence, with exit code 2."""

from __future__ import annotations

import sys

import click

import scheduler
from scheduler.cli.assets import assets
from scheduler.cli.database import db
from scheduler.cli.demo import demo
from scheduler.cli.serve import serve
from scheduler.cli.speech import SpokenGroup
from scheduler.cli.token import token
from scheduler.cli.users import users


@click.group(
    cls=SpokenGroup,
    help="同堂：博物馆与远方课堂的远程课，排课不冲突、人人有日历、课后有记录。",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(scheduler.__version__, prog_name="tongtang", message="%(prog)s %(version)s")
def main() -> None:
    """Names in other scripts than the terminal's are shown with question marks rather than not at all."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for command in (demo, serve, db, users, token, assets):
    main.add_command(command)
