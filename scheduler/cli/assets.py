"""``tongtang assets``: what the installation built (npm's files, translations), once more, for a checkout."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.assets import AssetError, compile_catalogues, install_vendor
from scheduler.cli.speech import Failure, SpokenCommand, tell

ROOT = Path(__file__).parents[2]


@click.command("assets", cls=SpokenCommand, help="重新生成页面所需的样式、图标和译文（开发时用）。")
def assets() -> None:
    try:
        changed = [install_vendor(ROOT), compile_catalogues(ROOT)]
    except (AssetError, OSError) as error:
        raise Failure(str(error)) from error
    tell("已重新生成。" if any(changed) else "已是最新，没有改动。")
