"""The README tells every setting, command and option, and its two commands stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scheduler.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTING = re.compile(r"TONGTANG_[A-Z_]+[A-Z]")
BLOCKS = re.findall(r"^```\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def settings_in(folder: str) -> set[str]:
    return {
        name
        for path in (ROOT / folder).rglob("*.py")
        for name in SETTING.findall(path.read_text(encoding="utf-8"))
    }


def commands(group: click.Group, path: str = "tongtang") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_setting_has_its_row_and_no_row_is_left_over() -> None:
    rows = set(re.findall(r"^\| `(TONGTANG_[A-Z_]+)` \|", README, flags=re.MULTILINE))
    assert rows == settings_in("scheduler") | settings_in("tests")


def test_every_command_has_its_row_and_no_row_is_left_over() -> None:
    rows = set(re.findall(r"^\| `(tongtang [a-z ]+)` \|", README, flags=re.MULTILINE))
    assert rows == {path for path, _ in commands(main)}


def test_every_option_is_named() -> None:
    options = {
        name
        for _, command in commands(main)
        for parameter in command.params
        for name in parameter.opts
        if name.startswith("--")
    }
    assert {name for name in options if not re.search(rf"{name}\b", README)} == set()


def test_the_two_commands_are_one_line_each_in_blocks_of_their_own() -> None:
    run, check = BLOCKS[:2]
    assert run.count("\n") == check.count("\n") == 1
    assert run.startswith("python3 -m venv .venv && ")
    assert run.endswith(" && .venv/bin/tongtang demo\n")
    assert check.startswith("python3 -m venv .venv && ")
    assert check.endswith(" && .venv/bin/python -m pytest\n")


@pytest.mark.parametrize("folder", re.findall(r"^\| `([a-z/]+/)` \|", README, flags=re.MULTILINE))
def test_every_folder_is_there(folder: str) -> None:
    assert (ROOT / folder).is_dir()


def test_every_package_has_its_row() -> None:
    folders = {f"scheduler/{path.parent.name}/" for path in (ROOT / "scheduler").glob("*/__init__.py")}
    assert {folder for folder in folders if f"| `{folder}` |" not in README} == set()
