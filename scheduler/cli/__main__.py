"""``python -m scheduler.cli``: the same as the ``tongtang`` command."""

from scheduler.cli import main

main(prog_name="tongtang")
